# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find credentials that end before a rotation does.

A run whose credentials end is suspended. Nothing is undone, and the next run goes on.
"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.paces import (
    Estimate,
    estimate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted, duration


def ending(look: Look) -> Iterator[str]:
    """Say that the credentials may end before all outdated nodes are replaced.

    Credentials of which nobody knows how long they are good may do so too.
    """
    nodes, life = _outdated(look), look.credentials
    if not nodes or any(too_short(look)):
        return
    takes, left = _all(look, nodes), life.left(look.group.read_at)
    likely, most = duration(takes.likely), duration(takes.most)
    work = f"replace {counted(nodes, 'node')} of {look.group.name} takes some {likely}, or {most}"
    if left is not None and left >= takes.most:
        return
    if not life.known:
        yield (
            f"How long the AWS credentials ({life.source}) are good is not known, and to {work}. If"
            " they end before, the run is suspended, and another one with new credentials goes on"
        )
    elif left is not None:
        yield (
            f"The AWS credentials ({life.source}) end in {duration(left)}, and to {work}. If they"
            " end before, the run is suspended, and another one with new credentials goes on"
        )


def too_short(look: Look) -> Iterator[str]:
    """Yield that the credentials end before even one node can be replaced."""
    left, paces = look.credentials.left(look.group.read_at), _paces(look)
    least = estimate(1, 0, 1, 0.0, paces).least
    if look.credentials.known and left is not None and left < least and _outdated(look):
        yield (
            f"The AWS credentials ({look.credentials.source}) end in {duration(left)}, and to"
            f" replace one node of {look.group.name} takes at least {duration(least)}. Renew them"
        )


def _outdated(look: Look) -> int:
    return sum(bool(look.outdated(instance)) for instance in look.group.launched)


def _all(look: Look, nodes: int) -> Estimate:
    pace = look.course
    return estimate(nodes, pace.canaries, pace.window.size, pace.soak, _paces(look))


def _paces(look: Look) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return how many seconds boots and drains of earlier runs took."""
    return look.journal.boots, look.journal.drains
