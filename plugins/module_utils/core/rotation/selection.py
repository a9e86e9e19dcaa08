# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say which outdated nodes a run is not to replace, and why.

That is what its options leave out, and what people have marked. What a run has begun to replace it
finishes all the same.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SKIP
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted, listed

CordonedNodes = Literal["rotate", "skip"]
"""What becomes of outdated nodes that somebody has cordoned."""


@dataclasses.dataclass(frozen=True)
class Selection:
    """Options that say which outdated nodes a run replaces.

    `nodes` and `instances`: names and instance IDs, both empty for all. `limit`: how many
    replacements it may begin, None for any number.
    """

    nodes: tuple[str, ...] = ()
    instances: tuple[str, ...] = ()
    limit: int | None = None
    cordoned_nodes: CordonedNodes = "rotate"

    @property
    def is_named(self) -> bool:
        """Return whether only some nodes are asked for by name."""
        return bool(self.nodes or self.instances)

    def names(self, member: Member) -> bool:
        """Return whether the node is among those asked for, or all are."""
        named = member.node is not None and member.name in self.nodes
        return not self.is_named or named or member.id in self.instances


ALL_OUTDATED = Selection()
"""All of them."""


def why_left(member: Member, selection: Selection, hosts: frozenset[str] = frozenset()) -> str:
    """Return why this run is not to begin with an outdated node, "" if it may.

    A clause for people. `hosts`: names of the nodes that this run itself works on.
    """
    node = member.node
    if node is not None and node.name in hosts:
        return "this run itself works on it: rotate it from elsewhere"
    if not selection.names(member):
        return "not among the nodes that were asked for"
    if node is not None and node.annotations.get(SKIP, "false") != "false":
        return f"annotation {SKIP}: {node.annotations[SKIP]}".rstrip(": ")
    cordoned = node is not None and node.unschedulable and not member.marked
    if cordoned and selection.cordoned_nodes == "skip":
        return "cordoned, and cordoned_nodes is skip"
    return ""


def hosts_of(*pods: Mapping[str, Pod]) -> frozenset[str]:
    """Return the names of the nodes on which these pods are; each mapping is by UID."""
    return frozenset(pod.node for found in pods for pod in found.values() if pod.node)


def left_out(
    outdated: Iterable[Member],
    selection: Selection,
    begun: frozenset[str],
    closed: str = "",
    hosts: frozenset[str] = frozenset(),
) -> dict[str, str]:
    """Return why outdated nodes are not to be replaced, by instance ID.

    `begun`: instances whose replacement this run has begun. These, and what is leaving, are not
    left. `closed`: why no other may begin, "" if they may. `hosts`: see why_left.
    """
    if not closed and selection.limit is not None and len(begun) >= selection.limit:
        closed = f"beyond the limit of {selection.limit}"
    found, every = {}, bool(closed) or selection.is_named or selection.cordoned_nodes == "skip"
    for member in outdated:
        node = member.node
        if not every and (node is None or not (SKIP in node.annotations or node.name in hosts)):
            continue
        if member.leaving or member.id in begun:
            continue
        if why := why_left(member, selection, hosts) or closed:
            found[member.id] = why
    return found


def absent(members: Iterable[Member], selection: Selection) -> tuple[str, ...]:
    """Return the names and IDs that are asked for and that no member has."""
    known = tuple(members)
    names, ids = {member.name for member in known if member.node}, {member.id for member in known}
    nodes = (name for name in selection.nodes if name not in names)
    return (*nodes, *(one for one in selection.instances if one not in ids))


def sentences(left: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """Return sentences about the outdated nodes that are left, one a reason.

    `left`: the name and the reason ("why") of each.
    """
    by_reason: dict[str, list[str]] = {}
    for one in left:
        by_reason.setdefault(one["why"], []).append(one["name"])
    return tuple(
        f"{counted(len(names), 'outdated node')} left: {listed(sorted(names))} ({why})"
        for why, names in sorted(by_reason.items())
    )


def first(waiting: Sequence[Member], selection: Selection, begun: int) -> tuple[Member, ...]:
    """Return as many of these as the limit still lets begin.

    `begun`: how many have begun already.
    """
    if selection.limit is None:
        return tuple(waiting)
    return tuple(waiting[: max(0, selection.limit - begun)])
