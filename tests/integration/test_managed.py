# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the playbooks on a cluster whose nodes are carried by several things."""

from __future__ import annotations

import json
from pathlib import Path

from kubernetes.client import PolicyV1Api
from kubernetes.config import new_client_from_config

from ansible_collections.nodeops.rotator.tests.integration.ended import (
    processes,
    start,
    until,
)
from ansible_collections.nodeops.rotator.tests.integration.test_gates import EVENTS, Gates
from ansible_collections.nodeops.rotator.tests.integration.test_killed_playbook import POWER_CUT
from ansible_collections.nodeops.rotator.tests.integration.wire import WorldOnWire

HOSTS = {"demo-blue": 3, "demo-own": 2, "demo-web": 4}
"""Node groups with their outdated nodes."""


MANAGED = ("demo-own", "demo-web")
HOOK = """
- name: Write down which hook this is
  ansible.builtin.shell: echo "{{{{ hook }}}}" >> {log}
  vars:
    hook: "{{{{ 'verify' if verify_hook_info is defined else 'prepare' }}}}"
"""


def ended_well(world: WorldOnWire) -> None:
    """Check that all groups run the new image and nothing is left."""
    report = world.report()
    assert report["breaches"] == []
    assert report["leases"] == {}
    for group in report["groups"].values():
        assert set(group["images"]) == {report["facts"]["new_image"]}
        assert len(group["images"]) == group["desired"]


def test_each_kind_is_replaced_in_its_own_way_and_a_second_run_changes_nothing(
    mixed: WorldOnWire, tmp_path: Path
) -> None:
    """Gates and hooks are run around what EKS does as around any rotation."""
    gates, hook = Gates(mixed, tmp_path), tmp_path / "hook.yml"
    hook.write_text(HOOK.format(log=gates.log))
    around = {f"rotation_gate_{event}": str(gates.tell) for event in EVENTS}
    around |= {f"{role}_hook": str(hook) for role in ("prepare", "verify")}
    options = {"rotation_hosts": "demo-web,node_groups", "rotate_managed_soak": 1}
    waits = {"rotation_karpenter": "wait", "rotation_karpenter_settle": 2}
    outcome = mixed.playbook("rotate_eks", rotation_gate_delay=0, **options, **waits, **around)
    assert outcome.code == 0, outcome.output
    each = ["group", "prepare", "verify"]
    log = gates.log.read_text().replace("-renewed", "")
    assert log.split() == ["before", *each * len(HOSTS), "after"]
    ended_well(mixed)
    # The group that is named first goes first, and is watched before the next begins.
    assert outcome.output.index("demo-web ") < outcome.output.index("demo-blue ")
    assert "3 node groups, 9 nodes replaced" in outcome.output
    ended = outcome.output[outcome.output.index("3 node groups, 9 nodes replaced") :]
    assert "Not replaced by this playbook, in cluster demo:" in ended
    assert "nodes of Karpenter NodePool spot: replaced by Karpenter" in ended
    assert "1 node of Fargate: replaced by a restart of its pods" in ended
    before = mixed.changes()
    again = mixed.playbook("rotate_eks", rotation_hosts="demo-own,demo-web")
    assert again.code == 0, again.output
    assert [again.recap(host)["changed"] for host in MANAGED] == [0, 0], again.output
    assert mixed.changes() == before


def test_the_plan_is_the_same_for_all_kinds_and_changes_nothing(
    mixed: WorldOnWire, tmp_path: Path
) -> None:
    before, report = mixed.changes(), mixed.report()
    outcome = mixed.playbook("plan", who="reader")
    assert outcome.code == 0, outcome.output
    assert mixed.changes() == before
    assert mixed.report()["groups"] == report["groups"]
    for name, size in HOSTS.items():
        assert f"\n{name}".ljust(13) + f"{size} of {size}" in outcome.output
    assert "\nplan: due, 9 nodes in 3 of 3 node groups\n" in outcome.output
    assert "(managed by EKS, cluster demo, eu-west-1)" in outcome.output
    # What no node group has is not passed over.
    assert "2 nodes of Karpenter NodePool spot: replaced by Karpenter" in outcome.output
    assert "1 node of Fargate: replaced by a restart of its pods" in outcome.output
    answer = tmp_path / "amis.json"
    checked = mixed.playbook("check_amis", who="reader", check_amis_file=str(answer))
    assert checked.code == 0, checked.output
    rows = json.loads(answer.read_text())["node_groups"]
    assert {row["node_group"]: row["behind_days"] for row in rows} == dict.fromkeys(HOSTS, 31)
    assert "3 of 3 node groups have an update" in checked.output
    assert mixed.changes() == before


def let_go(world: WorldOnWire, number: int) -> None:
    """Set how many pods the budget of workload `shop` lets go at a time."""
    config = world.report()["identities"]["operator"]["KUBECONFIG"]
    with new_client_from_config(config) as client:
        spec = {"spec": {"maxUnavailable": number}}
        PolicyV1Api(client).patch_namespaced_pod_disruption_budget("shop", "shop", spec)


def test_an_update_that_fails_opens_the_failure_gate_and_goes_on_when_run_again(
    mixed: WorldOnWire, tmp_path: Path
) -> None:
    gates = Gates(mixed, tmp_path)
    around = {f"rotation_gate_{event}": str(gates.tell) for event in EVENTS}
    options = {"rotation_hosts": "demo-web", "rotation_gate_delay": 0, **around}
    let_go(mixed, 0)
    warn = {"prepare_preflight": "warn", "rotate_managed_preflight": "warn"}
    failed = mixed.playbook("rotate_eks", **warn, **options)
    assert failed.code != 0, failed.output
    assert gates.log.read_text().split() == ["before", "group", "failure"]
    told = failed.told()
    assert "PodEvictionFailure" in told
    assert "(PDB shop/shop: 6 healthy, 6 needed)" in told
    assert "EKS cannot go back" in told
    let_go(mixed, 1)
    gates.log.unlink()
    again = mixed.playbook("rotate_eks", **options)
    assert again.code == 0, again.output
    assert gates.log.read_text().split() == ["before", "group", "after"]
    report = mixed.report()
    images = report["groups"][report["facts"]["groups"]["web"]]["images"]
    assert set(images) == {report["facts"]["new_image"]}


def test_a_playbook_that_was_killed_while_eks_is_at_work_completes_when_run_again(
    mixed: WorldOnWire,
) -> None:
    given = {"rotation_hosts": "demo-web", "prepare_image_id": ""}
    terminal = start(mixed, **given)
    until("a node cordoned", lambda: "cordoned" in terminal.text or not terminal.running)
    assert terminal.running, terminal.text
    POWER_CUT.act(terminal)
    until("every process gone", lambda: not processes(mixed.folder))
    terminal.close()
    again = mixed.playbook(
        "rotate_eks", rotation_hosts="demo-web", rotate_lease_duration=6, rotate_lock_wait=60
    )
    assert again.code == 0, again.output
    report = mixed.report()
    (group,) = (one for name, one in report["groups"].items() if name.startswith("eks-web"))
    assert set(group["images"]) == {report["facts"]["new_image"]}
    assert group["desired"] == group["max"] == 4
    assert (report["breaches"], report["leases"]) == ([], {})
