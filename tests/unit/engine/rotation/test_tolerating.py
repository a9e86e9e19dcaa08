# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods that return to a cordoned node get one last eviction, by their budget."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Evict
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    Answer,
    Verdict,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Owner, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
    NodeMemory,
    PodMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import tolerating
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.tolerating import (
    AT_LAST,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import CART, a_pod, evict
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
    a_policy,
    selected,
)

BACK = a_pod(node="w")
TIMER = "last eviction i-w"


def a_look(
    *pods: Pod,
    times: int = 3,
    known: dict[str, Any] | None = None,
    paused: float = -math.inf,
    nodes: Any = None,
    drain: DrainPolicy = DrainPolicy(),
    **more: Any,
) -> RotationContext:
    """A look at a drained node w, to which pods of the controller came back so often.

    `known`: what the drain remembers of them.
    """
    remembered = {pod.uid: PodMemory(pod, **(known or {})) for pod in pods}
    memory = DrainMemory(
        {"w": NodeMemory(0.0, remembered, returns={CART.key: times})}, paused_until=paused
    )
    return a_context(
        a_group(an_instance("w")),
        [a_node("w")] if nodes is None else nodes,
        policy=dataclasses.replace(a_policy(), drain=drain),
        shown={Feed("pods", "w"): pods},
        **{"drain": memory, **selected("w"), **more},
    )


def asked(ctx: RotationContext) -> tuple[bool, list[Any]]:
    """Return whether the node may end, and what is asked for that."""
    return tolerating.evicted_last(ctx, ctx.situation.members[0]), ctx.commands


class TestWhoIsAskedFor:
    @pytest.mark.parametrize(
        ("pods", "times", "evicted"),
        [
            pytest.param((BACK,), 3, True, id="it came back three times"),
            pytest.param((BACK,), 2, False, id="twice only"),
            pytest.param((), 9, False, id="nothing is there"),
            pytest.param((a_pod(node="w", deleted_at=1.0),), 3, False, id="it goes already"),
            pytest.param((a_pod(node="w", owner=None),), 3, False, id="a bare pod"),
            pytest.param(
                (a_pod(node="w", owner=Owner("ReplicaSet", "x", "uid-x")),),
                3,
                False,
                id="another's",
            ),
        ],
    )
    def test_pods_of_controllers_that_put_them_back(
        self, pods: tuple[Pod, ...], times: int, evicted: bool
    ) -> None:
        ctx = a_look(*pods, times=times)
        assert asked(ctx) == (not evicted, [evict()] if evicted else [])

    @pytest.mark.parametrize(
        ("accepted", "names"),
        [
            pytest.param((), ["cart-1", "cart-2"], id="all of a controller"),
            pytest.param(("cart-1",), ["cart-2"], id="none twice"),
            pytest.param(("cart-0",), ["cart-1"], id="none that came in the place of another"),
            pytest.param(("cart-0", "cart-9"), [], id="nobody once that is done"),
        ],
    )
    def test_as_many_as_there_are(self, accepted: tuple[str, ...], names: list[str]) -> None:
        known = {("w", CART.key): {f"uid-{name}": NOW - 60 for name in accepted}}
        ctx = a_look(BACK, a_pod("cart-2", "w"), evicted_last=known if accepted else {})
        ends, commands = asked(ctx)
        assert [command.name for command in commands] == names
        assert ends is not bool(names)

    def test_nobody_where_the_drain_knows_nothing_of_the_node(self) -> None:
        assert asked(a_look(BACK, drain=DrainPolicy()))[0] is False
        ctx = a_look(BACK)
        ctx.note(drain=DrainMemory())
        assert asked(ctx) == (True, [])

    def test_nobody_where_the_node_object_is_gone(self) -> None:
        assert asked(a_look(BACK, nodes=())) == (True, [])

    @pytest.mark.parametrize(
        ("policy", "grace"),
        [
            pytest.param(DrainPolicy(), None, id="its own"),
            pytest.param(DrainPolicy(grace_period=5), 5, id="asked for"),
            pytest.param(DrainPolicy(max_grace_period=10), 10, id="capped"),
        ],
    )
    def test_the_grace_is_that_of_the_drain(self, policy: DrainPolicy, grace: int | None) -> None:
        assert asked(a_look(BACK, drain=policy))[1] == [Evict("shop", "cart-1", BACK.uid, grace)]


class TestTheAnswer:
    @pytest.mark.parametrize(
        ("verdict", "ends"),
        [
            (Verdict.ACCEPTED, True),
            (Verdict.GONE, True),
            (Verdict.BUDGET, False),
            (Verdict.ADMISSION, False),
            (Verdict.THROTTLED, False),
        ],
    )
    def test_that_lets_the_pod_go_lets_the_node_end(self, verdict: Verdict, ends: bool) -> None:
        ctx = a_look(BACK, done=[Done(evict(), Answer(verdict), None, NOW, NOW)])
        assert asked(ctx)[0] is ends
        known = {("w", CART.key): {BACK.uid: NOW}}
        assert ctx.memory.nodes.evicted_last == (known if ends else {})

    def test_is_remembered_though_the_pod_is_gone(self) -> None:
        ctx = a_look(BACK, done=[Done(evict(), Answer(Verdict.ACCEPTED), None, NOW, NOW)])
        empty = dataclasses.replace(ctx.view.cache, feeds={Feed("pods", "w"): {}})
        ctx.view = dataclasses.replace(ctx.view, cache=empty)
        assert asked(ctx) == (True, [])
        assert ctx.memory.nodes.evicted_last == {("w", CART.key): {BACK.uid: NOW}}

    def test_is_remembered_when_another_pod_has_come_back_meanwhile(self) -> None:
        known = {("w", CART.key): {BACK.uid: NOW - 100}}
        ctx = a_look(a_pod("cart-9", "w"), evicted_last=known)
        assert asked(ctx) == (True, [])

    @pytest.mark.parametrize(
        ("ago", "ends"), [(0.0, True), (AT_LAST, True), (AT_LAST + 0.1, False)]
    )
    def test_is_the_last_one_for_some_seconds(self, ago: float, ends: bool) -> None:
        pod = a_pod("cart-9", "w")
        ctx = a_look(pod, evicted_last={("w", CART.key): {BACK.uid: NOW - ago}})
        assert tolerating.evicted_last(ctx, ctx.situation.members[0], AT_LAST) is ends
        assert ctx.commands == ([] if ends else [evict("cart-9")])

    def test_on_another_node_is_none_here(self) -> None:
        ctx = a_look(BACK, evicted_last={("other", CART.key): {"uid-1": NOW}})
        assert asked(ctx) == (False, [evict()])

    def test_that_is_an_error_decides_nothing(self) -> None:
        ctx = a_look(BACK, done=[Done(evict(), None, ForbiddenError("no"), NOW, NOW)])
        assert asked(ctx)[0] is False

    def test_to_something_else_decides_nothing(self) -> None:
        ctx = a_look(BACK, done=[Done(evict("other"), Answer(Verdict.ACCEPTED), None, NOW, NOW)])
        assert asked(ctx)[0] is False


class TestTheNextTry:
    @pytest.mark.parametrize(
        ("known", "paused", "due"),
        [
            pytest.param({}, -math.inf, NOW, id="never asked"),
            pytest.param({"refused_at": NOW - 5}, -math.inf, NOW, id="refused five seconds ago"),
            pytest.param({"refused_at": NOW - 1}, -math.inf, NOW + 4, id="refused just now"),
            pytest.param(
                {"next_try": NOW + 8, "trouble": "no answer"}, -math.inf, NOW + 8, id="an error"
            ),
            pytest.param({"next_try": NOW + 8}, -math.inf, NOW, id="the pace of a budget"),
            pytest.param({}, NOW + 7, NOW + 7, id="the server wants a pause"),
        ],
    )
    def test_waits_for_what_was_answered_last(
        self, known: dict[str, Any], paused: float, due: float
    ) -> None:
        ctx = a_look(BACK, known=known, paused=paused)
        assert asked(ctx) == (False, [evict()] if due <= NOW else [])
        assert ctx.wake == max(due, NOW + 5)

    def test_of_a_pod_that_the_drain_has_not_seen_comes_at_once(self) -> None:
        ctx = a_look(BACK)
        nodes = {"w": NodeMemory(0.0, returns={CART.key: 3})}
        ctx.note(drain=DrainMemory(nodes))
        assert asked(ctx) == (False, [evict()])


class TestTheLimit:
    @pytest.mark.parametrize(
        ("drain", "limit"),
        [
            pytest.param(DrainPolicy(), 600, id="pdb_timeout"),
            pytest.param(DrainPolicy(pdb_timeout=0), 900, id="without one, the drain's own"),
        ],
    )
    def test_leaves_the_node_and_counts_as_a_failure(self, drain: DrainPolicy, limit: int) -> None:
        early = a_look(BACK, drain=drain, timers={TIMER: NOW - limit + 1})
        assert asked(early) == (False, [evict()])
        late = a_look(BACK, drain=drain, timers={TIMER: NOW - limit})
        assert asked(late) == (False, [])
        assert late.memory.nodes.marks.skipped == {"i-w"}
        assert late.journal.failures == ("Node w: the last eviction of shop/cart-1 is refused",)

    def test_never_comes_where_nothing_is_limited(self) -> None:
        drain = DrainPolicy(pdb_timeout=0, timeout=0)
        assert asked(a_look(BACK, drain=drain, timers={TIMER: NOW - 1e6})) == (False, [evict()])
