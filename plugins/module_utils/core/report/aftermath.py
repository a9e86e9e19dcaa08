# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say how a node group is when a run has ended, and what to type after a failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.status import Status

NEXT: Mapping[Status, str] = {
    "refused": "Once that is mended, run the same command",
    "failed": "To try again, run the same command",
    "stopped": "To resume, run the same command",
    "suspended": "To resume, renew the credentials and run the same command",
}
"""What to type after a run that has not come to its end."""
UNTOUCHED = frozenset(("refused", "unchanged"))
"""Statuses of runs that have changed nothing."""


def sentence(status: Status, launches: str, desired: int, left: Sequence[str]) -> str:
    """Return how a node group is now and what to type, "" for a plan.

    `launches`: what new instances start from, as a clause; "" where the node group was never read.
    Then nothing is said of its size, nor that all is restored. `left`: what was not restored.
    """
    if status == "planned":
        return ""
    now = f"Now {launches}, desired capacity is {desired}, " if launches else ""
    if left:
        rest = f"{len(left)} not restored: {'; '.join(left)}"
    elif launches:
        rest = "this run has changed nothing" if status in UNTOUCHED else "everything was restored"
    else:
        rest = "How the node group is now could not be read"
    rest = f"{rest[0].upper()}{rest[1:]}" if not now else rest
    return ". ".join(part for part in (now + rest, NEXT.get(status, "")) if part)
