# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks of a run that restores what it has changed."""

from __future__ import annotations

import dataclasses
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    EXCLUDE,
    REPLACING,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import restore
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    RUNNING,
    a_context,
)

CLEAN = dataclasses.replace(RUNNING, tainted=False)
REBALANCE = frozenset(("AZRebalance",))
PAIR = (an_instance("m", fresh=True), an_instance("n", fresh=True, zone="b"))
NODES = (a_node("m"), a_node("n"))
OURS: dict[str, Any] = {
    "annotations": {REPLACING: "r1"},
    "unschedulable": True,
    "labels": {EXCLUDE: "true"},
}


def a_look(journal: Any = CLEAN, nodes: Any = NODES, **more: Any) -> RotationContext:
    """A look at two current nodes in two zones. `group`: fields of the group."""
    group = more.pop("group", {})
    made = group if isinstance(group, Group) else a_group(*PAIR, **group)
    return a_context(made, nodes, journal, mode="release", **more)


def restored(ctx: RotationContext) -> tuple[bool, list[Command], tuple[str, ...]]:
    """Return whether all is restored, what is issued for it, and what is left."""
    return restore.restored(ctx), ctx.commands, ctx.memory.report.left


def recorded(**fields: Any) -> Any:
    """The record of a run that has changed these things."""
    return dataclasses.replace(CLEAN, **fields)
