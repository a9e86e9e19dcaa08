# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the console of a replacement node that failed, before the instance goes."""

from __future__ import annotations

import dataclasses

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ReadConsole
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import TemporaryError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    BROKEN,
    Memory,
)

PATIENCE = 60.0
"""Seconds that the end of an instance is put off for its console output."""


def console_read(ctx: RotationContext, member: Member) -> bool:
    """Read the console of a failed node; return True once that is done or given up."""
    record = ctx.memory.nodes.records[member.id]
    if record.reason != BROKEN or record.console_output is not None:
        return True
    command = ReadConsole(member.id)
    retry = ctx.refused(command)
    refused = retry is not None and not isinstance(retry.error, TemporaryError)
    if refused or ctx.over(f"console {member.id}", PATIENCE):
        ctx.about(member.id, console_output="")
        if retry is not None:
            ctx.tell("warning", member.name, str(retry.error))
        return True
    ctx.do(command)
    return False


def learn_console(memory: Memory, command: ReadConsole, text: str) -> Memory:
    """Return the memory with what the console of a failed node says."""
    record = memory.nodes.records.get(command.instance)
    if record is None:
        return memory
    records = {command.instance: dataclasses.replace(record, console_output=text)}
    return memory.with_fields(records={**memory.nodes.records, **records})
