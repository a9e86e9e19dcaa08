# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Join instances with their nodes and judge each of them for a rotation."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group,
    Instance,
    Target,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node, Taint
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    NEEDS_UPDATE,
    OUTDATED,
    REPLACING,
)

SOFT_TAINT = Taint(OUTDATED, "PreferNoSchedule")

BLOCKING = ("NoSchedule", "NoExecute")
"""Taint effects that keep pods away."""
CONDITION = "node.kubernetes.io/"
"""Prefix of the taints that the control plane sets for a node's conditions and cordon."""
BALANCED = 1
"""Largest difference between zones at which AZRebalance does nothing."""


@dataclasses.dataclass(frozen=True, slots=True)
class Member:
    """One instance of the group with its node.

    `outdated`: why it has to be replaced, "" if it is current. `leaving`: we are replacing it.
    `marked`: its node carries our annotation, perhaps still after we gave it up. `joined`: its node
    is Ready and, if current, was judged ready (see core.rotation.readiness).
    """

    instance: Instance
    node: Node | None
    outdated: str
    leaving: bool
    marked: bool
    joined: bool

    @property
    def id(self) -> str:
        """Return the instance id."""
        return self.instance.id

    @property
    def name(self) -> str:
        """Return the node's name; the instance id while there is no node."""
        return self.node.name if self.node else self.instance.id

    @property
    def available(self) -> bool:
        """Return whether it is ready, not cordoned by us and not marked for removal."""
        return self.joined and not self.leaving and not self.marked


def outdated(
    instance: Instance, node: Node | None, target: Target, now: float, max_age: float | None
) -> str:
    """Return why the instance has to be replaced, "" if it is current.

    `now`: seconds since the epoch. `max_age`: seconds. A mark on an instance that was launched
    after the target was resolved is for the next run, lest a rotation never end.
    """
    target = target.of(instance)
    same = instance.source[0] == target.template
    if not same or instance.source[1] not in {target.version, *target.equivalent_versions}:
        if same:
            return f"version {instance.source[1]}, target is {target.version}"
        return f"launched from {_source(instance.source)}, target is {_source(target.source)}"
    images = (instance.image_id, target.image_id)
    if all(images) and images[0] != images[1] and instance.launched_at < target.resolved_at:
        return f"runs image {images[0]}, target is {images[1]}"
    if max_age is not None and instance.launched_at and now - instance.launched_at > max_age:
        return f"older than {max_age:.0f} s"
    marked = node is not None and NEEDS_UPDATE in node.annotations
    if marked and (not target.resolved_at or instance.launched_at < target.resolved_at):
        return f"marked {NEEDS_UPDATE}"
    return ""


def _source(source: tuple[str, str]) -> str:
    return f"{source[0]} version {source[1]}" if source[1] else source[0] or "an unknown template"


@dataclasses.dataclass(frozen=True)
class Marks:
    """What this run knows of instances beyond what reads show, as instance ids.

    `joined`: judged ready. `selected`: chosen for replacement, even if their node is not marked
    yet. `skipped`: their replacement was given up, they stay. `gone`: ended, even if a late read
    still shows them.
    """

    joined: frozenset[str] = frozenset()
    selected: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()


def join(
    group: Group,
    nodes: Mapping[str, Node],
    target: Target,
    marks: Marks,
    max_age: float | None,
    judged_at: float | None = None,
    known: Mapping[str, Member] = MappingProxyType({}),
) -> tuple[Member, ...]:
    """Return the launched instances of the group as members; `nodes` by instance id.

    `known`: members that stay as they are, by instance id, unless their instance or node changed.
    """
    now = group.read_at if judged_at is None else judged_at
    found = []
    for instance in group.launched:
        if instance.id in marks.gone:
            continue
        node, before = nodes.get(instance.id), known.get(instance.id)
        if before is not None and before.node is node and before.instance == instance:
            found.append(before)
        else:
            found.append(member_of(instance, node, target, marks, now, max_age))
    return tuple(found)


def member_of(
    instance: Instance,
    node: Node | None,
    target: Target,
    marks: Marks,
    now: float,
    max_age: float | None,
) -> Member:
    """Return an instance with its node, judged; `now` and `max_age`: see outdated."""
    why = outdated(instance, node, target, now, max_age)
    marked = node is not None and REPLACING in node.annotations
    leaving = instance.id in marks.selected or (marked and instance.id not in marks.skipped)
    ready = node is not None and node.ready is True
    if node is not None and not why and node.unschedulable and not marked:
        ready = False  # somebody has cordoned a new node: it takes no pods
    return Member(
        instance, node, why, leaving, marked, ready and (bool(why) or instance.id in marks.joined)
    )
