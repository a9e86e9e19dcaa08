# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The watch cache as a reducer."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import UnreachableError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Attachment,
    Node,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Broken,
    Cache,
    Changed,
    Feed,
    Listed,
    changed_items,
    key_of,
    reaches,
    reduce,
    without,
)

NODES, PODS = Feed("nodes"), Feed("pods", "a")
TROUBLE = UnreachableError("no answer")


def node(name: str, uid: str = "", version: str = "1") -> Node:
    """A Node; its uid is its name unless said."""
    return Node(name, uid or name, version)


def test_a_list_replaces_and_a_change_adds() -> None:
    cache = reduce(Cache(), [Listed(NODES, (node("a"), node("b")))])
    assert set(cache.items(NODES)) == {"a", "b"}
    assert cache.synced(NODES)
    assert not cache.synced(NODES, PODS)
    cache = reduce(cache, [Changed(NODES, node("b", version="2")), Changed(NODES, node("c"))])
    assert [cache.items(NODES)[name].resource_version for name in "abc"] == ["1", "2", "1"]
    assert set(reduce(cache, [Listed(NODES, (node("z"),))]).items(NODES)) == {"z"}


def test_messages_count_in_their_order() -> None:
    cache = reduce(
        Cache(),
        [
            Listed(NODES, (node("a"),)),
            Changed(NODES, node("b")),
            Changed(NODES, node("b"), gone=True),
        ],
    )
    assert set(cache.items(NODES)) == {"a"}
    cache = reduce(cache, [Changed(NODES, node("c")), Listed(NODES, ()), Changed(NODES, node("d"))])
    assert set(cache.items(NODES)) == {"d"}


def test_an_object_reborn_under_its_name_is_another() -> None:
    cache = reduce(Cache(), [Listed(NODES, (node("a", "old"),)), Changed(NODES, node("a", "new"))])
    assert set(cache.items(NODES)) == {"old", "new"}
    assert set(reduce(cache, [Changed(NODES, node("a", "old"), gone=True)]).items(NODES)) == {"new"}
    assert key_of(Attachment("att", "a", "pv")) == "att"
    assert key_of(Pod("ns", "p", "u")) == "u"


def test_a_change_of_something_unknown_that_is_gone_is_nothing() -> None:
    cache = reduce(Cache(), [Listed(NODES, ()), Changed(NODES, node("x"), gone=True)])
    assert cache.synced(NODES)
    assert not cache.items(NODES)


def test_a_change_of_a_feed_that_was_not_listed_does_not_pass_for_the_whole() -> None:
    """It comes late, of a feed that is followed no more."""
    cache = reduce(Cache(), [Changed(PODS, Pod("ns", "p", "u"))])
    assert not cache.synced(PODS)
    assert not cache.items(PODS)


def test_what_breaks_keeps_what_was_known_and_is_mended_by_the_next_message() -> None:
    cache = reduce(
        Cache(), [Listed(NODES, (node("a"),)), Broken(NODES, TROUBLE), Broken(PODS, TROUBLE)]
    )
    assert cache.broken == {NODES: TROUBLE, PODS: TROUBLE}
    assert set(cache.items(NODES)) == {"a"}
    assert not cache.synced(PODS)
    assert reduce(cache, [Changed(NODES, node("b"))]).broken == {PODS: TROUBLE}
    assert reduce(cache, [Listed(PODS, ())]).broken == {NODES: TROUBLE}


def test_unchanged_feeds_are_shared_and_old_caches_stay_as_they_were() -> None:
    old = reduce(Cache(), [Listed(NODES, (node("a"),)), Listed(PODS, (Pod("ns", "p", "u"),))])
    new = reduce(old, [Changed(NODES, node("b")), Changed(NODES, node("c"))])
    assert new.items(PODS) is old.items(PODS)
    assert new.items(NODES) is not old.items(NODES)
    assert set(old.items(NODES)) == {"a"}
    assert set(new.items(NODES)) == {"a", "b", "c"}
    assert reduce(old, []).items(NODES) is old.items(NODES)


def test_a_cache_cannot_be_written() -> None:
    cache = reduce(Cache(), [Listed(NODES, (node("a"),))])
    with pytest.raises(TypeError):
        cache.feeds[NODES] = {}  # type: ignore[index]


def test_what_is_no_longer_followed_is_forgotten() -> None:
    cache = reduce(Cache(), [Listed(NODES, (node("a"),)), Listed(PODS, ()), Broken(PODS, TROUBLE)])
    rest = without(cache, frozenset((NODES,)))
    assert rest.synced(NODES)
    assert not rest.synced(PODS)
    assert not rest.broken
    assert rest.items(NODES) is cache.items(NODES)
    assert without(cache, frozenset((NODES, PODS, Feed("daemonsets")))) is cache


def test_what_is_not_listed_holds_the_same_nothing_at_every_look() -> None:
    first = reduce(Cache(), [Listed(NODES, ())])
    second = reduce(first, [Listed(NODES, ())])
    assert first.items(PODS) == {}
    assert first.items(PODS) is second.items(PODS), "memos go by identity"


BEFORE = {name: node(name) for name in "abc"}


class TestWhatHasChanged:
    def test_is_nothing_in_the_same_or_a_copy(self) -> None:
        assert changed_items(BEFORE, BEFORE) == {}
        assert changed_items(BEFORE, dict(BEFORE)) == {}

    def test_is_what_has_come_or_is_another_object(self) -> None:
        other, new = node("b"), node("d")
        assert changed_items(BEFORE, {**BEFORE, "b": other}) == {"b": other}
        both = {**BEFORE, "b": other, "d": new}
        assert changed_items(BEFORE, both) == {"b": other, "d": new}

    def test_is_told_by_key_not_by_place(self) -> None:
        turned = dict(reversed(BEFORE.items()))
        assert changed_items(BEFORE, turned) == {}

    def test_is_not_known_where_something_has_gone(self) -> None:
        rest = {"a": BEFORE["a"], "b": BEFORE["b"]}
        assert changed_items(BEFORE, rest) is None
        assert changed_items(BEFORE, {**rest, "d": node("d")}) is None

    def test_is_everything_at_first(self) -> None:
        assert changed_items({}, BEFORE) == BEFORE


@pytest.mark.parametrize(
    ("shown", "written", "reached"),
    [
        ("7", "7", True),
        ("10", "9", True),
        ("9", "10", False),
        ("", "7", True),
        ("7", "", True),
        ("x", "y", True),
    ],
)
def test_a_version_reaches_a_write_by_its_number(shown: str, written: str, reached: bool) -> None:
    """Of what is no number nothing is known."""
    assert reaches(shown, written) is reached
