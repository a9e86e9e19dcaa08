# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guard the quorum: no command takes a node while another is not whole."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Command,
    Terminate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import outage
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane.reading import (
    concerns,
    flaw,
    others,
    read_lately,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.known import Known


def forbids(known: Known, command: Command) -> str:
    """Return why a command may not take a node now, "" if it may.

    An etcd cluster of three bears the loss of one member, so every other node has to be whole by a
    read that still counts; so have API servers beside it.
    """
    if known.memory.reads.group is None or not concerns(known):
        return ""
    leaving = _takes(command)
    return why_held(known, leaving) if leaving else ""


def why_held(known: Known, leaving: str) -> str:
    """Return why a node of our group may not go, "" if it may.

    `leaving`: its instance ID or its name.
    """
    if not read_lately(known):
        return "the control plane has not been read lately"
    rest = others(known, leaving)
    if not rest and not outage.is_only_node(known):
        return "it is the only node of the control plane"
    found = ((place, flaw(known, place)) for place in rest)
    return next((f"node {place.name} is not whole: {why}" for place, why in found if why), "")


def _takes(command: Command) -> str:
    """Return which node a command takes, by instance ID or name; "" for none."""
    if isinstance(command, Terminate):
        return command.instance
    cordons = isinstance(command, ChangeNode) and command.change.unschedulable is True
    return command.name if cordons and isinstance(command, ChangeNode) else ""
