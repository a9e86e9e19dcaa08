# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Node object and the volumes behind its pods, as the cache shows them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import (
    Decision,
    Fate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Attachment,
    Claim,
    Node,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Cache,
    Feed,
    Listed,
    reduce,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    PodMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.pods import (
    Entry,
    NodeLook,
    attached_to,
    look_at,
    node_record,
    volumes_of,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    NODE,
    NOW,
    PODS,
    a_cache,
    a_node_memory,
    a_pod,
    a_policy,
)


def look(*pods: Pod, cache: Cache | None = None, now: float = NOW, **options: Any) -> NodeLook:
    """The node with these pods."""
    memory = a_node_memory(*pods)
    return look_at(NODE, memory, cache or a_cache(pods), now, a_policy(**options))


def entry(pod: Pod, decision: Decision = Decision(Fate.REMOVE), **fields: Any) -> Entry:
    """A pod that is still there."""
    return Entry(PodMemory(pod, **fields), decision)


class TestTheNodeItself:
    OURS, OTHER = Node(NODE, "u1", "1"), Node("n2", "u2", "1")

    @pytest.mark.parametrize(
        ("feed", "nodes", "read", "found"),
        [
            pytest.param(Feed("nodes"), (OURS, OTHER), True, OURS, id="all nodes, and it is there"),
            pytest.param(Feed("nodes"), (OTHER,), True, None, id="all nodes, and it is not"),
            pytest.param(Feed("nodes", NODE), (OURS,), True, OURS, id="this node alone"),
            pytest.param(Feed("nodes", NODE), (), True, None, id="this node alone, gone"),
            pytest.param(Feed("nodes", "n2"), (OTHER,), False, None, id="another node alone"),
            pytest.param(Feed("nodes", labels="a=b"), (OURS,), True, OURS, id="by label, there"),
            pytest.param(Feed("nodes", labels="a=b"), (OTHER,), False, None, id="by label, not"),
            pytest.param(PODS, (a_pod(NODE),), False, None, id="pods are no nodes"),
        ],
    )
    def test_is_found_where_it_would_be_shown(
        self, feed: Feed, nodes: Any, read: bool, found: Node | None
    ) -> None:
        cache = reduce(Cache(), [Listed(feed, nodes)])
        assert node_record(NODE, cache) == (read, found)

    def test_nothing_is_known_before_anything_was_read(self) -> None:
        assert node_record(NODE, Cache()) == (False, None)

    def test_one_that_a_feed_shows_is_not_gone_because_another_does_not(self) -> None:
        cache = reduce(
            Cache(), [Listed(Feed("nodes"), ()), Listed(Feed("nodes", NODE), (self.OURS,))]
        )
        assert node_record(NODE, cache) == (True, self.OURS)

    @pytest.mark.parametrize(("read", "gone"), [(True, True), (False, False)])
    def test_is_gone_only_if_that_was_read(self, read: bool, gone: bool) -> None:
        cache = reduce(a_cache(), [Listed(Feed("nodes", NODE), ())] if read else [])
        assert look(cache=cache).gone is gone
        assert look(cache=reduce(Cache(), [Listed(Feed("nodes"), ())])).gone is True


class TestVolumes:
    CLAIMS = (
        Claim("shop", "data-1", "c1", "pv-1"),
        Claim("shop", "data-2", "c2", "pv-2"),
        Claim("bank", "data-1", "c3", "pv-3"),
        Claim("shop", "unbound", "c4"),
    )

    @pytest.mark.parametrize(
        ("claims", "volumes"),
        [
            pytest.param((), set(), id="none"),
            pytest.param(("data-1",), {"pv-1"}, id="one"),
            pytest.param(("data-1", "data-2"), {"pv-1", "pv-2"}, id="two"),
            pytest.param(("unbound",), set(), id="without a volume yet"),
            pytest.param(("unheard-of",), set(), id="not known yet"),
        ],
    )
    def test_are_those_behind_the_pods_claims(
        self, claims: tuple[str, ...], volumes: set[str]
    ) -> None:
        cache = a_cache(claims=self.CLAIMS)
        assert volumes_of([entry(a_pod(claims=claims))], cache) == volumes

    def test_attached_ones_are_those_of_this_node(self) -> None:
        cache = a_cache(
            attachments=(
                Attachment("a1", NODE, "pv-1"),
                Attachment("a2", "n2", "pv-2"),
                Attachment("a3", NODE, ""),
            )
        )
        assert attached_to(NODE, cache) == {"pv-1"}
        assert attached_to(NODE, a_cache()) == frozenset()
