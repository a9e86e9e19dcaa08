# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed in any phase of EKS's update is gone on with by the next."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import CONFIG_TAG
from ansible_collections.nodeops.rotator.tests.rotation.managed_builders import holder, planned
from ansible_collections.nodeops.rotator.tests.simulation.nodegroup import BuiltNodegroup
from ansible_collections.nodeops.rotator.tests.simulation.runs import ManagedRun
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed

Moment = Callable[[BuiltNodegroup], bool]


def in_phase(name: str) -> Moment:
    """Return the moment at which EKS is in this phase of its update."""
    return lambda built: any(one.phase == name for one in built.nodes.running)


def during(kind: str, number: int) -> Moment:
    """Return the moment at which the n-th update of this kind is under way."""

    def is_now(built: BuiltNodegroup) -> bool:
        those = [one for one in built.web.updates.values() if one.type == kind]
        return len(those) == number and those[-1].status == "InProgress"

    return is_now


PHASES: dict[str, Moment] = {
    "before anything": lambda built: True,
    "the old config is written down": lambda built: CONFIG_TAG in built.web.tags,
    "the config is changed": during("ConfigUpdate", 1),
    "EKS makes its template": in_phase("setup"),
    "new nodes are launched": in_phase("scale-up"),
    "old nodes are drained": in_phase("upgrade"),
    "the first node is gone": lambda built: (
        in_phase("upgrade")(built)
        and built.old in built.images()
        and len(built.images()) == 2
        and sum(one.state == "terminated" for one in built.world.account.instances.values()) > 0
    ),
    "the group is made smaller": in_phase("scale-down"),
    "the config is put back": during("ConfigUpdate", 2),
}


def kill_when(built: BuiltNodegroup, moment: Moment) -> list[float]:
    """Kill the run that is on its way at this moment; returns when it was."""
    killed: list[float] = []

    def look() -> None:
        if not killed and moment(built):
            killed.append(built.world.kernel.now)
            raise Killed("in a phase", None)  # type: ignore[arg-type]

    built.world.kernel.every(1, look)
    return killed


@pytest.mark.parametrize("phase", PHASES)
def test_a_killed_run_is_resumed_in_every_phase(phase: str) -> None:
    built = BuiltNodegroup()
    before = dict(built.web.update_config)
    killed = kill_when(built, PHASES[phase])
    with pytest.raises(Killed):
        planned(built, max_unavailable=2)()
    assert killed, "the phase has come"
    result = planned(built, "r2", max_unavailable=2, lock_wait=600)()
    assert (result.error, result.values["outdated"]) == (None, 0)
    assert built.images() == {built.new}
    assert (built.group.desired, built.group.maximum, holder(built)) == (4, 4, "")
    assert {"updateStrategy": "DEFAULT", **before} == built.web.update_config
    assert CONFIG_TAG not in built.web.tags
    assert result.values["not_restored"] == []
    assert built.world.judge.breaches == []
    versions = [one for one in built.web.updates.values() if one.type == "VersionUpdate"]
    assert len(versions) == 1


@pytest.mark.parametrize("end", ["killed", "stopped", "failed"])
def test_a_soak_that_did_not_end_well_is_done_by_the_next_run(end: str) -> None:
    built = BuiltNodegroup()
    run = planned(built, soak=1800)
    silent = soaked_until(built, run, end)
    if end == "killed":
        with pytest.raises(Killed):
            run()
    else:
        assert run().status == end
    again = planned(built, "r2", soak=1800, lock_wait=600)
    result = again()
    if silent:
        # Nothing of this run has changed anything.
        assert result.status == "refused", "the node is still broken"
        assert "did not stay Ready" in str(result.error)
        return
    assert (result.error, result.status, result.changed) == (None, "complete", False)
    assert holder(built) == ""
    assert again.texts("waiting") == ["watching 4 new nodes for 30 min"]
    assert result.values["seconds"] >= 1800
    assert planned(built, "r3", soak=1800)().status == "unchanged"


def soaked_until(built: BuiltNodegroup, run: ManagedRun, end: str) -> bool:
    """End a run this way in its soak; return whether a node is broken then."""
    done: list[bool] = []

    def look() -> None:
        if done or not any(text.startswith("watching ") for text in run.texts("waiting")):
            return
        done.append(True)
        if end == "killed":
            raise Killed("in the soak", None)  # type: ignore[arg-type]
        if end == "stopped":
            run.inbox.stop_at(built.world.kernel.now)
        else:
            name = next(iter(built.group.members))
            built.world.cluster.node_silent(built.world.account.instances[name].private_dns)

    built.world.kernel.every(1, look)
    return end == "failed"
