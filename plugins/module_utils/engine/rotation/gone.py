# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell a group that was deleted from one that an answer does not show."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    NotFoundError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)

GONE, GROUP_GONE = "gone", 60.0
"""Timer of a group that no read shows, and the seconds after which it counts as deleted: one answer
may be older than others."""
ANSWERS = 3
"""How many answers in a row have to say so."""


def gone_for_now(ctx: RotationContext) -> RotatorError | None:
    """Return the answer that there is no such group, if that is no verdict yet.

    The API of Kubernetes may answer the same of its Nodes: that says nothing of the group.
    Raises FailedError once no read has shown for long enough the group that was there.
    """
    retry = ctx.refused(ctx.read)
    known = ctx.memory.reads.group is not None
    if retry is None or not known or not isinstance(retry.error, NotFoundError):
        ctx.forget(GONE)
        return None
    ctx.do(ctx.read)  # at once, so that it is not one answer that has become old
    if ctx.over(GONE, GROUP_GONE) and retry.times >= ANSWERS:
        raise FailedError(
            f"Auto Scaling group {ctx.group.name} was deleted while it was being rotated",
            "See who deletes it. What the run has put on its nodes goes with them",
        )
    return retry.error
