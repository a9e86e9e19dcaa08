# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply our own recent actions to a group that was read.

Describe* calls are eventually consistent: for some seconds they return the state before a write.
The success of the write is better evidence than such a read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    Deregister,
    Protect,
    ProtectNew,
    Register,
    Resume,
    SetMaxSize,
    SetTag,
    Suspend,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.targets import draining
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.warm_pool import (
    SetReuse,
)


def overlay(group: Group, acts: Iterable[Command]) -> Group:
    """Return the group after these acts, oldest first.

    Desired capacity and terminations are left to engine.rotation.memory, since others change them
    too.
    """
    done = tuple(acts)
    for number, act in enumerate(done):
        if effect := {} if _undone(act, done[number:]) else _effect(group, act):
            group = dataclasses.replace(group, **effect)
    return group


def _undone(act: Command, later: tuple[Command, ...]) -> bool:
    """Return whether a target was registered again since: only a read tells."""
    return isinstance(act, Deregister) and Register(act.target_group, act.targets) in later


def _effect(group: Group, act: Command) -> dict[str, Any]:
    """Return the fields of the group that the act changes, with their new values."""
    if isinstance(act, Suspend):
        return {"suspended": group.suspended | set(act.processes)}
    if isinstance(act, Deregister):
        return {"targets": draining(group, act.target_group, act.targets)}
    if isinstance(act, Resume):
        return {"suspended": group.suspended - set(act.processes)}
    if isinstance(act, ProtectNew):
        return {"protects_new": act.protected}
    if isinstance(act, SetMaxSize):
        return {"max_size": act.size}
    if isinstance(act, SetTag):
        tags = {key: value for key, value in group.tags.items() if key != act.key}
        return {"tags": tags if act.value is None else {**tags, act.key: act.value}}
    if isinstance(act, SetReuse) and group.warm_pool is not None:
        return {"warm_pool": dataclasses.replace(group.warm_pool, reuses=act.reuses)}
    if isinstance(act, Protect):
        named, protected = set(act.instances), act.protected
        instances = (
            dataclasses.replace(i, protected=protected) if i.id in named else i
            for i in group.instances
        )
        return {"instances": tuple(instances)}
    return {}
