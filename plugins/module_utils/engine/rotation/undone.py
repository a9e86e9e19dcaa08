# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what of our write on a Node somebody has undone, and who."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed


def what_is_undone(node: Node, change: NodeChange) -> str:
    """Return what a Node lacks of a write, and who has taken it off, for people.

    The server says who of the cordon and the taints alone. Of what else is written at once with a
    cordon, only what is missing is named.
    """
    lacking = list(_lacking(node, change))
    by = node.cordoned_by if change.unschedulable not in (None, node.unschedulable) else ""
    by = node.tainted_by if change.taints is not None else by
    return f"{listed(lacking) or change.kind} of this node again and again" + (
        f", last {by}" if by else ""
    )


def _lacking(node: Node, change: NodeChange) -> Iterator[str]:
    if change.unschedulable not in (None, node.unschedulable) or change.taints is not None:
        yield change.kind
    for name, marks, has in (
        ("label", change.labels, node.labels),
        ("annotation", change.annotations, node.annotations),
    ):
        yield from (f"{name} {key}" for key, value in marks if has.get(key) != value)
