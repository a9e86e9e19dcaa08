# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One look of a drain in check mode, made by hand."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.request import Order
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Cache
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.check import (
    CheckMemory,
    decide_check,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    NodeStatus,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import (
    Done,
    Step,
    Stop,
    View,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    NOW,
    a_pod,
    evict,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.ordering import (
    a_node,
    an_order,
    shown,
)

DOWN, SHUT = UnreachableError("no answer"), ForbiddenError("not allowed")


DRY = evict("x", dry_run=True)


ORDER = an_order("a")


def look(
    cache: Cache,
    memory: CheckMemory = CheckMemory(),
    *done: Done,
    order: Order = ORDER,
    now: float = NOW,
    stop: Stop | None = None,
) -> Step[CheckMemory]:
    """One look of a check."""
    return decide_check(memory, View(cache, done, stop=stop), now, order)


def there(*pods: Pod, order: Order = ORDER) -> Cache:
    """Node a with these pods."""
    return shown([a_node("a")], {"a": pods}, order)


def verdict(*done: Done, pods: tuple[Pod, ...] = (a_pod("x", "a"),), **options: Any) -> NodeStatus:
    """What the check says of node a after these answers."""
    order = an_order("a", **options)
    cache = there(*pods, order=order)
    first = look(cache, order=order)
    step = look(cache, first.memory, *done, order=order)
    assert step.result is not None
    (node,) = step.result.nodes
    assert node.status is not None
    return node.status
