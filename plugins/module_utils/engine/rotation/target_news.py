# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Learn from reads of targets, and from their deregistration."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Deregister,
    ReadGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group,
    TargetRead,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.targets import (
    ReadTargets,
    draining,
    with_targets,
    with_targets_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import Memory


def with_known_targets(memory: Memory, done: Done) -> tuple[Group, Mapping[str, TargetRead]]:
    """Return the group that was read with its targets, and when these were read."""
    group: Group = done.answer
    known = memory.reads.target_reads
    if not isinstance(done.command, ReadGroup) or not done.command.targets:
        return with_targets_of(group, memory.reads.read), known
    delays = {name: read.delay for name, read in known.items()}
    read = {
        name: TargetRead(done.began, done.ended, delays.get(name)) for name in group.target_groups
    }
    return group, read


def learn_targets(memory: Memory, done: Done) -> Memory:
    """Take note of a read of a target group, unless a later one is known."""
    command, known = done.command, memory.reads.target_reads
    if not isinstance(command, ReadTargets) or memory.reads.read is None:
        return memory
    name = command.target_group
    if name in known and done.began < known[name].began:
        return memory
    read = TargetRead(done.began, done.ended, done.answer.delay, done.answer.exists)
    group = with_targets(memory.reads.read, name, done.answer.health)
    return memory.with_fields(read=group, target_reads={**known, name: read})


def learn_deregistered(memory: Memory, command: Deregister) -> Memory:
    """Count these targets as draining until a read tells something else."""
    if memory.reads.read is None:
        return memory
    targets = draining(memory.reads.read, command.target_group, command.targets)
    return memory.with_fields(read=dataclasses.replace(memory.reads.read, targets=targets))
