# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The course of one node's drain: what it waits for, when it looks, its end."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    OverdueError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Node,
    Owner,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Cache,
    Feed,
    Listed,
    reduce,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainPhase,
    NodeStatus,
    PodMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.node import reopened
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.pods import look_at
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    ATTACHMENTS,
    BUDGETS,
    CLAIMS,
    NODE,
    NOW,
    PODS,
    a_budget,
    a_cache,
    a_node_memory,
    a_pod,
    a_policy,
    going,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.node_steps import (
    held,
    step,
)

DOWN, SHUT = UnreachableError("no answer"), ForbiddenError("not allowed")


class TestTheEnds:
    def test_what_has_ended_stays_ended(self) -> None:
        ended = NodeStatus("failed", reasons=("why",))
        found = step(PodMemory(a_pod()), node={"ended": ended})
        assert found.status is ended
        assert found.candidates == ()

    @pytest.mark.parametrize(
        ("phase", "pod", "phase_now"),
        [
            pytest.param("drained", a_pod(), "draining", id="a pod that has come to it"),
            pytest.param("drained", going(), "drained", id="one that goes already"),
            pytest.param("drained", a_pod(owner=None), "failed", id="one that may not be lost"),
            pytest.param("failed", a_pod(), "failed", id="it has failed"),
            pytest.param("skipped", a_pod(), "skipped", id="it was skipped"),
        ],
    )
    def test_a_drained_node_is_drained_again_when_a_pod_comes_to_it(
        self, phase: DrainPhase, pod: Pod, phase_now: DrainPhase
    ) -> None:
        known = {"told": frozenset(("ended",)), "volumes_since": 1.0}
        memory = a_node_memory(pods={pod.uid: PodMemory(pod)}, ended=NodeStatus(phase), **known)
        look = look_at(NODE, memory, a_cache([pod]), NOW, a_policy())
        again = reopened(memory, look)
        drained_again = step(PodMemory(pod), node={"ended": again.ended, **known})
        assert drained_again.status.phase == phase_now
        assert (again is memory) is (phase == phase_now)
        anew = (again.told, again.volumes_since)
        assert anew == ((memory.told, 1.0) if again is memory else (frozenset(), None))

    def test_an_empty_node_is_drained(self) -> None:
        found = step()
        assert found.status == NodeStatus("drained")
        assert found.memory.ended == found.status

    @pytest.mark.parametrize(
        ("pods", "seconds", "phase"),
        [
            pytest.param((), 0, "drained", id="it carries nothing"),
            pytest.param((a_pod(),), 0, "draining", id="a pod may run on without it"),
            pytest.param((a_pod(owner=None),), 0, "draining", id="a bare one too"),
            pytest.param((a_pod(),), 900, "failed", id="and for how long"),
        ],
    )
    def test_a_node_that_does_not_exist_is_drained_once_its_pods_are_gone(
        self, pods: tuple[Pod, ...], seconds: float, phase: str
    ) -> None:
        cache = reduce(a_cache(pods), [Listed(Feed("nodes", NODE), ())])
        found = step(*map(PodMemory, pods), cache=cache, now=NOW + seconds, timeout=900)
        assert found.status.phase == phase
        assert found.candidates == (), "nobody is asked to leave a node that is gone"
        text = "1 pod is still there after 900 s" if phase == "failed" else "does not exist any"
        assert text in f"{found.status.error}{found.status.reasons}"

    @pytest.mark.parametrize(
        ("options", "phase"),
        [
            pytest.param({}, "failed", id="a bare pod"),
            pytest.param({"force": True}, "draining", id="forced"),
        ],
    )
    def test_a_pod_that_may_not_be_lost_fails_it_before_anybody_is_asked(
        self, options: dict[str, Any], phase: str
    ) -> None:
        found = step(PodMemory(a_pod(owner=None)), PodMemory(a_pod("b")), **options)
        assert found.status.phase == phase
        assert bool(found.candidates) is (phase == "draining")
        if phase == "failed":
            assert found.status.reasons == (
                "shop/cart-1: has no controller and nothing will replace it; set force to lose it",
            )
            assert [pod.state for pod in found.status.pods] == ["pending", "refused"]

    def test_a_pod_that_wants_its_node_kept_skips_it(self) -> None:
        kept = a_pod(annotations={"karpenter.sh/do-not-disrupt": "true"})
        found = step(PodMemory(kept), honor_do_not_disrupt="skip_node")
        assert found.status.phase == "skipped"
        assert found.candidates == ()

    def test_a_refusal_comes_before_a_wish_to_be_skipped(self) -> None:
        kept = a_pod("kept", annotations={"karpenter.sh/do-not-disrupt": "true"})
        found = step(
            PodMemory(kept), PodMemory(a_pod(owner=None)), honor_do_not_disrupt="skip_node"
        )
        assert found.status.phase == "failed"


class TestWhileNothingIsKnown:
    @pytest.mark.parametrize(
        ("broken", "now", "phase", "reasons"),
        [
            pytest.param({PODS: DOWN}, NOW, "waiting", ("no answer",), id="the server is away"),
            pytest.param({PODS: SHUT}, NOW, "waiting", ("not allowed",), id="we may not, so far"),
            pytest.param({PODS: DOWN}, NOW + 899, "waiting", ("no answer",), id="just in time"),
            pytest.param({PODS: DOWN}, NOW + 900, "failed", ("no answer",), id="too late"),
        ],
    )
    def test_the_drain_waits_for_its_timeout_at_most(
        self, broken: Any, now: float, phase: str, reasons: tuple[str, ...]
    ) -> None:
        found = step(cache=a_cache(broken=broken), now=now, began=NOW)
        assert (found.status.phase, found.status.reasons) == (phase, reasons)

    @pytest.mark.parametrize("feed", [PODS, BUDGETS])
    @pytest.mark.parametrize(
        ("since", "phase"), [(NOW - 59, "waiting"), (NOW - 60, "failed")], ids=["soon", "final"]
    )
    def test_a_refusal_of_access_is_final_after_a_minute(
        self, feed: Feed, since: float, phase: str
    ) -> None:
        found = step(
            cache=a_cache(broken={feed: SHUT}), began=NOW - 60, node={"refused_since": since}
        )
        assert (found.status.phase, found.status.reasons) == (phase, ("not allowed",))
        if phase == "waiting":
            assert found.wake == since + 60
            assert found.memory.refused_since == since

    def test_access_that_comes_back_is_as_if_it_had_never_been_refused(self) -> None:
        found = step(cache=a_cache(broken={PODS: DOWN}), node={"refused_since": NOW - 59})
        assert found.memory.refused_since is None

    def test_it_says_what_could_not_be_read(self) -> None:
        found = step(cache=Cache(), now=NOW + 60, timeout=60)
        assert isinstance(found.status.error, OverdueError)
        assert str(found.status.error) == (
            "Node n1 is not drained: its poddisruptionbudgets, pods could not be read in 60 s"
        )

    def test_it_looks_again_at_its_deadline(self) -> None:
        assert step(cache=Cache(), timeout=60, began=NOW - 20).wake == NOW + 40

    def test_without_a_timeout_it_waits_for_good(self) -> None:
        found = step(cache=Cache(), timeout=0, now=NOW + 1e6)
        assert (found.status.phase, found.wake) == ("waiting", math.inf)

    @pytest.mark.parametrize(
        ("feed", "error", "phase"),
        [
            pytest.param(CLAIMS, SHUT, "failed", id="claims that we may not read"),
            pytest.param(ATTACHMENTS, SHUT, "failed", id="attachments that we may not read"),
            pytest.param(CLAIMS, DOWN, "draining", id="claims that come later"),
        ],
    )
    @pytest.mark.parametrize("claims", [("data",), ()], ids=["with volumes", "without"])
    def test_volumes_must_be_readable_where_a_pod_has_some(
        self, feed: Feed, error: Any, phase: str, claims: tuple[str, ...]
    ) -> None:
        pod = a_pod(claims=claims)
        cache = a_cache([pod], broken={feed: error})
        found = step(
            PodMemory(pod), cache=cache, wait_for_volumes=True, node={"refused_since": NOW - 60}
        )
        assert found.status.phase == (phase if claims else "draining")
        if found.status.phase == "failed":
            assert found.status.error is error
            assert found.status.reasons[1] == "Allow it, or set wait_for_volumes to false"


class TestWhenToLookAgain:
    @pytest.mark.parametrize(
        ("pods", "options", "wake"),
        [
            pytest.param((PodMemory(a_pod()),), {}, NOW + 900, id="the deadline"),
            pytest.param((held(NOW - 5),), {}, NOW - 5 + 600, id="a blocked pod's limit"),
            pytest.param(
                (PodMemory(a_pod(), accepted_at=NOW - 10),), {}, NOW + 20, id="must show as going"
            ),
            pytest.param((PodMemory(going(), accepted_at=NOW - 10),), {}, NOW + 900, id="shows"),
            pytest.param(
                (PodMemory(going(), terminating_since=NOW - 10),),
                {"skip_wait_for_delete_timeout": 60},
                NOW + 50.1,
                id="a terminating pod is skipped",
            ),
            pytest.param(
                (PodMemory(going(), terminating_since=NOW - 10),),
                {"skip_wait_for_delete_timeout": 60, "epoch": 0.0},
                NOW + 60 + 30.1,
                id="by the server's clock: its grace ends in 30 s",
            ),
            pytest.param(
                (PodMemory(going(), terminating_since=NOW - 10),), {}, NOW + 900, id="never skipped"
            ),
        ],
    )
    def test_the_earliest_moment_at_which_time_alone_changes_something(
        self, pods: tuple[PodMemory, ...], options: dict[str, Any], wake: float
    ) -> None:
        assert step(*pods, budgets=(a_budget(allowed=0),), **options).wake == pytest.approx(wake)

    def test_it_is_always_later_than_now(self) -> None:
        pods = (held(NOW - 600), PodMemory(a_pod("b"), accepted_at=NOW - 30))
        found = step(*pods, budgets=(a_budget(allowed=0),), on_timeout="delete")
        assert NOW < found.wake < math.inf


def test_the_status_counts_pods_that_have_to_go_and_those_that_are_gone() -> None:
    found = step(
        PodMemory(a_pod("a")),
        PodMemory(going("b"), accepted_at=NOW),
        PodMemory(a_pod("c"), accepted_at=NOW, gone_at=NOW),
        PodMemory(a_pod("d"), lost=True),
        PodMemory(a_pod("e", annotations={"kubernetes.io/config.mirror": "x"})),
        began=NOW - 7,
    )
    status = found.status
    assert (status.evicted, status.total, status.seconds) == (2, 4, 7.0)
    assert status.pods == (), "told at the end only"


def test_a_silent_kubelet_is_named_while_its_pods_end() -> None:
    cache = a_cache([going()], node=Node(NODE, "u", "1", ready=None))
    found = step(PodMemory(going(), terminating_since=NOW - 5), cache=cache, began=NOW - 900)
    assert "the kubelet of its node does not answer" in found.status.reasons[0]


def test_what_is_awaited_is_named_while_the_drain_goes_on() -> None:
    job = a_pod(owner=Owner("Job", "sum", "uid-sum"))
    found = step(PodMemory(job), PodMemory(going("b")), PodMemory(a_pod("c")), wait_for_jobs=True)
    assert found.status.reasons == (
        "shop/cart-1: Job sum is still running; wait for it to end, or unset wait_for_jobs",
    )
