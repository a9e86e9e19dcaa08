# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""End a run: restore the update config, give up the Lease, say how it ended."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    CredentialsError,
    LockedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.commands import (
    ChangeConfig,
    TagNodegroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import (
    CONFIG_TAG,
    read_config_tag,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.status import (
    failed_status,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed import lock
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.context import (
    ManagedContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.failures import (
    note_what_is_left,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.result import (
    ManagedResult,
    conclude_update,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.work import token_of

RESTORE_LIMIT = 600.0
"""Seconds within which the update config is restored, or left."""
RELEASE_LIMIT = 60.0
"""Seconds within which the Lease is given up, or left to end by itself."""


def fail(ctx: ManagedContext, error: RotatorError) -> ManagedResult | None:
    """Begin to end a run that cannot go on."""
    if isinstance(error, LockedError):
        ctx.note(held=False)
    changed = ctx.memory.changed
    suspended = isinstance(error, CredentialsError)
    ctx.end("suspended" if suspended else failed_status(changed), error)
    return end(ctx)


def end(ctx: ManagedContext) -> ManagedResult | None:
    """Restore what is ours and give up the Lease; then return the result."""
    status, error = ctx.memory.ending or ("failed", None)
    known, held = ctx.memory.nodegroup is not None, ctx.memory.held
    early = status in ("stopped", "suspended")
    if held and known and not early and not _restored(ctx):
        return None
    if known and error is not None and ctx.memory.seen:
        note_what_is_left(ctx)
    if known and (early or not held):
        _note_config(ctx)
    if known and not lock.release(ctx) and not ctx.over("release", RELEASE_LIMIT):
        return None
    if error is None and status != "restored":
        _warn_of_size(ctx)
    if error is None and status in ("complete", "restored"):
        text = f"{counted(len(ctx.members), 'node')} on the target" if status == "complete" else ""
        ctx.tell("done", ctx.policy.nodegroup, text or "all is restored", once="done")
    return conclude_update(ctx, status, error)


def _warn_of_size(ctx: ManagedContext) -> None:
    """Say so if the size has changed: EKS only lowers what it has raised itself."""
    group, size, before = ctx.nodegroup.group, ctx.memory.size, ctx.memory.desired_before
    if not (ctx.memory.seen or size) or group.desired == before:
        return
    if group.desired < before:
        ctx.warn(
            f"The desired capacity of {group.name} is {group.desired}, it was {before}: somebody"
            " made the group smaller during the update"
        )
        return
    why = "somebody enlarged the group during the update, so"
    if size or ctx.memory.outdated_then >= 0:
        why = "an update did not end well, or somebody enlarged the group:"
    ctx.warn(
        f"The desired capacity of {group.name} is {group.desired}, it was"
        f" {size.text if size else before}: {why} EKS has not made it as large as it was"
    )


def _restored(ctx: ManagedContext) -> bool:
    """Return whether the update config is as it was, or is left with a word."""
    nodegroup = ctx.nodegroup
    text = nodegroup.tags.get(CONFIG_TAG)
    if text is None:
        return True
    known = read_config_tag(text)
    if known is None:
        ctx.leave(
            f"Tag {CONFIG_TAG} of node group {nodegroup.name} says {text!r}, which is not read."
            " Restore its update config by hand and remove the tag"
        )
        return True
    running = nodegroup.running
    if (running is not None and running.moves) or ctx.over("restore", RESTORE_LIMIT):
        _note_config(ctx)
        return True
    before, ours = known
    if running is not None:
        return False
    if nodegroup.config == ours and before != ours:
        ctx.do(ChangeConfig(ctx.name, before, token_of(ctx, f"back to {before.text}")))
        return False
    if nodegroup.config != before:
        ctx.leave(
            f"The update config of {nodegroup.name} is {nodegroup.config.text}: somebody changed"
            f" it after us, so it is not set back to {before.text}"
        )
    else:
        ctx.tell("restored", nodegroup.name, f"update config {before.text}", once="config")
    ctx.do(TagNodegroup(nodegroup.arn, CONFIG_TAG, None))
    return False


def _note_config(ctx: ManagedContext) -> None:
    """Note that the update config is still as we set it."""
    known = read_config_tag(ctx.nodegroup.tags.get(CONFIG_TAG, ""))
    if known is not None:
        ctx.leave(
            f"The update config of {ctx.policy.nodegroup} was {known[0].text} before. The next run"
            " restores it, or state: restored"
        )
