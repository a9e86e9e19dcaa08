# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control plane and node groups of its cluster are not rotated at once."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    ListLeases,
    ReadShared,
    WriteShared,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shared import (
    CONTROL_PLANES,
    NAME,
    NODE_GROUPS,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    LockedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import (
    exclusion,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.access import timer_of
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import Retry
from ansible_collections.nodeops.rotator.tests.unit.core.control_plane.builders import (
    components,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.control_plane.builders import (
    WORKERS,
    a_look,
    our_group,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_policy,
)

granted = exclusion.granted
OURS = Lease(NAME, "7", "me", "t1", 30)
HIS = Lease(NAME, "7", "him", "t1", 30)
WATCHED = {"beside another": NOW - 45}
BLUE = Lease("blue", "1", "her", "t1", 30)


def alone(lease: Lease | None, group: Any = None, **more: Any) -> RotationContext:
    """A look of a run that holds its group's Lease since a second."""
    usual: dict[str, Any] = {
        "mode": "survey",
        "shared": lease,
        "shared_read": NOW,
        "shared_seen": {NAME: ("t1", NOW)},
        "holders": {"blue": ("t1", NOW), "plane-b": ("t1", NOW)},
        "others_at": NOW,
        "confirmed": NOW - 1,
        "policy": a_policy(lock_wait=9000),
    }
    return a_look(group, **{**usual, **more})


def workers(lease: Lease | None, **more: Any) -> RotationContext:
    return alone(lease, our_group(tags=WORKERS), shared_held=False, **more)


class TestWorkers:
    def test_go_on_while_nobody_rotates_the_control_plane(self) -> None:
        assert granted(workers(None)) is True
        assert granted(workers(Lease(NAME))) is True

    def test_wait_while_somebody_does(self) -> None:
        ctx = workers(HIS)
        assert granted(ctx) is False
        assert "him is rotating the control plane" in ctx.events[0].text
        assert ctx.memory.report.problem is None

    def test_go_on_when_that_run_is_dead(self) -> None:
        assert granted(workers(HIS, shared_seen={NAME: ("t1", NOW - 30)})) is True

    def test_look_after_they_have_written_their_own_lease(self) -> None:
        ctx = workers(None, shared_read=NOW - 1.5)
        assert granted(ctx) is False
        assert ReadShared(NAME) in ctx.commands

    def test_give_up_once_they_have_waited_for_long_enough(self) -> None:
        ctx = workers(HIS, policy=a_policy(), timers=WATCHED)
        assert granted(ctx) is False
        assert isinstance(ctx.memory.report.problem, LockedError)

    def test_watch_the_other_run_before_they_give_up(self) -> None:
        ctx = workers(HIS, policy=a_policy(), timers={"beside another": NOW - 44})
        assert granted(ctx) is False
        assert ctx.memory.report.problem is None

    def test_of_eks_have_no_control_plane_to_look_for(self) -> None:
        ctx = alone(HIS, our_group(tags={}), shared_held=False, shared_read=-1e9)
        assert granted(ctx) is True
        assert ctx.commands == []


class TestControlPlane:
    def test_goes_on_once_the_lease_is_its_own_and_no_node_group_is_at_work(self) -> None:
        assert granted(alone(OURS)) is True
        assert granted(alone(OURS, others=(Lease("blue"),))) is True

    def test_takes_the_lease_first(self) -> None:
        ctx = alone(None, shared_held=False)
        assert granted(ctx) is False
        assert any(isinstance(command, WriteShared) for command in ctx.commands)

    def test_lists_the_node_groups_after_it_has_written(self) -> None:
        ctx = alone(OURS, others_at=NOW - 5, first_confirmed=NOW - 4)
        assert granted(ctx) is False
        assert ListLeases(NODE_GROUPS) in ctx.commands

    def test_waits_while_a_node_group_is_rotated(self) -> None:
        ctx = alone(OURS, others=(BLUE,))
        assert granted(ctx) is False
        assert "her is rotating a node group (Lease blue)" in ctx.events[0].text

    def test_does_not_wait_for_a_run_that_is_dead(self) -> None:
        ctx = alone(OURS, others=(BLUE,), holders={"blue": ("t1", NOW - 30)})
        assert granted(ctx) is True

    def test_gives_everything_back_when_it_may_not_wait(self) -> None:
        ctx = alone(OURS, others=(BLUE,), policy=a_policy(), timers=WATCHED)
        assert granted(ctx) is False
        assert "the node groups of its cluster take turns" in str(ctx.memory.report.problem)

    def test_waits_while_another_run_is_on_it(self) -> None:
        ctx = alone(HIS, shared_held=False)
        assert granted(ctx) is False
        assert "him is rotating the control plane" in ctx.events[0].text

    def test_takes_the_lease_of_another_run_where_people_force_that(self) -> None:
        forced = a_policy(force_takeover=True)
        ctx = alone(HIS, shared_held=False, policy=forced)
        assert granted(ctx) is False
        assert any(isinstance(command, WriteShared) for command in ctx.commands)
        waiting = alone(OURS, shared_wait=30.0, policy=forced)
        assert granted(waiting) is False

    def test_is_told_when_leases_may_not_be_listed(self) -> None:
        command = ListLeases(NODE_GROUPS)
        denied = {command: Retry(1, NOW + 5, ForbiddenError("no"))}
        since = {timer_of(str(command)): NOW - 60}
        assert granted(alone(OURS, others_at=-1e9, retries=denied)) is False, "one answer"
        with pytest.raises(ForbiddenError):
            granted(alone(OURS, others_at=-1e9, retries=denied, timers=since))


class TestLeader:
    LED = components(leaders={"kube-scheduler": "a_1"})
    RIVAL = Lease(
        "plane-b",
        "1",
        "her",
        "t1",
        30,
        notes=(("nodeops.rotator/autoscaling-group-arn", "arn:aws:x:autoScalingGroupName/b"),),
    )

    def queue(self, **more: Any) -> RotationContext:
        usual = {"rivals_at": NOW, "timers": {"leads": NOW - 6}, "found": self.LED}
        return alone(None, shared_held=False, **{**usual, **more})

    def test_lets_those_go_first_that_wait_beside_it(self) -> None:
        ctx = self.queue(rivals=(self.RIVAL,))
        assert granted(ctx) is False
        assert "her goes first with b, since a leads" in ctx.events[0].text
        assert not any(isinstance(command, WriteShared) for command in ctx.commands)

    def test_waits_a_moment_for_others_to_come(self) -> None:
        ctx = self.queue(timers={"leads": NOW - 1})
        assert granted(ctx) is False
        assert ctx.commands == []
        assert ctx.wake == NOW + 4

    def test_lists_them_again_once_the_list_is_old(self) -> None:
        ctx = self.queue(rivals_at=NOW - 3)
        assert granted(ctx) is False
        assert ListLeases(CONTROL_PLANES) in ctx.commands
        assert not any(isinstance(command, WriteShared) for command in ctx.commands)

    @pytest.mark.parametrize(
        "more",
        [
            {"rivals": ()},
            {"rivals": (RIVAL,), "holders": {"plane-b": ("t1", NOW - 30)}},
            {"rivals": (RIVAL,), "found": components(leaders={})},
            {"rivals": (RIVAL,), "found": components(leaders={"x": "b_1", "y": "b_2"})},
            {
                "rivals": (RIVAL,),
                "found": components(leaders={"kube-scheduler": "a_1", "y": "b_1"}),
            },
        ],
    )
    def test_goes_where_nobody_has_to_go_before_it(self, more: dict[str, Any]) -> None:
        ctx = self.queue(**more)
        assert granted(ctx) is False
        assert any(isinstance(command, WriteShared) for command in ctx.commands)
