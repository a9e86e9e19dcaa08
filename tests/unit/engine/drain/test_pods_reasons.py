# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a pod is still there, in words."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    Answer,
    Verdict,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import (
    Decision,
    Fate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Budget,
    Node,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Cache,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    PodMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.pods import (
    Entry,
    NodeLook,
    blockers,
    look_at,
    reason,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    NODE,
    NOW,
    a_budget,
    a_cache,
    a_node_memory,
    a_pod,
    a_policy,
    going,
    indexed,
)


def look(*pods: Pod, cache: Cache | None = None, now: float = NOW, **options: Any) -> NodeLook:
    """The node with these pods."""
    memory = a_node_memory(*pods)
    return look_at(NODE, memory, cache or a_cache(pods), now, a_policy(**options))


def entry(pod: Pod, decision: Decision = Decision(Fate.REMOVE), **fields: Any) -> Entry:
    """A pod that is still there."""
    return Entry(PodMemory(pod, **fields), decision)


ANSWERING, SILENT = Node(NODE, "u", "1", ready=True), Node(NODE, "u", "1", ready=None)


class TestReasons:
    @pytest.mark.parametrize(
        ("pod", "since", "node", "text"),
        [
            pytest.param(
                going(),
                NOW - 12,
                ANSWERING,
                "terminating for 12 s of its grace of 30 s; raise timeout, or set max_grace_period",
                id="within its grace",
            ),
            pytest.param(
                going(),
                NOW - 30,
                ANSWERING,
                "terminating for 30 s, longer than its grace of 30 s; look at the kubelet of its"
                " node",
                id="past its grace",
            ),
            pytest.param(
                going(),
                None,
                ANSWERING,
                "terminating for 0 s of its grace of 30 s; raise timeout, or set max_grace_period",
                id="since now",
            ),
            pytest.param(
                going(),
                NOW - 12,
                SILENT,
                "terminating, and the kubelet of its node does not answer; repair or terminate the"
                " instance",
                id="on a silent node",
            ),
            pytest.param(
                going(finalizers=("a/b", "c/d")),
                NOW - 30,
                SILENT,
                "held by finalizer a/b, c/d; see what its controller waits for; on_timeout cannot"
                " override a finalizer",
                id="held by finalizers",
            ),
            pytest.param(
                going(finalizers=("a/b",)),
                NOW - 29,
                ANSWERING,
                "terminating for 29 s of its grace of 30 s; raise timeout, or set max_grace_period",
                id="with a finalizer, within its grace",
            ),
            pytest.param(
                going(deletion_grace=None, grace_period=60),
                NOW - 31,
                ANSWERING,
                "terminating for 31 s of its grace of 60 s; raise timeout, or set max_grace_period",
                id="a server that does not say the grace of the deletion",
            ),
            pytest.param(
                going(deletion_grace=0),
                NOW - 1,
                None,
                "terminating for 1 s, longer than its grace of 0 s; look at the kubelet of its"
                " node",
                id="deleted at once",
            ),
        ],
    )
    def test_of_a_terminating_pod(
        self, pod: Pod, since: float | None, node: Node | None, text: str
    ) -> None:
        found = entry(pod, Decision(Fate.AWAIT, "terminating"), terminating_since=since)
        assert reason(found, NodeLook(NODE, node=node), indexed(), NOW) == f"shop/cart-1: {text}"

    @pytest.mark.parametrize(
        ("decision", "text"),
        [
            (
                Decision(Fate.REFUSE, "has no controller", "set force"),
                "has no controller; set force",
            ),
            (Decision(Fate.LEAVE, "static pod of the kubelet"), "static pod of the kubelet"),
        ],
    )
    def test_of_a_decision(self, decision: Decision, text: str) -> None:
        found = entry(a_pod(), decision, answer=Answer(Verdict.BUDGET, "no"))
        assert reason(found, NodeLook(NODE), indexed(), NOW) == f"shop/cart-1: {text}"

    @pytest.mark.parametrize(
        ("pod", "budgets", "fields", "text"),
        [
            pytest.param(a_pod(), (), {}, "not yet evicted", id="not yet asked"),
            pytest.param(
                a_pod(),
                (a_budget(allowed=0),),
                {},
                "blocked by PDB shop/cart: 3 healthy, 3 needed; wait for its other replicas, add"
                " one, or set pdb_overrides",
                id="held back by a budget",
            ),
            pytest.param(
                a_pod(ready=False),
                (a_budget(allowed=0, current_healthy=2),),
                {},
                "blocked by PDB shop/cart: 2 healthy, 3 needed; repair the pod, set"
                " unhealthyPodEvictionPolicy AlwaysAllow on the PDB, or set pdb_overrides",
                id="an unready one held back",
            ),
            pytest.param(
                a_pod(),
                (a_budget("a"), a_budget("b")),
                {},
                "covered by PDBs shop/a and shop/b; the server does not evict a pod with"
                " more than one; leave only one PDB for it, or set pdb_overrides",
                id="two budgets",
            ),
            pytest.param(
                a_pod(),
                (a_budget(allowed=0, wanted="maxUnavailable 1", expected_pods=0),),
                {},
                "blocked by PDB shop/cart: maxUnavailable 1 cannot be computed for pods without a"
                " controller; it can never allow an eviction. Give it a minAvailable that is a"
                " number, give the pod a controller, or set pdb_overrides",
                id="a budget that counts nothing",
            ),
            pytest.param(
                a_pod(),
                (a_budget(allowed=1),),
                {"answer": Answer(Verdict.BUDGET, "needs 3")},
                "refused: needs 3; wait for its other replicas, add one, or set pdb_overrides",
                id="refused although the status allows it",
            ),
            pytest.param(
                a_pod(),
                (a_budget(allowed=0),),
                {"answer": Answer(Verdict.ADMISSION, "says no", by="hook")},
                "blocked by admission: says no; see what hook waits for",
                id="a webhook, whatever the budget",
            ),
            pytest.param(
                a_pod(),
                (),
                {"answer": Answer(Verdict.NAMESPACE, "ends")},
                "its namespace shop is being terminated; see what holds the namespace",
                id="its namespace ends",
            ),
            pytest.param(a_pod(), (), {"trouble": "no connection"}, "no connection", id="an error"),
        ],
    )
    def test_of_a_blocked_pod(
        self, pod: Pod, budgets: tuple[Budget, ...], fields: dict[str, Any], text: str
    ) -> None:
        found = reason(entry(pod, **fields), NodeLook(NODE), indexed(budgets), NOW)
        assert found == f"shop/cart-1: {text}"


@pytest.mark.parametrize(
    ("budgets", "answer", "names"),
    [
        pytest.param((), None, (), id="no budget"),
        pytest.param((a_budget(allowed=0),), None, ("shop/cart",), id="one that allows nothing"),
        pytest.param((a_budget(allowed=1),), None, (), id="one that allows it"),
        pytest.param(
            (a_budget(allowed=1),),
            Answer(Verdict.BUDGET),
            ("shop/cart",),
            id="refused anyhow",
        ),
        pytest.param((a_budget(allowed=0),), Answer(Verdict.ADMISSION), (), id="a webhook refuses"),
        pytest.param((a_budget("a"), a_budget("b")), None, ("shop/a", "shop/b"), id="two"),
        pytest.param((), Answer(Verdict.NAMESPACE), (), id="refused, and no budget covers it"),
    ],
)
def test_the_budgets_that_block_a_pod(
    budgets: tuple[Budget, ...], answer: Answer | None, names: tuple[str, ...]
) -> None:
    assert blockers(entry(a_pod(), answer=answer), indexed(budgets)) == names
