# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret is found in what our playbooks print, write, or leave.

What AWS and Kubernetes answer is never a template.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.nodeops.rotator.tests.integration.kops_wire import (
    CLUSTER,
    STORE,
    image_name,
)
from ansible_collections.nodeops.rotator.tests.integration.planted import (
    PASSWORD,
    POD,
    RUN,
    TOKEN,
    Search,
    secrets_in,
)
from ansible_collections.nodeops.rotator.tests.integration.receivers import (
    GRAFANA,
    MATTERMOST,
    NOWHERE,
    SLACK,
    THREAD,
    WEBHOOK,
    Receivers,
    receivers,
)
from ansible_collections.nodeops.rotator.tests.integration.test_world import fault
from ansible_collections.nodeops.rotator.tests.integration.wire import WorldOnWire
from ansible_collections.nodeops.rotator.tests.simulation.identities import EXTERNAL_ID, GUARDED

PLAYBOOKS = (
    "check_amis",
    "plan",
    "pause",
    "resume",
    "rotate_fleet",
    "status",
    "restore",
    "report",
    "rotate_eks",
)
"""All that work on EKS clusters."""
DENIED = 'admission webhook "w" denied the request'
FAILURES = {
    "mattermost": "answered with status 500",
    "webhook": "did not answer within 1 s",
    "grafana": "was not reached: Connection refused",
}
"""What is said of receivers that fail, each in its way."""
OF_A_ROLE = ("secret" + "0f" * 32, "token" + "a1" * 32)


def variables(world: WorldOnWire, **given: Any) -> str:
    """Write variables into a file, among them keys, a password and a hook."""
    hook, path = world.folder / "hook.yml", world.folder / "variables.yml"
    task = {"ansible.builtin.set_fact": {"_sent": "{{ hook_password }}"}, "no_log": True}
    hook.write_text(json.dumps([task]))
    keys = {"access_key": RUN.access_key, "secret_key": RUN.secret}
    usual = {"rotation_aws": keys, "prepare_hook": str(hook), "hook_password": PASSWORD}
    path.write_text(json.dumps({**usual, "rotation_report_dir": "reports", **given}))
    return f"@{path}"


def way_by_token(world: WorldOnWire) -> dict[str, str]:
    """Return options that lead to the cluster by a bearer token."""
    config = yaml.safe_load(Path(str(world.who(RUN.name)["KUBECONFIG"])).read_text())
    server = config["clusters"][0]["cluster"]
    authority = world.folder / "ca.crt"
    authority.write_bytes(base64.b64decode(server["certificate-authority-data"]))
    return {"host": server["server"], "api_key": RUN.token, "ca_cert": str(authority)}


@pytest.mark.parametrize("planted", [RUN.secret, POD, *OF_A_ROLE])
def test_the_search_finds_what_is_planted(planted: str) -> None:
    assert secrets_in(f"a {planted} b") == [planted]


def test_the_search_finds_what_is_encoded() -> None:
    assert secrets_in(f"a {base64.b64encode(POD.encode()).decode()} b") == [POD]


def failing(found: Receivers) -> dict[str, Any]:
    """Return the variables of receivers of which Slack alone takes what it gets."""
    found.broken, found.silent = {MATTERMOST}, {WEBHOOK}
    return found.variables(rotation_notify_grafana={"url": NOWHERE, "token": TOKEN})


def check_told(found: Receivers, printed: str) -> None:
    """Check what receivers got of a plan and a ring, and what is said of failures."""
    plan, started, blocked, finished, ring = found.of(SLACK)
    assert plan["text"].startswith("approval needed: plan: due, 4 nodes in 1 of 1 node group")
    assert started["text"].startswith("demo-blue of demo: the rotation starts, 4 outdated nodes")
    assert DENIED in blocked["text"]
    assert "4 nodes replaced" in finished["text"]
    assert ring["text"].endswith("ring dev is done, 4 nodes replaced. The next one is production")
    answers = [one.get("thread_ts") for one in (plan, started, blocked, finished, ring)]
    assert answers == [None, None, THREAD, THREAD, None]
    events = [one["event"] for one in found.of(WEBHOOK)]
    assert events == ["approval", "started", "blocked", "finished", "approval"]
    for receiver, problem in FAILURES.items():
        said = f"rotation_notify_{receiver}: 127.0.0.1 {problem}. The rotation goes on"
        assert " ".join(printed.split()).count(said) == 1, receiver


def test_no_secret_is_printed_written_or_left(small: WorldOnWire) -> None:
    """Keys, a role with an external ID, and tokens are given as variables."""
    role = {"arn": f"arn:aws:iam::123456789012:role/{GUARDED}", "external_id": EXTERNAL_ID}
    ways = {"rotation_k8s": way_by_token(small), "rotation_assume_role": role}
    rings = {"ring": "dev", "rotation_rings": ["dev", "production"], "rotation_only_rings": ["dev"]}
    with receivers() as found:
        given = variables(
            small,
            **ways,
            **rings,
            **failing(found),
            plan_file="plan.json",
            rotate_drain_retry=2,
            rotation_notify_blocked_after=0.5,
            rotation_pause_reason="a look",
        )
        fault(small, "kubernetes:create pods/eviction", "400", message=DENIED)
        search = Search(small)
        printed = {playbook: search.play(playbook, "-e", given).output for playbook in PLAYBOOKS}
    search.finish()
    check_told(found, printed["rotate_fleet"])


def test_no_secret_of_a_managed_node_group_is_printed_written_or_left(mixed: WorldOnWire) -> None:
    with receivers() as found:
        given = variables(mixed, **found.variables())
        search = Search(mixed)
        search.play("rotate_eks", "--limit", "demo-own,localhost", "-e", given)
    search.finish()
    assert [one["event"] for one in found.of(WEBHOOK)] == ["started", "finished"]
    assert [one.get("root_id") for one in found.of(MATTERMOST)] == [None, "root1"]
    assert mixed.report()["calls"]["eks:UpdateNodegroupVersion"] == 1


def test_no_secret_of_a_kops_cluster_is_printed_written_or_left(kops: WorldOnWire) -> None:
    """The executable gets keys, and exports a kubeconfig of an administrator."""
    with receivers() as found:
        given = variables(
            kops,
            kops_state_store=f"s3://{STORE}",
            kops_executable=kops.env["WORLD_KOPS"],
            prepare_image_id=image_name(kops),
            **found.variables(),
        )
        search = Search(kops)
        search.play("rotate_kops", "--limit", f"nodes-b.{CLUSTER},localhost", "-e", given)
    search.finish()
    assert [one["event"] for one in found.of(WEBHOOK)] == ["started", "finished"]
    assert found.of(GRAFANA)[1]["timeEnd"] > found.of(GRAFANA)[1]["time"]
    calls = kops.report()["calls"]
    assert calls["s3:GetObject"] > 0, calls
