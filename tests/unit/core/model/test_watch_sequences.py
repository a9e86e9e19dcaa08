# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random sequences of feed messages, against a plain model of what they mean."""

from __future__ import annotations

import random
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import UnreachableError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Attachment,
    Node,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    NODES,
    Broken,
    Cache,
    Changed,
    Feed,
    Listed,
    Message,
    key_of,
    reduce,
    without,
)

FEEDS = (NODES, Feed("pods", "a"), Feed("pods", "b"))
TROUBLE = UnreachableError("no answer")
SEEDS = range(15)


class Model:
    """What is known of each feed, kept in the plainest way."""

    def __init__(self) -> None:
        self.known: dict[Feed, dict[str, Any]] = {}
        self.broken: set[Feed] = set()

    def take(self, message: Message) -> None:
        """Apply one message."""
        if isinstance(message, Broken):
            self.broken.add(message.feed)
            return
        self.broken.discard(message.feed)
        if isinstance(message, Listed):
            self.known[message.feed] = {key_of(item): item for item in message.items}
        elif message.feed in self.known:
            self.known[message.feed].pop(key_of(message.item), None)
            if not message.gone:
                self.known[message.feed][key_of(message.item)] = message.item


def a_record(dice: random.Random, feed: Feed) -> Any:
    """One of a few objects, in one of a few versions."""
    name, version = dice.choice("vwxyz"), str(dice.randint(1, 3))
    if feed == NODES:
        return Node(name, f"uid-{name}", version)
    return Pod("shop", name, f"uid-{name}", version, feed.node)


def a_message(dice: random.Random) -> Message:
    """A list, a change, a deletion or a failure of any feed."""
    feed, kind = dice.choice(FEEDS), dice.random()
    if kind < 0.15:
        return Broken(feed, TROUBLE)
    if kind < 0.35:
        return Listed(feed, tuple(a_record(dice, feed) for _count in range(dice.randint(0, 4))))
    return Changed(feed, a_record(dice, feed), gone=kind > 0.8)


def messages(seed: int, count: int = 60) -> list[Message]:
    dice = random.Random(seed)
    return [a_message(dice) for _count in range(count)]


def content(cache: Cache) -> dict[Feed, dict[str, Any]]:
    """What the cache knows, by feed."""
    return {feed: dict(cache.items(feed)) for feed in FEEDS if cache.synced(feed)}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_cache_knows_what_the_messages_said(seed: int) -> None:
    model, cache = Model(), Cache()
    for message in messages(seed):
        model.take(message)
        cache = reduce(cache, [message])
        assert content(cache) == model.known
        assert set(cache.broken) == model.broken


@pytest.mark.parametrize("seed", SEEDS)
def test_it_does_not_matter_how_messages_are_batched(seed: int) -> None:
    every = messages(seed)
    whole = reduce(Cache(), every)
    cut = random.Random(-seed).randint(1, len(every) - 1)
    parts = reduce(reduce(Cache(), every[:cut]), every[cut:])
    assert content(parts) == content(whole)
    assert parts.broken == whole.broken


@pytest.mark.parametrize("seed", SEEDS)
def test_an_earlier_cache_never_changes(seed: int) -> None:
    every = messages(seed)
    early = reduce(Cache(), every[:30])
    before, broken = content(early), dict(early.broken)
    reduce(early, every[30:])
    assert content(early) == before
    assert early.broken == broken


@pytest.mark.parametrize("seed", SEEDS)
def test_a_feed_that_no_message_names_is_shared(seed: int) -> None:
    cache = reduce(Cache(), messages(seed))
    others = [one for one in messages(seed + 1000) if one.feed != NODES]
    after = reduce(cache, others)
    assert after.synced(NODES) is cache.synced(NODES)
    if cache.synced(NODES):
        assert after.items(NODES) is cache.items(NODES)
    assert after.broken.get(NODES) is cache.broken.get(NODES)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kept", [frozenset(), frozenset(FEEDS[:1]), frozenset(FEEDS)])
def test_only_the_feeds_that_are_followed_are_remembered(seed: int, kept: frozenset[Feed]) -> None:
    cache = reduce(Cache(), messages(seed))
    rest = without(cache, kept)
    assert content(rest) == {f: items for f, items in content(cache).items() if f in kept}
    assert set(rest.broken) == set(cache.broken) & kept


@pytest.mark.parametrize("seed", SEEDS)
def test_a_feed_that_is_followed_again_begins_with_a_list(seed: int) -> None:
    """What comes late of the time before must not pass for the whole."""
    cache = without(reduce(Cache(), messages(seed)), frozenset())
    late = [one for one in messages(seed + 500) if isinstance(one, Changed)]
    assert content(reduce(cache, late)) == {}
    again = reduce(cache, [*late, Listed(NODES, ())])
    assert content(again) == {NODES: {}}


@pytest.mark.parametrize(
    ("item", "key"),
    [
        (Node("a", "uid-1", "1"), "uid-1"),
        (Node("a", "", "1"), "a"),
        (Pod("shop", "cart", "uid-2"), "uid-2"),
        (Attachment("csi-1", "a", "pv"), "csi-1"),
    ],
)
def test_objects_are_told_apart_by_uid_and_those_without_by_name(item: Any, key: str) -> None:
    assert key_of(item) == key


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Feed("pods", "a"), Feed("pods", "a"), True),
        (Feed("pods", "a"), Feed("pods", "b"), False),
        (Feed("pods", "a"), Feed("pods", labels="a"), False),
        (Feed("pods", phase="Pending"), Feed("pods"), False),
        (Feed("pods", namespace="shop"), Feed("pods", "shop"), False),
    ],
)
def test_a_feed_is_what_it_selects(one: Feed, other: Feed, same: bool) -> None:
    cache = reduce(Cache(), [Listed(one, ())])
    assert cache.synced(other) is same
