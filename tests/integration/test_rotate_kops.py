# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook rotate_kops, with the stand-in for kops, on the wire."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.tests.integration.ended import until
from ansible_collections.nodeops.rotator.tests.integration.kops_wire import (
    CLUSTER,
    STORE,
    image_name,
    store,
    stored,
    versions,
)
from ansible_collections.nodeops.rotator.tests.integration.wire import Outcome, WorldOnWire

NODES = f"nodes-b.{CLUSTER}"


def played(world: WorldOnWire, **variables: Any) -> Outcome:
    """Run the playbook on the smaller node group, to the newest image of its family."""
    given = {
        "kops_state_store": f"s3://{STORE}",
        "kops_executable": world.env["WORLD_KOPS"],
        **variables,
    }
    return world.playbook("rotate_kops", "--limit", f"{NODES},localhost", **given)


def images(world: WorldOnWire, group: str = NODES) -> set[str]:
    return set(world.report()["groups"][group]["images"])


def by_terraform(world: WorldOnWire, folder: Path) -> dict[str, str]:
    """Return variables with which a hook plays Terraform."""
    hook = folder / "apply.yml"
    apply = f"{world.env['WORLD_KOPS']} update cluster --name {CLUSTER} --state s3://{STORE}"
    command = f"{apply} --instance-group nodes-b --create-kube-config=false --yes"
    hook.write_text(json.dumps([{"ansible.builtin.command": command, "delegate_to": "localhost"}]))
    given = {"via": "terraform", "terraform_out": str(folder), "terraform_hook": str(hook)}
    return {f"prepare_kops_{name}": value for name, value in given.items()}


def test_terraform_launches_a_new_image_and_a_failed_canary_takes_kops_back(
    kops: WorldOnWire, tmp_path: Path
) -> None:
    facts, old = kops.report()["facts"], image_name(kops, "old_image")
    # The specification says how many nodes at a time, where the user does not.
    store(kops, "nodes-b", {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "34%"}})
    kops.rules(NODES, 0, unavailable=1)
    # Somebody else applies what kops has written.
    outcome = played(kops, rotate_max_surge="", **by_terraform(kops, tmp_path))
    assert outcome.code == 0, outcome.output
    assert (tmp_path / "kubernetes.tf").exists()
    assert images(kops) == {facts["new_image"]}
    assert kops.report()["figures"]["launched_most"][NODES] == 3
    assert stored(kops, "nodes-b")["spec"]["image"] == image_name(kops)
    assert stored(kops, "nodes-a")["spec"]["image"] == old
    assert len(versions(kops, NODES)) == 2
    # If the canary fails, the launch template and the state store have the former image again.
    kops.behavior(aws={"boot": [30, 30]})
    given: dict[str, Any] = {"rotate_boot_timeout": 10, "rotate_max_unavailable": 0}
    failed = played(kops, prepare_image_id=old, **given)
    assert failed.code != 0
    assert "(the launch template was rolled back to version 2)" in failed.told()
    assert f"(the state store of kops names {image_name(kops)} again)" in failed.told()
    assert stored(kops, "nodes-b")["spec"]["image"] == image_name(kops)
    assert versions(kops, NODES)[-1]["ImageId"] == facts["new_image"]
    store(kops, "nodes-b", {"rollingUpdate": {"drainAndTerminate": False}})
    left = played(kops, prepare_image_id=old)
    assert (left.code, left.recap(NODES)["changed"]) == (0, 0), left.output
    assert "Left alone, spec.rollingUpdate.drainAndTerminate of instance group nodes-b" in (
        left.output
    )
    assert images(kops) == {facts["new_image"]}
    assert kops.report()["breaches"] == []


def test_a_state_store_that_is_restored_from_a_backup_meanwhile_is_no_success(
    kops: WorldOnWire,
) -> None:
    """The next update of the cluster would take the image away from the nodes."""
    old = image_name(kops, "old_image")

    def restore() -> None:
        until("the new version", lambda: len(versions(kops, NODES)) == 2)
        store(kops, "nodes-b", {"image": old})

    person = threading.Thread(target=restore)
    person.start()
    outcome = played(kops, prepare_image_id=image_name(kops))
    person.join()
    assert outcome.code != 0, outcome.output
    assert f"run {image_name(kops)}, and the state store names {old}" in outcome.told()
    assert images(kops) == {kops.report()["facts"]["new_image"]}


def order_of(text: str, before: str = "") -> str:
    """Return the letters of the control plane nodes' zones as they come in a text.

    `before`: what stands before their names.
    """
    found = re.findall(rf"{before}control-plane-eu-west-1([abc])\.masters", text, re.MULTILINE)
    return "".join(dict.fromkeys(found))


def test_the_control_plane_nodes_that_lead_go_last(still_kops: WorldOnWire) -> None:
    """The first leads as controller-manager, the second as scheduler."""
    kops = still_kops
    groups = [f"control-plane-eu-west-1{zone}.masters.{CLUSTER}" for zone in "abc"]
    given = {
        "kops_state_store": f"s3://{STORE}",
        "kops_executable": kops.env["WORLD_KOPS"],
        "prepare_image_id": image_name(kops),
        "rotate_etcd_settle": 1,
    }
    limit = ("--limit", ",".join([*groups, "localhost"]))
    looked = kops.playbook("rotate_kops", "--check", *limit, **given)
    assert looked.code == 0, looked.output
    rotated = looked.output.partition("PLAY [Rotate the control plane")[2]
    tasks, _recap, _rest = rotated.partition("PLAY RECAP")
    assert order_of(tasks) == order_of(tasks, "^") == "cab", looked.output
    planned = kops.playbook("plan", *limit, **given)
    assert planned.code == 0, planned.output
    assert order_of(planned.output.partition("PLAY RECAP")[0], "^") == "cab", planned.output


def test_amis_of_instance_groups_are_checked_like_those_of_eks(
    still_kops: WorldOnWire, tmp_path: Path
) -> None:
    groups = [NODES, f"bastions.{CLUSTER}", f"control-plane-eu-west-1a.masters.{CLUSTER}"]
    limit = ("--limit", ",".join([*groups, "localhost"]))
    answer = tmp_path / "answer.json"
    checked = still_kops.playbook("check_amis", *limit, check_amis_file=str(answer))
    assert checked.code == 0, checked.output
    assert "3 of 3 node groups have an update" in checked.output
    found = json.loads(answer.read_text())
    facts = still_kops.report()["facts"]
    for row in found["node_groups"]:
        assert (row["cluster"], row["error"]) == (CLUSTER, "")
        assert row["current_image_id"] == facts["old_image"]
        assert row["image_id"] == facts["new_image"]
    due = still_kops.playbook("check_amis", *limit, check_amis_fail=True)
    assert due.code != 0
    assert "3 of 3 node groups have an update; see the table" in due.output


def test_plans_change_nothing_and_restore_pays_what_a_killed_run_owes(kops: WorldOnWire) -> None:
    """Let that run end between the verdict of the engine and the call of kops."""
    first, bastions = f"control-plane-eu-west-1a.masters.{CLUSTER}", f"bastions.{CLUSTER}"
    store_of = {"kops_state_store": f"s3://{STORE}", "kops_executable": kops.env["WORLD_KOPS"]}
    given = {**store_of, "prepare_image_id": image_name(kops), "rotate_etcd_settle": 1}
    before = kops.changes()
    planned = kops.playbook("plan", "--limit", f"{NODES},{first},{bastions},localhost", **given)
    assert planned.code == 0, planned.output
    assert "\nplan: due, 5 nodes in 3 of 3 node groups\n" in planned.output
    assert "(kops control plane, cluster " in planned.output
    assert planned.output.index(f"\n{bastions}") < planned.output.index(f"\n{first}")
    chosen = kops.playbook(
        "plan", "--limit", f"{NODES},{first},localhost", rotation_control_plane=False, **given
    )
    assert "\nplan: due, 3 nodes in 1 of 1 node group\n" in chosen.output
    assert kops.changes() == before
    kops.behavior(aws={"boot": [30, 30]})
    way = {"kubeconfig": kops.env["KUBECONFIG"], "cluster_name": CLUSTER, "run_id": "killed"}
    group = {"kops_cluster": CLUSTER, "instance_groups": ["nodes-b"], "image": image_name(kops)}
    kops.module("kops_instance_group_image", **way, **store_of, **group)
    launched = kops.report()["calls"].get("autoscaling:LaunchInstances", 0)
    options = {"boot_timeout": 10, "poll_interval": 1, "surge_by": "launch_instances"}
    failed = kops.module("asg_node_replace", **way, autoscaling_group_name=NODES, **options)
    assert kops.report()["calls"].get("autoscaling:LaunchInstances", 0) > launched
    assert failed["state_store"]["name"] == "nodes-b"
    assert stored(kops, "nodes-b")["spec"]["image"] == image_name(kops)
    both = f"{NODES},{bastions},localhost"
    outcome = kops.playbook("restore", "--limit", both, **store_of)
    assert outcome.code == 0, outcome.output
    assert "2 node groups, 0 nodes replaced" in outcome.output
    assert stored(kops, "nodes-b")["spec"]["image"] == image_name(kops, "old_image")
    again = kops.playbook("restore", "--limit", both, **store_of)
    assert (again.code, again.recap(NODES)["changed"]) == (0, 0), again.output
