# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for the volumes of evicted pods: when a node without pods is drained."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, ClassVar

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import OverdueError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Attachment,
    Claim,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Cache,
    Changed,
    reduce,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import DrainMemory
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.pods import look_at
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.progress import (
    NextStep,
    NodeDrain,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.volumes import (
    remember_volumes,
    wait_for_volumes,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    ATTACHMENTS,
    CLAIMS,
    NODE,
    NOW,
    a_cache,
    a_node_memory,
    a_pod,
    a_policy,
)

KINDS = frozenset((CLAIMS.kind, ATTACHMENTS.kind))
BOUND = (Claim("shop", "data-1", "c1", "pv-1"), Claim("shop", "data-2", "c2", "pv-2"))
STATIC = a_pod("static", annotations={"kubernetes.io/config.mirror": "x"}, claims=("data-2",))


def attached(*volumes: str, node: str = NODE) -> tuple[Attachment, ...]:
    """These volumes, attached to a node."""
    return tuple(Attachment(f"a-{name}", node, name) for name in volumes)


def a_way(
    *pods: Pod, cache: Cache | None = None, now: float = NOW, options: Any = None, **memory: Any
) -> NodeDrain:
    """One node at one look. `memory`: fields of its memory."""
    policy = a_policy(**{"wait_for_volumes": True, **(options or {})})
    node = a_node_memory(*pods, **memory)
    cache = cache or a_cache(pods)
    look = look_at(NODE, node, cache, now, policy)
    return NodeDrain(DrainMemory({NODE: node}), look, cache, {}, now, policy)


def waiting(
    shown: Iterable[Attachment] | None = (),
    claims: Iterable[Claim] | None = BOUND,
    *pods: Pod,
    now: float = NOW,
    options: Any = None,
    **memory: Any,
) -> NextStep:
    """Return what becomes of a node whose pods are gone.

    The cluster has these attachments.
    """
    cache = a_cache(pods, claims=claims, attachments=shown)
    return wait_for_volumes(a_way(*pods, cache=cache, now=now, options=options, **memory))


class TestRemembering:
    @pytest.mark.parametrize(
        ("claims", "options", "kinds", "volumes"),
        [
            pytest.param(("data-1",), {}, KINDS, {"pv-1"}, id="a pod with a claim"),
            pytest.param((), {}, frozenset(), set(), id="a pod without"),
            pytest.param(
                ("data-1",), {"wait_for_volumes": False}, frozenset(), set(), id="not wanted"
            ),
            pytest.param(("unbound",), {}, KINDS, set(), id="a claim without a volume"),
        ],
    )
    def test_the_volumes_of_pods_that_go_are_noted(
        self, claims: tuple[str, ...], options: Any, kinds: frozenset[str], volumes: set[str]
    ) -> None:
        pod = a_pod(claims=claims)
        way = a_way(pod, cache=a_cache([pod], claims=BOUND), options=options)
        assert remember_volumes(way) == kinds
        assert way.memory.volumes == volumes
        assert way.memory.had_pods is way.policy.wait_for_volumes

    def test_one_pod_with_a_claim_among_others_is_enough(self) -> None:
        pods = [a_pod("a"), a_pod("b", claims=("data-1",)), a_pod("c")]
        assert remember_volumes(a_way(*pods, cache=a_cache(pods, claims=BOUND))) == KINDS

    def test_those_of_pods_that_stay_are_not(self) -> None:
        way = a_way(STATIC, cache=a_cache([STATIC], claims=BOUND))
        assert remember_volumes(way) == frozenset()
        assert way.memory.volumes == frozenset()
        assert way.memory.had_pods is False

    def test_what_was_noted_before_is_kept(self) -> None:
        pod = a_pod(claims=("data-2",))
        cache = a_cache([pod], claims=BOUND)
        way = a_way(pod, cache=cache, volumes=frozenset(("pv-1",)), had_pods=True)
        remember_volumes(way)
        assert way.memory.volumes == {"pv-1", "pv-2"}

    def test_where_nothing_is_new_the_memory_is_the_same_object(self) -> None:
        pod = a_pod(claims=("data-1",))
        cache = a_cache([pod], claims=BOUND)
        way = a_way(pod, cache=cache, volumes=frozenset(("pv-1",)), had_pods=True)
        before = way.memory
        remember_volumes(way)
        assert way.memory is before


class TestWaiting:
    @pytest.mark.parametrize(
        ("memory", "shown", "options", "phase"),
        [
            pytest.param({}, attached("pv-1"), {"wait_for_volumes": False}, "drained", id="no"),
            pytest.param({"had_pods": True}, attached("pv-1"), {}, "drained", id="none of ours"),
            pytest.param(
                {"had_pods": True, "volumes": frozenset(("pv-1",))},
                attached("pv-1"),
                {},
                "volumes",
                id="ours is attached",
            ),
            pytest.param(
                {"had_pods": True, "volumes": frozenset(("pv-1",))},
                attached("pv-2"),
                {},
                "drained",
                id="another's is attached",
            ),
            pytest.param(
                {"had_pods": True, "volumes": frozenset(("pv-1",))},
                attached("pv-1", node="n2"),
                {},
                "drained",
                id="ours, elsewhere by now",
            ),
            pytest.param({}, attached("pv-9"), {}, "volumes", id="pods went before we came"),
            pytest.param({}, (), {}, "drained", id="pods went before, and nothing is attached"),
            pytest.param({}, None, {}, "volumes", id="nothing is known yet"),
        ],
    )
    def test_a_node_is_drained_when_what_must_leave_has_left(
        self, memory: dict[str, Any], shown: Any, options: Any, phase: str
    ) -> None:
        assert waiting(shown, options=options, **memory).status.phase == phase

    def test_volumes_of_pods_that_stay_need_not_leave(self) -> None:
        assert waiting(attached("pv-2"), BOUND, STATIC).status.phase == "drained"
        assert waiting(attached("pv-1"), BOUND, STATIC).status.phase == "volumes"

    def test_whose_they_are_is_only_known_with_the_claims(self) -> None:
        found = waiting(attached("pv-2"), None, STATIC)
        assert found.status.phase == "volumes"
        assert found.kinds == KINDS

    def test_without_pods_that_have_claims_no_claims_are_asked_for(self) -> None:
        assert waiting(attached("pv-1"), None).kinds == {ATTACHMENTS.kind}

    def test_the_reason_names_volume_and_node(self) -> None:
        found = waiting(attached("pv-2", "pv-1"))
        assert found.status.reasons == (
            "volume pv-1 is still attached to n1; see its CSI driver",
            "volume pv-2 is still attached to n1; see its CSI driver",
        )

    def test_the_wait_counts_from_when_the_pods_were_gone(self) -> None:
        first = waiting(attached("pv-1"))
        assert (first.memory.volumes_since, first.wake) == (NOW, NOW + 120)
        later = waiting(attached("pv-1"), now=NOW + 50, volumes_since=NOW)
        assert (later.memory.volumes_since, later.wake) == (NOW, NOW + 120)

    def test_without_a_limit_it_waits_for_good(self) -> None:
        found = waiting(attached("pv-1"), options={"volume_timeout": 0}, volumes_since=0.0)
        assert (found.status.phase, found.wake) == ("volumes", math.inf)


class TestTheLimit:
    OURS: ClassVar[dict[str, Any]] = {
        "had_pods": True,
        "volumes": frozenset(("pv-1",)),
        "volumes_since": NOW - 120,
    }

    @pytest.mark.parametrize(
        ("on_timeout", "phase"),
        [
            ("fail", "failed"),
            ("skip", "skipped"),
            ("delete", "drained"),
            ("force_delete", "drained"),
        ],
    )
    def test_what_becomes_of_the_node_is_the_policys_choice(
        self, on_timeout: str, phase: str
    ) -> None:
        options = {"on_timeout": on_timeout}
        found = waiting(attached("pv-1"), options=options, **self.OURS)
        assert found.status.phase == phase
        assert found.status.reasons == ("volume pv-1 is still attached to n1; see its CSI driver",)
        if phase != "drained":
            assert isinstance(found.status.error, OverdueError)
            assert str(found.status.error) == (
                "Node n1 is not drained: volumes are still attached after 120 s"
            )
        early = waiting(attached("pv-1"), now=NOW - 0.1, options=options, **self.OURS)
        assert early.status.phase == "volumes"

    def test_pods_that_went_before_we_came_do_not_fail_it(self) -> None:
        found = waiting(attached("pv-9"), volumes_since=NOW - 120)
        assert (found.status.phase, found.status.error) == ("drained", None)

    def test_what_could_not_be_read_is_said(self) -> None:
        found = waiting(None, None, STATIC, volumes_since=NOW - 120)
        assert found.status.reasons == (
            "the persistentvolumeclaims could not be read",
            "the volumeattachments could not be read",
        )

    def test_a_volume_that_leaves_at_the_last_moment_is_in_time(self) -> None:
        cache = a_cache(claims=BOUND, attachments=attached("pv-1"))
        cache = reduce(cache, [Changed(ATTACHMENTS, attached("pv-1")[0], gone=True)])
        assert wait_for_volumes(a_way(cache=cache, **self.OURS)).status.phase == "drained"
