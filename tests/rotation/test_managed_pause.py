# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""People pause the update of a managed node group."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PAUSED
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import lease_name
from ansible_collections.nodeops.rotator.tests.rotation.managed_builders import holder, planned
from ansible_collections.nodeops.rotator.tests.simulation.nodegroup import OLD, BuiltNodegroup


def test_no_update_begins_while_people_have_paused_the_rotation() -> None:
    built = BuiltNodegroup()
    meta = {"namespace": "kube-system", "name": lease_name(built.group.arn)}
    noted = {**meta, "annotations": {PAUSED: "anna: incident 4711"}}
    lease = built.world.cluster.create("leases", {"metadata": noted, "spec": {}})
    result = planned(built)()
    assert (result.status, built.web.updates, holder(built)) == ("refused", {}, "")
    assert "Node group web is paused: anna: incident 4711" in str(result.error)
    built.world.cluster.change("leases", lease, {"metadata": {"annotations": {PAUSED: None}}})
    assert planned(built, "r2")().status == "complete"


def test_a_pause_does_not_keep_an_update_that_runs_from_being_watched() -> None:
    built = BuiltNodegroup()
    run = planned(built)
    run.inbox.stop_at(400)
    run()
    lease = built.world.cluster.object("leases", lease_name(built.group.arn), "kube-system") or {}
    built.world.cluster.change("leases", lease, {"metadata": {"annotations": {PAUSED: "anna"}}})
    result = planned(built, "r2")()
    assert (result.status, result.values["resumed"]) == ("complete", True)


def paused_once(built: BuiltNodegroup, moment: Callable[[], bool]) -> None:
    """Let people pause the rotation as soon as it is so."""
    cluster, done = built.world.cluster, list[bool]()

    def look() -> None:
        lease = cluster.object("leases", lease_name(built.group.arn), "kube-system")
        if lease and not done and moment():
            done.append(True)
            cluster.change("leases", lease, {"metadata": {"annotations": {PAUSED: "anna"}}})

    built.world.kernel.every(1, look)


def test_a_pause_counts_after_an_update_of_somebody_else() -> None:
    built = BuiltNodegroup()
    built.update(releaseVersion=OLD)
    paused_once(built, lambda: built.web.status == "UPDATING")
    result = planned(built)()
    assert (result.status, len(built.web.updates), holder(built)) == ("refused", 1, "")
    assert "Node group web is paused: anna" in str(result.error)


def test_a_pause_counts_between_the_update_config_and_the_version() -> None:
    built = BuiltNodegroup()
    before = dict(built.web.update_config)
    paused_once(built, lambda: built.web.status == "UPDATING")
    result = planned(built, max_unavailable=2)()
    assert "Node group web is paused: anna" in str(result.error)
    assert {one.type for one in built.web.updates.values()} == {"ConfigUpdate"}
    assert {"updateStrategy": "DEFAULT", **before} == built.web.update_config
    assert (result.values["not_restored"], holder(built)) == ([], "")
