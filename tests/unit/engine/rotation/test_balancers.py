# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node's way out of its target groups, and the end of its Node object."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    DeleteNode,
    Deregister,
    Register,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import TargetRead
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.deregistration import (
    SOONEST,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Marks,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.targets import (
    ReadTargets,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
    NodeMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    balancers,
    ended_nodes,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RECENT,
    RotationContext,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    INGRESS,
    a_group,
    a_node,
    a_target,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    RUNNING,
    a_context,
    a_policy,
    selected,
    written,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.test_replacement import (
    a_member,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.test_replacement_back import (
    MARKED,
)

TAKEN = Deregister(INGRESS, (("i-w", 30080),))


def balanced(
    *targets: Any, unavailable: int = 0, leaves: str = "w", **fields: Any
) -> tuple[RotationContext, bool]:
    """Return whether the balancers are done with i-w, in a group of w, x and y."""
    group = a_group(*(an_instance(name) for name in "wxy"), targets=targets)
    nodes = [a_node(name, **(MARKED if name in leaves else {})) for name in "wxy"]
    ctx = a_context(
        group, nodes, policy=a_policy(1, unavailable), **{**selected(*leaves), **fields}
    )
    return ctx, balancers.leave_target_groups(ctx, a_member(ctx, "w"))


def test_a_target_is_recorded_then_deregistered_then_waited_for() -> None:
    ctx, done = balanced(a_target("w"), a_target("x"))
    assert not done
    assert ctx.commands == []
    assert ctx.journal.deregistered_targets == ((INGRESS, "i-w", 30080),)
    following = written(ctx)
    assert not balancers.leave_target_groups(following, a_member(following, "w"))
    assert following.commands == [Deregister(INGRESS, (("i-w", 30080),))]
    ctx, done = balanced(a_target("w", "draining"), a_target("x"))
    assert not done
    assert ctx.commands == []
    assert ctx.wake == NOW + SOONEST
    assert balanced(a_target("w", "unused"), a_target("x"))[1]
    assert balanced(a_target("x"))[1]


def test_a_node_is_out_of_target_groups_only_by_a_read_since_it_leaves() -> None:
    old = {INGRESS: TargetRead(NOW - RECENT - 1, NOW - RECENT)}
    for targets in ((a_target("x"),), (a_target("w", "unused"), a_target("x"))):
        ctx, done = balanced(*targets, target_reads=old)
        assert not done
        assert ctx.commands == [ReadTargets(INGRESS)]
        assert balanced(*targets, target_reads=old, timers={"targets i-w": NOW - 60})[1]
    ctx, done = balanced(a_target("x"), target_reads={})
    assert not done, "a target group that was attached since"


def test_a_target_is_taken_out_only_on_a_read_of_the_last_seconds() -> None:
    leaves = {"targets i-w": NOW - 60}
    for age, acts in ((RECENT + 1, [ReadTargets(INGRESS)]), (RECENT - 1, [TAKEN])):
        ctx, done = balanced(
            a_target("w"),
            a_target("x"),
            journal=dataclasses.replace(RUNNING, deregistered_targets=((INGRESS, "i-w", 30080),)),
            target_reads={INGRESS: TargetRead(NOW - age, NOW - age)},
            timers=leaves,
        )
        assert not done
        assert ctx.commands == acts


def test_the_last_healthy_target_is_not_taken() -> None:
    for others in (
        (),
        (a_target("x", "unhealthy"),),
        (a_target("x", "draining"),),
        (a_target("x", group="another"),),
    ):
        ctx, done = balanced(a_target("w"), *others)
        assert (done, ctx.wake) == (False, NOW + SOONEST)
        assert ctx.journal.deregistered_targets == ()
        assert ctx.commands == []
    ctx, done = balanced(a_target("w"), a_target("x"), leaves="wx")
    assert not done, "the other one is leaving too"
    assert ctx.journal.deregistered_targets == (), "the other one is leaving too"
    ctx, done = balanced(a_target("w", "unhealthy"))
    assert ctx.journal.deregistered_targets, "one that gets no traffic is no loss"
    ctx, done = balanced(a_target("w"), unavailable=3)
    assert ctx.journal.deregistered_targets, "all may be unavailable: so it is wanted"


def test_after_lb_timeout_a_draining_target_is_left_and_the_last_healthy_is_a_failure() -> None:
    late = {"timers": {"lb i-w": NOW - 420}}
    assert balanced(a_target("w", "draining"), a_target("x"), **late)[1]
    ctx, done = balanced(a_target("w"), **late)
    assert not done
    assert "last healthy target" in str(ctx.memory.report.problem)
    assert ctx.memory.nodes.marks.selected == frozenset()


def test_what_lb_timeout_ends_is_judged_on_a_read_at_its_end() -> None:
    timers = {"targets i-w": NOW - 600, "lb i-w": NOW - 500}
    for age, acts in ((100.0, [ReadTargets(INGRESS)]), (80.0, [])):
        ctx, done = balanced(
            a_target("w", "draining"),
            a_target("x"),
            timers=timers,
            target_reads={INGRESS: TargetRead(NOW - age, NOW - age)},
        )
        assert done == (not acts)
        assert ctx.commands == acts


def following_pods(*targets: Any, **fields: Any) -> tuple[RotationContext, bool]:
    """As balanced, where the target group follows pods."""
    return balanced(*targets, journal=dataclasses.replace(RUNNING, follows=(INGRESS,)), **fields)


def test_where_health_follows_pods_the_last_healthy_target_is_drained_first() -> None:
    ctx, done = following_pods(a_target("w"), a_target("x", "unhealthy"))
    assert done
    assert ctx.commands == []
    assert ctx.journal.deregistered_targets == ()
    ctx, done = following_pods(a_target("w"), a_target("x"))
    assert not done, "another one serves: it leaves first"
    assert ctx.journal.deregistered_targets, "another one serves: it leaves first"
    ctx, done = following_pods(a_target("w"), a_target("x", "unhealthy"), leaves="wx")
    assert not done, "no node that stays is registered there"
    assert ctx.commands == [], "no node that stays is registered there"


def test_after_its_drain_it_leaves_once_another_is_healthy_or_it_is_not() -> None:
    def drained(*targets: Any) -> RotationContext:
        ctx = following_pods(*targets)[0]
        assert not balancers.leave_target_groups(ctx, a_member(ctx, "w"), drained=True)
        return ctx

    for targets in (
        (a_target("w"), a_target("x")),
        (a_target("w", "unhealthy"), a_target("x", "unhealthy")),
    ):
        assert drained(*targets).journal.deregistered_targets == ((INGRESS, "i-w", 30080),)
    assert not drained(a_target("w"), a_target("x", "unhealthy")).journal.deregistered_targets


def test_a_drain_under_way_is_not_interrupted_when_another_target_becomes_healthy() -> None:
    drain = DrainMemory(nodes={"w": NodeMemory(NOW)})
    ctx, done = following_pods(a_target("w"), a_target("x"), drain=drain)
    assert done
    assert ctx.journal.deregistered_targets == ()


def test_a_node_that_stays_gets_its_targets_back() -> None:
    deregistered = (
        (INGRESS, "i-w", 1),
        (INGRESS, "i-x", 1),
        (INGRESS, "i-y", 1),
        (INGRESS, "i-gone", 1),
    )
    group = a_group(
        *(an_instance(name) for name in "wxy"),
        targets=(a_target("w", "draining"), a_target("x", "initial")),
    )
    ctx = a_context(
        group,
        journal=dataclasses.replace(RUNNING, deregistered_targets=deregistered),
        **selected("y"),
    )
    assert balancers.rejoined(ctx) is False
    assert ctx.journal.deregistered_targets == (deregistered[0], deregistered[2]), (
        "one serves again, one has left, one is still leaving"
    )
    following = written(ctx)
    assert balancers.rejoined(following) is False
    assert following.commands == [Register(INGRESS, (("i-w", 1),))]


@pytest.mark.parametrize(
    ("read", "timers", "back"),
    [
        pytest.param(NOW - 1, {}, False, id="before it was to stay"),
        pytest.param(NOW, {}, True, id="since"),
        pytest.param(NOW - 1, {f"stays i-w {INGRESS}": NOW - 2}, True, id="since long"),
    ],
)
def test_only_a_read_since_a_node_is_to_stay_says_that_its_target_is_registered(
    read: float, timers: dict[str, float], back: bool
) -> None:
    key = (INGRESS, "i-w", 30080)
    ctx = a_context(
        a_group(an_instance("w"), targets=(a_target("w"),)),
        journal=dataclasses.replace(RUNNING, deregistered_targets=(key,)),
        target_reads={INGRESS: TargetRead(read, read)},
        timers=timers,
    )
    assert balancers.rejoined(ctx) is back
    assert ctx.journal.deregistered_targets == (() if back else (key,))
    assert ctx.commands == ([] if back else [ReadTargets(INGRESS)])


def test_a_node_that_leaves_again_is_to_stay_no_more() -> None:
    ctx = a_context(
        a_group(an_instance("w"), targets=(a_target("w"),)),
        journal=dataclasses.replace(RUNNING, deregistered_targets=((INGRESS, "i-w", 30080),)),
        timers={f"stays i-w {INGRESS}": NOW - 60},
        **selected("w"),
    )
    assert balancers.rejoined(ctx)
    assert ctx.memory.timers == {}
    assert ctx.commands == []


def after_end(state: str, node: Node, **fields: Any) -> RotationContext:
    """A look after i-w has ended."""
    group = a_group(an_instance("x"), former=(an_instance("w", state=state),))
    ctx = a_context(group, [node], marks=Marks(gone=frozenset(("i-w",))), **fields)
    ended_nodes.delete_ended_nodes(ctx)
    return ctx


def test_a_node_is_deleted_only_when_ec2_says_that_its_instance_is_terminated() -> None:
    assert after_end("terminated", a_node("w")).commands == [DeleteNode("w", "uid-w")]
    for state in ("running", "shutting-down", "stopped", ""):
        assert after_end(state, a_node("w")).commands == []
    assert after_end("terminated", a_node("w", provider_id="aws:///a/i-other")).commands == []


def test_at_the_end_lingering_nodes_are_waited_for_and_then_told() -> None:
    ctx = after_end("shutting-down", a_node("w"))
    assert ended_nodes.clear_ended_nodes(ctx) is False
    assert ctx.memory.report.left == ()
    late = after_end("shutting-down", a_node("w"), timers={"ended nodes": NOW - 600})
    assert ended_nodes.clear_ended_nodes(late) is True
    assert "Instance i-w was told to terminate" in late.memory.report.left[0]
    assert (
        ended_nodes.clear_ended_nodes(a_context(a_group(an_instance("x")), [a_node("x")])) is True
    )


def test_whose_node_is_awaited() -> None:
    group = a_group(an_instance("x"), an_instance("n", fresh=True, private_dns="ip-7"))
    former = a_node("ip-7", provider_id="aws:///a/i-former")
    ctx = a_context(
        group,
        [a_node("x"), a_node("w"), former],
        marks=Marks(gone=frozenset(("i-w", "i-vanished"))),
    )
    assert ended_nodes.awaited(ctx) == ("i-former", "i-w")
    assert ended_nodes.awaited(a_context(None)) == ()
