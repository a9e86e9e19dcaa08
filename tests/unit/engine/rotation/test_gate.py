# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps the next replacement from beginning: pods that do not run again."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Owner,
    Pod,
    Workload,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.workloads import (
    Hope,
    Loss,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import gate
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.access import timer_of
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.losses import FEEDS
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    RUNNING,
    a_context,
    a_policy,
)

WEB = Workload("Deployment", "shop", "web", "uid-web", wanted=4, ready=3)
SET = Owner("ReplicaSet", "web-6f", "uid-set")
FLEET = Owner("Fleet", "fleet", "uid-fleet", "example.com")
WHY = "0/3 nodes are available: 3 Insufficient cpu."
LOST = {WEB.key: Loss(4, NOW - 60)}
SHORT = "Deployment shop/web has 3 of 4 pods ready"


def pending(name: str = "web-1", owner: Owner | None = SET, **more: Any) -> Pod:
    """A pod that has no node."""
    fields = {
        "phase": "Pending",
        "ready": False,
        "owner": owner,
        "unscheduled": WHY,
        "labels": {"pod-template-hash": "6f"},
        **more,
    }
    return Pod("shop", name, f"uid-{name}", **fields)


def a_look(
    *pods: Pod,
    mode: str = "wait",
    workload: Workload | None = WEB,
    group: Any = None,
    nodes: Any = None,
    shown: dict[Feed, Any] | None = None,
    **more: Any,
) -> RotationContext:
    """A look at these Pending pods and a Deployment that lost a pod a minute ago."""
    found = () if workload is None else (workload,)
    listed = {gate.PENDING: pods, FEEDS["Deployment"]: found} if shown is None else shown
    fields: dict[str, Any] = {"losses": LOST, "robbed": frozenset((SET.key, FLEET.key)), **more}
    return a_context(
        group or a_group(an_instance("w")),
        [a_node("w")] if nodes is None else nodes,
        policy=a_policy(workload_gate=mode),
        shown=listed,
        **fields,
    )


class TestAWorkload:
    def test_that_is_short_of_pods_closes_the_gate_with_the_words_of_the_scheduler(self) -> None:
        assert gate.closed(a_look()) == SHORT
        words = f"{SHORT}: pod shop/web-1 cannot be scheduled: {WHY}"
        assert gate.closed(a_look(pending())) == words

    @pytest.mark.parametrize(
        "workload",
        [
            pytest.param(dataclasses.replace(WEB, ready=4), id="recovered"),
            pytest.param(dataclasses.replace(WEB, wanted=3), id="scaled down"),
            pytest.param(dataclasses.replace(WEB, rolling=True), id="in a rollout"),
            pytest.param(dataclasses.replace(WEB, deleting=True), id="being deleted"),
            pytest.param(None, id="gone"),
        ],
    )
    def test_that_is_not_short_opens_it_and_is_forgotten(self, workload: Workload | None) -> None:
        ctx = a_look(workload=workload, timers={"gate closed": NOW - 10}, least_lacking=1)
        assert gate.closed(ctx) == ""
        assert ctx.memory.gate.losses == {}
        assert "gate closed" not in ctx.memory.timers
        assert ctx.memory.gate.least_lacking is None

    def test_that_lost_a_pod_just_now_is_not_believed_yet(self) -> None:
        lost = {WEB.key: Loss(4, NOW - 1)}
        ctx = a_look(workload=dataclasses.replace(WEB, ready=4), losses=lost)
        assert gate.closed(ctx) == "pods have been evicted just now"
        assert ctx.wake == NOW + 1

    def test_how_many_more_there_are_is_said(self) -> None:
        other = dataclasses.replace(WEB, name="xen", uid="uid-xen")
        ctx = a_look(
            shown={gate.PENDING: (), FEEDS["Deployment"]: (WEB, other)},
            losses={**LOST, other.key: Loss(4, NOW - 60)},
        )
        assert gate.closed(ctx) == f"{SHORT} (and 1 more)"


class TestAPodOfAnotherKind:
    @pytest.mark.parametrize(
        ("pod", "closed"),
        [
            pytest.param(pending(owner=FLEET), True, id="of a controller that lost one"),
            pytest.param(pending(owner=FLEET, node="w", unscheduled=""), True, id="that starts"),
            pytest.param(pending(owner=FLEET, deleted_at=1.0), False, id="that is going"),
            pytest.param(pending(owner=Owner("Fleet", "b", "x")), False, id="of another"),
            pytest.param(pending(owner=None), False, id="a bare one"),
        ],
    )
    def test_counts_while_it_is_pending(self, pod: Pod, closed: bool) -> None:
        found = gate.closed(a_look(pod, workload=None, losses={}))
        assert ("which this run evicted" in found) is closed


class TestModes:
    def test_off_reads_nothing(self) -> None:
        ctx = a_look(pending(), mode="off")
        assert (gate.closed(ctx), gate.PENDING in ctx.feeds) == ("", False)
        assert FEEDS["Deployment"] not in ctx.feeds

    @pytest.mark.parametrize(
        ("mode", "shut", "told", "untold"),
        [
            pytest.param("warn", True, "", True, id="shut for a short time"),
            pytest.param("warn", True, "gate", False, id="told"),
            pytest.param("warn", False, "", False, id="open"),
            pytest.param("wait", True, "", False, id="it does not only warn"),
        ],
    )
    def test_warn_is_not_over_before_it_has_said_so(
        self, mode: str, shut: bool, told: str, untold: bool
    ) -> None:
        timers = {"gate closed": NOW - 3} if shut else {}
        assert gate.untold(a_look(mode=mode, timers=timers, told=frozenset((told,)))) is untold

    def test_warn_says_it_once_after_a_while_and_stays_open(self) -> None:
        early = a_look(mode="warn", timers={"gate closed": NOW - 29})
        assert (gate.closed(early), early.events) == ("", [])
        ctx = a_look(mode="warn", timers={"gate closed": NOW - 30})
        assert (gate.closed(ctx), gate.closed(ctx)) == ("", "")
        assert [(event.phase, event.text) for event in ctx.events] == [("warning", SHORT)]

    def test_wait_says_once_what_it_waits_for(self) -> None:
        ctx = a_look(timers={"gate closed": NOW - 30})
        assert (gate.closed(ctx), gate.closed(ctx)) == (SHORT, SHORT)
        assert [(event.phase, event.text) for event in ctx.events] == [("waiting", SHORT)]

    def test_nobody_lost_a_pod(self) -> None:
        ctx = a_look(pending(), losses={}, robbed=frozenset())
        assert (gate.closed(ctx), gate.PENDING in ctx.feeds) == ("", False)


class TestProgress:
    @pytest.mark.parametrize(("least", "anew"), [(None, True), (2, True), (1, False), (0, False)])
    def test_gives_the_run_its_time_again(self, least: int | None, anew: bool) -> None:
        ctx = a_look(least_lacking=least, timers={"stalled": 5.0, "gate at the end": 5.0})
        gate.closed(ctx)
        assert ("stalled" not in ctx.memory.timers) is anew
        assert ("gate at the end" not in ctx.memory.timers) is anew

    def test_what_is_short_for_long_is_recorded_and_taken_out_when_it_has_recovered(self) -> None:
        early = a_look(timers={"gate closed": NOW - 29})
        gate.closed(early)
        assert early.journal.short == ()
        late = a_look(timers={"gate closed": NOW - 30})
        gate.closed(late)
        assert late.journal.short == ((WEB.key, 4),)
        recorded: Journal = dataclasses.replace(RUNNING, short=((WEB.key, 4),))
        well = a_look(workload=dataclasses.replace(WEB, ready=4), journal=recorded)
        gate.closed(well)
        assert well.journal.short == ()
        still = a_look(journal=recorded)
        gate.closed(still)
        assert still.journal.short == ((WEB.key, 4),)


class TestALaunchInFlight:
    NEW = an_instance("n", fresh=True)

    def coming(self, *pods: Pod, joined: bool = False, **more: Any) -> RotationContext:
        marks = Marks(joined=frozenset(("i-n",)) if joined else frozenset())
        nodes = [a_node("w", labels={"role": "old"}), a_node("n", labels={"role": "new"})]
        group = a_group(an_instance("w"), self.NEW)
        return a_look(*pods, group=group, nodes=nodes, marks=marks, **more)

    def test_excuses_a_pod_that_fits_nowhere_until_it_has_joined(self) -> None:
        assert gate.closed(self.coming(pending())) == ""
        known = {"uid-web-1": Hope(NOW - 60, 1, frozenset(("i-n",)))}
        assert gate.closed(self.coming(pending(), hopes=known)) == ""
        assert SHORT in gate.closed(self.coming(pending(), joined=True, hopes=known))

    def test_excuses_none_that_starts_somewhere(self) -> None:
        assert SHORT in gate.closed(self.coming(pending(node="w", unscheduled="")))

    def test_excuses_it_for_boot_timeout_at_most(self) -> None:
        known = {"uid-web-1": Hope(NOW - 900, 1, frozenset(("i-n",)))}
        assert SHORT in gate.closed(self.coming(pending(), hopes=known))

    def test_that_began_later_excuses_nothing(self) -> None:
        known = {"uid-web-1": Hope(NOW - 60, 0)}
        assert SHORT in gate.closed(self.coming(pending(), hopes=known))

    def test_counts_from_when_it_was_asked_for(self) -> None:
        for desired, open_ in ((2, True), (1, False)):
            ctx = a_look(pending(), group=a_group(an_instance("w"), desired=desired))
            assert (gate.closed(ctx) == "") is open_

    def test_must_be_one_that_the_pod_asks_for(self) -> None:
        wants_old, wants_new = (parse("role=old"),), (parse("role=new"),)
        assert gate.closed(self.coming(pending(placing=wants_old))) == "", (
            "before there is a new node, an old one tells what labels it will have"
        )
        assert SHORT in gate.closed(self.coming(pending(placing=wants_new)))

    def test_must_be_in_the_zone_of_the_pods_volume(self) -> None:
        bound = pending(
            unscheduled="0/2 nodes are available: 2 node(s) had volume node affinity conflict.",
            claims=("data-0",),
        )
        for zone, open_ in (("a", True), ("b", False)):
            ctx = self.coming(bound, claim_zones={"shop/data-0": zone})
            assert (gate.closed(ctx) == "") is open_


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

    @pytest.mark.parametrize(
        ("since", "why"), [(0, "the pending pods cannot be read: not allowed"), (60, "")]
    )
    def test_who_may_not_read_them_for_a_minute_does_not_wait(self, since: float, why: str) -> None:
        broken = {gate.PENDING: ForbiddenError("not allowed")}
        ctx = a_look(broken=broken, timers={timer_of("pending pods"): NOW - since})
        assert gate.closed(ctx) == why

    def test_where_workloads_may_not_be_read_pending_pods_count_and_that_is_said(self) -> None:
        forbidden = {FEEDS["Deployment"]: ForbiddenError("not allowed")}
        ctx = a_look(pending(), workload=None, losses={}, broken=forbidden)
        assert "pod shop/web-1 cannot be scheduled" in gate.closed(ctx)
        gate.closed(ctx)
        (said,) = [event.text for event in ctx.events if event.phase == "warning"]
        assert said.startswith("deployments may not be read, so the workload gate looks at Pending")
