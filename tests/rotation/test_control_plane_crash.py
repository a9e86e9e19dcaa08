# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run on a control plane that is interrupted at any command is resumed.

It ends as if nothing had happened, and no node is missing besides the one that the first run took.
"""

from __future__ import annotations

import contextlib
import functools
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ReadCluster,
    ReadGroup,
    ReadLease,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    READS,
    WriteShared,
)
from ansible_collections.nodeops.rotator.tests.rotation.control_plane_builders import (
    a_plane,
    a_run,
    is_new,
)
from ansible_collections.nodeops.rotator.tests.simulation.control_plane import ControlPlane
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World

SETTLE = 20
"""Seconds of etcd_settle, so that a run has fewer commands."""
PARTS = 3
"""Tests into which the commands are divided."""
HOW = ("sent", "signal")
"""How it is interrupted. A run that is killed otherwise leaves the same as one of these."""
PREFIX = "nodeops.rotator/"
READS_OF_ALL = (ReadGroup, ReadLease, ReadCluster, *READS)


def a_world() -> tuple[World, ControlPlane, str]:
    world, plane = a_plane()
    return world, plane, plane.places[0]


def ours(names: Any) -> list[str]:
    return [name for name in names if name.startswith(PREFIX)]


def end_state(world: World, plane: ControlPlane, place: str) -> dict[str, Any]:
    """What has to be the same however often a run was interrupted."""
    group = world.account.groups[place]
    nodes = [world.node_of(plane.instance(one)) for one in plane.places]  # type: ignore[arg-type]
    leases = world.cluster.objects("leases", "kube-system")
    shared = world.cluster.object("leases", "nodeops-rotator-control-plane", "kube-system")
    return {
        "new": is_new(world, place),
        "whole": [plane.is_whole(one) for one in plane.places],
        "cordoned": [node["spec"].get("unschedulable", False) for node in nodes if node],
        "marks": [ours(node["metadata"].get("annotations", {})) for node in nodes if node],
        "taints": [
            ours(taint["key"] for taint in node["spec"].get("taints", ())) for node in nodes if node
        ],
        "sizes": (group.minimum, group.desired, group.maximum),
        "suspended": sorted(group.suspended),
        "protected": [member.protected for member in group.counted()],
        "held": [one["metadata"]["name"] for one in leases if is_held(one)],
        "out": shared is not None and PREFIX + "out" in shared["metadata"].get("annotations", {}),
        "quorum losses": plane.etcd.quorum_losses,
        "breaches": world.judge.breaches,
    }


def is_held(lease: Any) -> bool:
    own = lease["metadata"]["name"].startswith("nodeops-rotator")
    return own and bool(lease["spec"].get("holderIdentity"))


@functools.cache
def undisturbed() -> tuple[Run, dict[str, Any]]:
    """A run that nobody interrupts, and the state that it leaves."""
    world, plane, place = a_world()
    run = a_run(world, place, etcd_settle=SETTLE)
    run()
    world.kernel.advance(world.kernel.now + 60)
    return run, end_state(world, plane, place)


def commands() -> list[int]:
    """Return the commands at which an interruption matters.

    A read changes nothing, nor does it matter which renewal of a Lease in a row it is.
    """
    found, before = [], {}
    for number, (_at, command) in enumerate(undisturbed()[0].inbox.commands):
        if isinstance(command, READS_OF_ALL):
            continue
        if isinstance(command, (WriteLease, WriteShared)):
            lease = command.lease
            said = (lease.holder, lease.journal, lease.notes)
            if before.get(lease.name) == said:
                continue
            before[lease.name] = said
        found.append(number)
    return found


def interrupted(world: World, place: str, command: int, how: str) -> str:
    """Interrupt a run at this command; return how it ended."""
    run = a_run(world, place, etcd_settle=SETTLE)
    run.inbox.interrupt(command, how)
    with contextlib.suppress(Killed):
        run()
    return run.result.status if run.result else "killed"


def test_an_undisturbed_run_leaves_nothing_behind() -> None:
    run, state = undisturbed()
    assert run.result is not None
    assert run.result.status == "complete"
    assert state["new"] is True
    assert state["whole"] == [True] * 3
    assert state["cordoned"] == [False] * 3
    assert (state["held"], state["out"], state["breaches"]) == ([], False, [])
    assert len(commands()) > 25


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("how", HOW)
def test_a_run_that_is_interrupted_ends_as_an_undisturbed_one(how: str, part: int) -> None:
    for command in commands()[part::PARTS]:
        world, plane, place = a_world()
        ended = interrupted(world, place, command, how)
        assert ended == ("stopped" if how == "signal" else "killed"), command
        run = a_run(world, place, "r2", etcd_settle=SETTLE)
        run()
        world.kernel.advance(world.kernel.now + 60)
        assert run.result is not None
        assert run.result.error is None, (command, run.story()[-5:])
        assert end_state(world, plane, place) == undisturbed()[1], (command, run.story()[-5:])
