# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reduce feed messages to frozen views of the cluster.

A feed is one list-and-watch, named by what it selects. Every message gives a new Cache; unchanged
feeds are shared, so that a snapshot costs what has changed and not what there is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Union

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError


@dataclasses.dataclass(frozen=True, order=True)
class Feed:
    """One list-and-watch: `kind` is the resource ("nodes", "pods", "poddisruptionbudgets",
    "volumeattachments", "daemonsets", "persistentvolumeclaims", "csinodes"), narrowed to pods of
    `node` or in `phase`, or to objects that match label selector `labels`."""

    kind: str
    node: str = ""
    labels: str = ""
    phase: str = ""


@dataclasses.dataclass(frozen=True)
class Listed:
    """The whole of a feed, replacing what was known of it. Items are records of
    core.cluster_model."""

    feed: Feed
    items: tuple[Any, ...]


@dataclasses.dataclass(frozen=True)
class Changed:
    """One object of a feed appeared, changed or (`gone`) left it."""

    feed: Feed
    item: Any
    gone: bool = False


@dataclasses.dataclass(frozen=True)
class Broken:
    """A feed could not be read just now; it goes on trying, and what was known stays known."""

    feed: Feed
    error: RotatorError


@dataclasses.dataclass(frozen=True)
class Pause:
    """A feed asks to be left alone for some seconds before it tries again."""

    seconds: float


Message = Union[Listed, Changed, Broken]


@dataclasses.dataclass(frozen=True)
class Cache:
    """The latest of every feed: `feeds` by feed and object key; `broken` the error of feeds that
    fail just now."""

    feeds: Mapping[Feed, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    broken: Mapping[Feed, RotatorError] = dataclasses.field(default_factory=dict)

    def synced(self, *feeds: Feed) -> bool:
        """Whether each of these feeds has been listed at least once."""
        return all(feed in self.feeds for feed in feeds)

    def items(self, feed: Feed) -> Mapping[str, Any]:
        """The objects of one feed by key (see `key_of`); empty before it is listed."""
        return self.feeds.get(feed, {})


def key_of(item: Any) -> str:
    """Objects are told apart by uid, so that one reborn under its old name is another; those
    without one by name."""
    return getattr(item, "uid", "") or str(item.name)


def reduce(cache: Cache, messages: Iterable[Message]) -> Cache:
    """The cache after these messages, in order. Copies only the feeds that they touch."""
    feeds = dict(cache.feeds)
    broken = dict(cache.broken)
    fresh: set[Feed] = set()
    for message in messages:
        feed = message.feed
        if isinstance(message, Broken):
            broken[feed] = message.error
            continue
        broken.pop(feed, None)
        if isinstance(message, Changed) and feed not in feeds:
            continue  # of a feed that is followed no more: a part must not pass for the whole
        if isinstance(message, Listed):
            feeds[feed] = {key_of(item): item for item in message.items}
            fresh.add(feed)
        else:
            if feed not in fresh:
                feeds[feed] = dict(feeds[feed])
                fresh.add(feed)
            _apply(feeds[feed], message)
    return Cache(MappingProxyType(feeds), MappingProxyType(broken))


def _apply(items: Any, message: Changed) -> None:
    if message.gone:
        items.pop(key_of(message.item), None)
    else:
        items[key_of(message.item)] = message.item


def without(cache: Cache, feeds: frozenset[Feed]) -> Cache:
    """The cache with only these feeds left: what is no longer followed is forgotten, not remembered
    stale."""
    if cache.feeds.keys() <= feeds and cache.broken.keys() <= feeds:
        return cache
    return Cache(
        MappingProxyType({feed: items for feed, items in cache.feeds.items() if feed in feeds}),
        MappingProxyType({feed: error for feed, error in cache.broken.items() if feed in feeds}),
    )
