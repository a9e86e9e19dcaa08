# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what keeps the traces of rotations from being removed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    MARKED_IN,
    OUTDATED,
    REPLACING,
    SHIELDED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.holdings import Holding
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.table import aligned
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.closure import Closure

MARKS = (REPLACING, MARKED_IN, SHIELDED)
"""Annotations of ours on nodes. The annotation skip is the user's own."""
STATES = {
    "held": "is held by {holder}",
    "handed_over": "is handed over to the rotation of run {run}",
    "left": "still says what an ended run has left",
    "unreadable": "cannot be understood",
}
"""What keeps a Lease in each state from being removed."""


def obstacles(holdings: Iterable[Holding], gate: Closure, nodes: Iterable[Node]) -> tuple[str, ...]:
    """Return in sentences why nothing may be removed yet, () if all may.

    A Lease is the lock and the record of a rotation. Without it nobody could restore what was
    changed.
    """
    return (*_of_leases(holdings), *([gate.told] if gate.told else []), *marked(nodes))


def _of_leases(holdings: Iterable[Holding]) -> Iterator[str]:
    for one in holdings:
        name = f"Lease {one.lease} of node group {one.autoscaling_group_name or '(unknown)'}"
        if one.state != "free":
            yield f"{name} {STATES[one.state].format(holder=one.holder, run=one.run)}"
        elif one.paused:
            yield f"{name} is paused: {one.paused}"


def marked(nodes: Iterable[Node]) -> Iterator[str]:
    """Yield a sentence for each node that carries marks of a rotation."""
    for node in nodes:
        marks = [key for key in MARKS if key in node.annotations]
        marks += [OUTDATED] if any(taint.key == OUTDATED for taint in node.taints) else []
        if marks:
            yield f"Node {node.name} carries {', '.join(marks)}"


def removal_lines(
    holdings: Sequence[Holding], tagged: Sequence[str], why_not: Sequence[str], removed: bool
) -> list[str]:
    """Return what is or would be removed, and what keeps it, as lines for people."""
    word = "removed" if removed else "kept" if why_not else "would be removed"
    rows = [("Lease", one.lease, one.autoscaling_group_name, word) for one in holdings]
    rows += [("tag", "of the Auto Scaling group", name, word) for name in tagged]
    lines = aligned(rows) if rows else ["Nothing of ours is there"]
    return [*lines, *(f"In the way: {sentence}" for sentence in why_not)]
