# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workload gate: pods that this run evicted have to run again before the next node goes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Owner, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
    NodeMemory,
    PodMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import gate
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
    a_policy,
)

CART = Owner("ReplicaSet", "cart", "uid-cart")
TILL = Owner("ReplicaSet", "till", "uid-till")
WHY = "0/3 nodes are available: 3 Insufficient cpu."


def pending(name: str = "cart-1", owner: Owner | None = CART, **more: Any) -> Pod:
    """A pod that has no node."""
    fields = {"phase": "Pending", "owner": owner, **more}
    return Pod("shop", name, f"uid-{name}", **fields)


def a_look(
    *pods: Pod,
    gate_: str = "wait",
    waited: float | None = 10.0,
    group: Any = None,
    nodes: Any = None,
    **more: Any,
) -> RotationContext:
    """A look at these pending pods, which have been seen for so long."""
    timers = {} if waited is None else {"pods pending": NOW - waited}
    fields: dict[str, Any] = {"robbed": frozenset((CART.key,)), "timers": timers, **more}
    fields.setdefault("shown", {gate.PENDING: pods})
    return a_context(
        group or a_group(an_instance("w")),
        [a_node("w")] if nodes is None else nodes,
        policy=a_policy(workload_gate=gate_),
        **fields,
    )


class TestWhoLostAPod:
    @pytest.mark.parametrize(
        ("accepted", "owner", "robbed"),
        [
            pytest.param(NOW, CART, {CART.key}, id="evicted by us"),
            pytest.param(None, CART, set(), id="gone by itself"),
            pytest.param(NOW, None, set(), id="a bare pod has nobody"),
        ],
    )
    def test_is_remembered(
        self, accepted: float | None, owner: Owner | None, robbed: set[str]
    ) -> None:
        pod = PodMemory(pending(owner=owner), accepted_at=accepted)
        drain = DrainMemory({"w": NodeMemory(0.0, {"uid-cart-1": pod})})
        ctx = a_look(robbed=frozenset(), drain=drain)
        gate.note_losses(ctx)
        assert ctx.memory.robbed == robbed

    def test_is_remembered_when_the_node_is_forgotten(self) -> None:
        ctx = a_look(robbed=frozenset(("uid-till",)))
        gate.note_losses(ctx)
        assert ctx.memory.robbed == {"uid-till"}


class TestWhatClosesTheGate:
    @pytest.mark.parametrize(
        ("pod", "closed"),
        [
            pytest.param(pending(), True, id="a pod of a workload that lost one"),
            pytest.param(pending(owner=TILL), False, id="of a workload that lost none"),
            pytest.param(pending(owner=None), False, id="a bare pod"),
            pytest.param(pending(node="w"), False, id="one that has a node"),
            pytest.param(pending(deleted_at=1.0), False, id="one that is going"),
        ],
    )
    def test_a_pod_that_lost_its_place_and_has_none(self, pod: Pod, closed: bool) -> None:
        assert bool(gate.closed(a_look(pod))) is closed

    @pytest.mark.parametrize(
        ("waited", "said"),
        [
            pytest.param(None, "pod shop/cart-1 is being scheduled", id="just now"),
            pytest.param(9.9, "pod shop/cart-1 is being scheduled", id="for less than ten seconds"),
            pytest.param(
                10.0, "pod shop/cart-1 cannot run again: it is Pending", id="for ten seconds"
            ),
        ],
    )
    def test_the_scheduler_gets_ten_seconds(self, waited: float | None, said: str) -> None:
        assert gate.closed(a_look(pending(), waited=waited)) == said

    def test_it_says_why_in_the_schedulers_words_and_how_many_more(self) -> None:
        pods = [pending(name, unscheduled=WHY) for name in ("cart-3", "cart-1", "cart-2")]
        assert gate.closed(a_look(*pods)) == (
            f"pod shop/cart-1 (and 2 more) cannot run again: {WHY}"
        )

    def test_one_that_found_a_place_meanwhile_has_its_time_again(self) -> None:
        ctx = a_look(waited=500.0)
        assert gate.closed(ctx) == ""
        assert "pods pending" not in ctx.memory.timers

    @pytest.mark.parametrize(
        ("gate_", "robbed"),
        [("off", frozenset((CART.key,))), ("wait", frozenset())],
        ids=["it is off", "nobody lost a pod"],
    )
    def test_where_there_is_nothing_to_wait_for_nothing_is_read(
        self, gate_: str, robbed: frozenset[str]
    ) -> None:
        ctx = a_look(pending(), gate_=gate_, robbed=robbed)
        assert gate.closed(ctx) == ""
        assert gate.PENDING not in ctx.feeds

    def test_a_gate_that_only_warns_says_it_once_and_stays_open(self) -> None:
        ctx = a_look(pending(), gate_="warn")
        assert (gate.closed(ctx), gate.closed(ctx)) == ("", "")
        assert [(event.phase, event.text) for event in ctx.events] == [
            ("warning", "pod shop/cart-1 cannot run again: it is Pending")
        ]


class TestALaunchOnItsWay:
    NEW = an_instance("n", fresh=True)

    @pytest.mark.parametrize(
        ("marks", "open_"),
        [
            pytest.param(Marks(), True, id="a new node that is not ready yet"),
            pytest.param(Marks(joined=frozenset(("i-n",))), False, id="a new node that is ready"),
            pytest.param(Marks(skipped=frozenset(("i-n",))), False, id="one that was given up"),
        ],
    )
    def test_may_bring_the_node_that_takes_the_pod(self, marks: Marks, open_: bool) -> None:
        ctx = a_look(
            pending(),
            group=a_group(an_instance("w"), self.NEW),
            nodes=[a_node("w"), a_node("n")],
            marks=marks,
        )
        assert (gate.closed(ctx) == "") is open_

    @pytest.mark.parametrize(("desired", "open_"), [(2, True), (1, False)])
    def test_counts_from_when_it_was_asked_for(self, desired: int, open_: bool) -> None:
        ctx = a_look(pending(), group=a_group(an_instance("w"), desired=desired))
        assert (gate.closed(ctx) == "") is open_

    def test_gives_the_scheduler_its_time_again_afterwards(self) -> None:
        ctx = a_look(pending(), group=a_group(an_instance("w"), desired=2), waited=500.0)
        gate.closed(ctx)
        assert "pods pending" not in ctx.memory.timers


class TestReading:
    def test_until_the_pods_are_listed_the_gate_is_closed(self) -> None:
        ctx = a_look(shown={})
        assert gate.closed(ctx) == "the pending pods are being listed"
        assert gate.PENDING in ctx.feeds

    @pytest.mark.parametrize("listed", [True, False])
    def test_an_error_that_passes_closes_it(self, listed: bool) -> None:
        shown = {gate.PENDING: ()} if listed else {}
        ctx = a_look(shown=shown, broken={gate.PENDING: UnreachableError("no answer")})
        assert gate.closed(ctx) == "the pending pods cannot be read: no answer"

    def test_who_may_not_read_them_does_not_wait(self) -> None:
        ctx = a_look(broken={gate.PENDING: ForbiddenError("not allowed")})
        assert gate.closed(ctx) == ""
