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
