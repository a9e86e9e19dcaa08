# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules return the same in a fork as packed and started anew."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.nodeops.rotator.tests.integration.wire import WorldOnWire

GROUP = {"autoscaling_group_name": "demo-blue", "eks_cluster": "demo"}
LOOKED = ("ami", "info", "template", "plan", "missing", "wrong", "others")
MOVING = ("age", "seconds", "api_calls")
"""What differs from run to run."""


def tasks() -> list[dict[str, Any]]:
    """Return tasks that read, plan, warn and fail."""
    image = "{{ ami.image_id }}"
    each: list[tuple[str, dict[str, Any]]] = [
        ("eks_ami_lookup", {"compare_to": {"autoscaling_group_name": "demo-blue"}}),
        ("node_group_info", GROUP),
        ("launch_template_update", {"autoscaling_group_name": "demo-blue", "image_id": image}),
        ("asg_node_replace", GROUP),
        ("node_group_info", {**GROUP, "autoscaling_group_name": "missing"}),
        ("node_group_info", {**GROUP, "nonsense": 1}),
        ("node_carriers_info", {"eks_cluster": "demo"}),
    ]
    found = [
        {f"nodeops.rotator.{module}": options, "register": name, "ignore_errors": True}
        for name, (module, options) in zip(LOOKED, each, strict=True)
    ]
    results = "{{ dict(names | zip(names | map('extract', vars))) | to_json }}"
    write = {"content": results, "dest": "{{ answer }}", "mode": "0600"}
    return [*found, {"ansible.builtin.copy": write, "check_mode": False}]


def steady(value: Any) -> Any:
    """Return the value without what moves."""
    if isinstance(value, dict):
        return {name: steady(one) for name, one in value.items() if name not in MOVING}
    return [steady(one) for one in value] if isinstance(value, list) else value


def results(world: WorldOnWire, fork: bool) -> dict[str, Any]:
    """Run the tasks in check mode; return their results by name."""
    answer, playbook = world.folder / f"{fork}.json", world.folder / "play.yml"
    play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks()}
    playbook.write_text(json.dumps([play]))
    variables = json.dumps({"rotation_fork": fork, "names": LOOKED, "answer": str(answer)})
    outcome = world.run(
        "ansible-playbook", str(playbook), "--check", "--diff", "-vvv", "-e", variables
    )
    assert outcome.code == 0, outcome.output
    assert ("in a fork" in outcome.output) is fork
    found: dict[str, Any] = json.loads(answer.read_text())
    return found


def test_results_are_the_same_in_a_fork(still: WorldOnWire) -> None:
    forked, packed = results(still, True), results(still, False)
    assert steady(forked) == steady(packed)
    assert forked["template"]["warnings"]
    assert forked["template"]["diff"]
    assert "Unsupported parameters" in forked["wrong"]["msg"]
    assert forked["missing"]["failed"]
