# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fate of each pod at one look."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import (
    Decision,
    Fate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    DaemonSet,
    Owner,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Broken,
    Cache,
    Feed,
    reduce,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.pods import (
    NodeLook,
    look_at,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    AGENT,
    ATTACHMENTS,
    BUDGETS,
    CART,
    CLAIMS,
    DAEMONSETS,
    NODE,
    NOW,
    PODS,
    a_cache,
    a_node_memory,
    a_pod,
    a_policy,
    going,
    remembered,
)

DAEMON = a_pod("agent-x", owner=AGENT)


THERE = (DaemonSet("shop", "agent", "uid-agent", 3, 3),)


DOWN, SHUT = UnreachableError("no answer"), ForbiddenError("not allowed")


def look(*pods: Pod, cache: Cache | None = None, now: float = NOW, **options: Any) -> NodeLook:
    """The node with these pods."""
    memory = a_node_memory(*pods)
    return look_at(NODE, memory, cache or a_cache(pods), now, a_policy(**options))


class TestWhatMustBeRead:
    @pytest.mark.parametrize(
        ("pods", "options", "wanted"),
        [
            pytest.param((), {}, {PODS, BUDGETS}, id="an empty node"),
            pytest.param((a_pod(),), {}, {PODS, BUDGETS}, id="a pod of a ReplicaSet"),
            pytest.param((a_pod(),), {"disable_eviction": True}, {PODS}, id="without evictions"),
            pytest.param((DAEMON,), {}, {PODS, BUDGETS, DAEMONSETS}, id="a pod of a DaemonSet"),
            pytest.param(
                (a_pod("agent-x", owner=AGENT, phase="Succeeded"),),
                {},
                {PODS, BUDGETS},
                id="one that has finished",
            ),
            pytest.param(
                (a_pod("x", owner=Owner("DaemonSet", "x", "u", "other.io")),),
                {},
                {PODS, BUDGETS},
                id="a kind of that name of another API group",
            ),
        ],
    )
    def test_it_depends_on_the_pods(
        self, pods: tuple[Pod, ...], options: dict[str, Any], wanted: set[Feed]
    ) -> None:
        assert look(*pods, **options).wanted == wanted

    def test_without_pods_or_budgets_nothing_is_said_of_any_pod(self) -> None:
        empty = look(a_pod(), cache=Cache())
        assert empty.missing == (BUDGETS, PODS)
        assert empty.entries == ()
        assert empty.broken is None

    @pytest.mark.parametrize(
        ("broken", "error"),
        [
            pytest.param({BUDGETS: DOWN}, DOWN, id="budgets"),
            pytest.param({PODS: SHUT}, SHUT, id="pods"),
            pytest.param({BUDGETS: DOWN, PODS: SHUT}, DOWN, id="the first by name"),
            pytest.param({CLAIMS: DOWN}, None, id="what is not needed"),
        ],
    )
    def test_it_says_what_is_in_the_way(self, broken: Any, error: Any) -> None:
        cache = a_cache([a_pod()], broken=broken)
        assert look(a_pod(), cache=cache).broken is error

    def test_a_feed_that_broke_after_it_was_listed_still_serves(self) -> None:
        cache = reduce(a_cache([a_pod()]), [Broken(BUDGETS, DOWN)])
        found = look(a_pod(), cache=cache)
        assert found.missing == ()
        assert len(found.entries) == 1

    def test_a_daemonset_pod_waits_for_the_daemonsets(self) -> None:
        assert look(DAEMON).missing == (DAEMONSETS,)
        assert look(DAEMON, cache=a_cache([DAEMON], daemonsets=THERE)).missing == ()


class TestWhoIsThere:
    @pytest.mark.parametrize(
        ("fields", "there"),
        [
            pytest.param({}, True, id="seen"),
            pytest.param({"gone_at": NOW}, False, id="gone by the watch"),
            pytest.param({"lost": True}, False, id="gone by the server's answer"),
            pytest.param({"accepted_at": NOW}, True, id="its eviction was accepted"),
        ],
    )
    def test_a_pod_counts_until_it_is_known_to_be_gone(
        self, fields: dict[str, Any], there: bool
    ) -> None:
        memory = a_node_memory(pods=remembered(a_pod(), **fields))
        found = look_at(NODE, memory, a_cache([a_pod()]), NOW, a_policy())
        assert bool(found.entries) is there

    @pytest.mark.parametrize(
        ("daemonsets", "fate"),
        [
            pytest.param(THERE, Fate.LEAVE, id="its DaemonSet exists"),
            pytest.param((), Fate.REFUSE, id="its DaemonSet is gone"),
            pytest.param(
                (DaemonSet("bank", "agent", "u2"),), Fate.REFUSE, id="one in another namespace"
            ),
        ],
    )
    def test_daemonsets_decide_over_their_pods(self, daemonsets: Any, fate: Fate) -> None:
        cache = a_cache([DAEMON], daemonsets=daemonsets)
        assert look(DAEMON, cache=cache).entries[0].decision.fate is fate

    def test_entries_are_told_apart_by_fate(self) -> None:
        leaving, static = a_pod(), a_pod("s", annotations={"kubernetes.io/config.mirror": "x"})
        found = look(leaving, static, going("g"))
        assert [one.memory.pod.name for one in found.of(Fate.REMOVE)] == ["cart-1"]
        assert [one.memory.pod.name for one in found.of(Fate.REMOVE, Fate.AWAIT)] == ["cart-1", "g"]
        assert [one.memory.pod.name for one in found.of(Fate.LEAVE)] == ["s"]
        assert [one.going for one in found.entries] == [False, False, True]


class TestHowLongAPodHasBeenTerminating:
    """The timeout counts from the deletion timestamp where clocks are known.

    Elsewhere it counts from when we first saw the pod terminating.
    """

    @pytest.mark.parametrize(
        ("epoch", "deleted_at", "since", "left"),
        [
            pytest.param(None, NOW, NOW - 61, True, id="seen for longer"),
            pytest.param(None, NOW - 900, NOW - 59, False, id="seen for less"),
            pytest.param(5000.0, 5000 + NOW - 61, NOW, True, id="deleted for longer"),
            pytest.param(5000.0, 5000 + NOW - 59, NOW - 900, False, id="deleted for less"),
            pytest.param(None, None, None, False, id="not terminating"),
        ],
    )
    def test_by_the_best_clock_there_is(
        self, epoch: float | None, deleted_at: float | None, since: float | None, left: bool
    ) -> None:
        pod = a_pod(deleted_at=deleted_at)
        memory = a_node_memory(pods=remembered(pod, terminating_since=since))
        policy = a_policy(skip_wait_for_delete_timeout=60, epoch=epoch)
        found = look_at(NODE, memory, a_cache([pod]), NOW, policy)
        assert (found.entries[0].decision.fate is Fate.LEAVE) is left


class TestPodsThatComeBack:
    @pytest.mark.parametrize(
        ("times", "pod", "fate"),
        [
            pytest.param(2, a_pod(), Fate.REMOVE, id="twice"),
            pytest.param(3, a_pod(), Fate.LEAVE, id="three times"),
            pytest.param(12, a_pod(), Fate.LEAVE, id="more often"),
            pytest.param(3, a_pod(phase="Failed"), Fate.REMOVE, id="one that has ended"),
            pytest.param(3, going(), Fate.AWAIT, id="one that terminates"),
            pytest.param(
                3, a_pod(owner=Owner("ReplicaSet", "x", "uid-x")), Fate.REMOVE, id="another's"
            ),
            pytest.param(3, a_pod(owner=None), Fate.REFUSE, id="nobody's"),
        ],
    )
    def test_are_left_after_three_returns(self, times: int, pod: Pod, fate: Fate) -> None:
        memory = a_node_memory(pod, returns={CART.key: times})
        found = look_at(NODE, memory, a_cache([pod]), NOW, a_policy())
        assert found.entries[0].decision.fate is fate

    @pytest.mark.parametrize(("wish", "fate"), [("leave", Fate.LEAVE), ("fail", Fate.REFUSE)])
    def test_the_policy_says_whether_that_fails_the_drain(self, wish: str, fate: Fate) -> None:
        memory = a_node_memory(a_pod(), returns={CART.key: 5})
        found = look_at(NODE, memory, a_cache([a_pod()]), NOW, a_policy(tolerating_pods=wish))
        assert found.entries[0].decision == Decision(
            fate,
            "ReplicaSet cart-5d puts a pod that tolerates the cordon back on this node, 5 times so"
            " far",
            "remove its toleration of the cordon, or pin it elsewhere",
        )


def test_the_feeds_are_those_that_clients_follow() -> None:
    cache = a_cache([DAEMON], daemonsets=THERE, claims=(), attachments=())
    assert {PODS, BUDGETS, DAEMONSETS, CLAIMS, ATTACHMENTS} == set(cache.feeds)
    assert look_at(NODE, a_node_memory(DAEMON), cache, NOW, DrainPolicy()).missing == ()
