# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count how often somebody undoes what we write on a Node.

Only a write that the watch has shown, or passed, can have been undone. One that it has yet to show
is repeated without counting.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ChangeNode
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import AccessError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    NODES,
    Cache,
    reaches,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import Memory


def learn_write(memory: Memory, command: ChangeNode, version: str, now: float) -> Memory:
    """Return the memory after a write, which has given the Node this version."""
    outbox, key = memory.outbox, (command.name, command.change.kind)
    times = outbox.node_writes.get(key, (0, 0.0))[0] + (key not in outbox.unshown)
    denied = {
        other
        for other, retry in outbox.retries.items()
        if isinstance(other, ChangeNode) and isinstance(retry.error, AccessError)
    }
    return memory.with_fields(
        # who may write one Node may write the others too
        retries={one: retry for one, retry in outbox.retries.items() if one not in denied},
        node_writes={**outbox.node_writes, key: (times, now)},
        unshown={**outbox.unshown, key: version},
    )


def learn_shown(memory: Memory, cache: Cache) -> Memory:
    """Return the memory without the writes that the watch has shown by now."""
    unshown = memory.outbox.unshown
    if not unshown:
        return memory
    names = {name for name, _kind in unshown}
    nodes = cache.items(NODES).values()
    shown = {node.name: node.resource_version for node in nodes if node.name in names}
    rest = {
        key: version
        for key, version in unshown.items()
        if key[0] in shown and not reaches(shown[key[0]], version)
    }
    return memory if rest == unshown else memory.with_fields(unshown=rest)
