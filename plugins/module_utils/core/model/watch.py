# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reduce feed messages to frozen views of the cluster.

A feed is one list-and-watch, named by what it selects. Every message gives a new Cache; unchanged
feeds are shared, so that a view costs what has changed and not what there is.
"""

from __future__ import annotations

import dataclasses
import itertools
import operator
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar, Union

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError


@dataclasses.dataclass(frozen=True, order=True)
class Feed:
    """One list-and-watch.

    `kind` is the resource ("nodes", "pods", "poddisruptionbudgets", "volumeattachments",
    "daemonsets", "persistentvolumeclaims", "persistentvolumes", "csinodes", "deployments",
    "statefulsets", "replicasets", "replicationcontrollers", "services", "nodepools", "nodeclaims"),
    narrowed to pods of `node`
    or in `phase` or with the IP address `address`, to the Node named `node`, to objects that match
    label selector `labels`, or to those of one `namespace`.
    """

    kind: str
    node: str = ""
    labels: str = ""
    phase: str = ""
    namespace: str = ""
    address: str = ""


NODES = Feed("nodes")
BUDGETS = Feed("poddisruptionbudgets")
DAEMONSETS = Feed("daemonsets")
CLAIMS = Feed("persistentvolumeclaims")
ATTACHMENTS = Feed("volumeattachments")
CSINODES = Feed("csinodes")
SERVICES = Feed("services")
VOLUMES = Feed("persistentvolumes")
NODEPOOLS = Feed("nodepools")
NODECLAIMS = Feed("nodeclaims")
"""The feeds of whole kinds."""


@dataclasses.dataclass(frozen=True)
class Listed:
    """Complete content of a feed, which replaces what was known of it.

    Items are records of core.model.kube.
    """

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
    """A feed cannot be read now. It is tried again, and what was known stays known."""

    feed: Feed
    error: RotatorError


@dataclasses.dataclass(frozen=True)
class Pause:
    """A feed asks to be left alone for some seconds before it tries again."""

    seconds: float


T = TypeVar("T")
Message = Union[Listed, Changed, Broken]

NOTHING: Mapping[str, Any] = MappingProxyType({})
"""What a feed holds that is not listed: always the same, so that memos see that nothing changed."""


@dataclasses.dataclass(frozen=True)
class Cache:
    """Latest content of every feed.

    `feeds`: objects by feed and key. `broken`: the error of each feed that fails now.
    """

    feeds: Mapping[Feed, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    broken: Mapping[Feed, RotatorError] = dataclasses.field(default_factory=dict)

    def synced(self, *feeds: Feed) -> bool:
        """Return whether each of these feeds has been listed at least once."""
        return all(feed in self.feeds for feed in feeds)

    def items(self, feed: Feed) -> Mapping[str, Any]:
        """Return the objects of a feed by key (see `key_of`), none before it is listed."""
        return self.feeds.get(feed, NOTHING)


def key_of(item: Any) -> str:
    """Return the UID, or the name of an object without one.

    By UID, an object that was created again under its old name is another one.
    """
    return getattr(item, "uid", "") or str(item.name)


def reduce(cache: Cache, messages: Iterable[Message]) -> Cache:
    """Return the cache after these messages, applied in order.

    Only the feeds that they touch are copied.
    """
    feeds = dict(cache.feeds)
    broken = dict(cache.broken)
    copied: set[Feed] = set()
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
            copied.add(feed)
        else:
            if feed not in copied:
                feeds[feed] = dict(feeds[feed])
                copied.add(feed)
            _apply(feeds[feed], message)
    return Cache(MappingProxyType(feeds), MappingProxyType(broken))


def changed_items(before: Mapping[str, T], now: Mapping[str, T]) -> dict[str, T] | None:
    """Return what has come or is another object than before, by key.

    None if anything has gone.
    """
    if before is now:
        return {}
    if len(before) == len(now) and all(map(operator.eq, before, now)):
        differ = map(operator.is_not, before.values(), now.values())
        return dict(itertools.compress(now.items(), differ))
    changed = {key: item for key, item in now.items() if before.get(key) is not item}
    come = sum(key not in before for key in changed)
    return changed if len(before) + come == len(now) else None


def _apply(items: Any, message: Changed) -> None:
    if message.gone:
        items.pop(key_of(message.item), None)
    else:
        items[key_of(message.item)] = message.item


def without(cache: Cache, feeds: frozenset[Feed]) -> Cache:
    """Return the cache with only these feeds, so that nothing stale is remembered."""
    if cache.feeds.keys() <= feeds and cache.broken.keys() <= feeds:
        return cache
    return Cache(
        MappingProxyType({feed: items for feed, items in cache.feeds.items() if feed in feeds}),
        MappingProxyType({feed: error for feed, error in cache.broken.items() if feed in feeds}),
    )


def reaches(shown: str, written: str) -> bool:
    """Return whether a resource version is that of a write or later.

    Versions of one resource can be compared as numbers (Kubernetes: API concepts, resource
    versions). Of what is no number nothing is known, so it counts as shown.
    """
    if not (shown.isdecimal() and written.isdecimal()):
        return True
    return int(shown) >= int(written)
