# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say that a Lease which an update of the template left to us stays held.

A run that never took it cannot always give it up: it may not write the Lease, or could not read the
group, from whose ARN the name of the Lease follows. Then nobody else can rotate the group until the
handover is over.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import is_handed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)


def left_to_us(ctx: RotationContext) -> tuple[str, ...]:
    """Return the sentence about a Lease that was left to us and not taken, or ().

    Of a Lease that was not read it is said as well, as far as it can be: only to a run whose ID
    was given can one be left.
    """
    lock, policy = ctx.memory.lock, ctx.policy
    if ctx.memory.mode != "survey" or lock.held or policy.plan_only:
        return ()
    if ctx.memory.reads.group is None or lock.lease_read < ctx.memory.began:
        unread = (
            "Whether an update of the launch template has left the Lease of Auto Scaling group"
            f" {policy.group} to this run could not be read. If it has, the Lease stays held until"
            " it expires"
        )
        return (unread,) if policy.run_given else ()
    written = ctx.memory.written
    if lock.lease is None or not lock.lease.holder or written is None:
        return ()
    if not is_handed(written, policy.run):
        return ()
    return (
        f"Lease {ctx.lease}, which the update of the launch template has left to this run, stays"
        " held until it expires",
    )
