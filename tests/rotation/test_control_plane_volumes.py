# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A new control plane node that comes up with other volumes than the old one had."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.tests.rotation.control_plane_builders import (
    a_plane,
    a_run,
)
from ansible_collections.nodeops.rotator.tests.simulation.control_plane import ControlPlane
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World

NODE_IS_OUT = 63
"""The number of a command that a run sends once its node has gone."""


def swapped(world: World, plane: ControlPlane, place: str, keeps: bool) -> str:
    """Let somebody restore a member from a snapshot once its node is out.

    `keeps`: he keeps the volume that it had. Returns that volume.
    """
    account = world.account
    (member,) = (one for one in plane.etcd.members if (one.place, one.etcd) == (place, "main"))
    old = member.volume

    def swap() -> None:
        member.volume = dataclasses.replace(old, id=account.new_id("vol"), instance="")
        account.volumes[member.volume.id] = member.volume
        if not keeps:
            del account.volumes[old.id]

    ended = []

    def note(event: str, instance: object) -> None:
        if event == "terminated" and getattr(instance, "group", "") == place and not ended:
            ended.append(event)
            swap()

    account.observers.append(note)
    return str(old.id)


@pytest.mark.parametrize("keeps", [True, False])
def test_a_member_that_was_restored_from_a_snapshot_meanwhile_is_no_success(keeps: bool) -> None:
    world, plane = a_plane()
    first = plane.places[0]
    volume = swapped(world, plane, first, keeps)
    result = a_run(world, first)()
    assert plane.is_whole(first), "only its volume tells"
    assert result.status == "failed"
    assert f"volume {volume} of etcd cluster main, which the old node had" in str(result.error)
    assert world.judge.breaches == []


def test_after_a_kill_a_second_volume_of_a_member_still_tells() -> None:
    world, plane = a_plane()
    first = plane.places[0]
    old = plane.instance(first)
    assert old is not None
    swapped(world, plane, first, keeps=True)
    run = a_run(world, first)
    run.inbox.interrupt(NODE_IS_OUT, "sent")
    with pytest.raises(Killed):
        run()
    assert plane.instance(first) is not old, "its node was out"
    result = a_run(world, first, "r2")()
    assert result.status == "failed"
    assert "etcd cluster main has 4 volumes for 3 control plane groups" in str(result.error)
    assert world.judge.breaches == []
