# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build what one look at a managed node group sees."""

from __future__ import annotations

import dataclasses
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedTarget,
    Nodegroup,
    NodegroupUpdate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.policy import (
    ManagedPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group, Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease, Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    BUDGETS,
    NODES,
    SERVICES,
    Cache,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import lease_name
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LockMemory,
    SeenLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.context import (
    ALL_PODS,
    ManagedContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.memory import (
    ManagedMemory,
)

NOW = 1000.0
TARGET = ManagedTarget("r-new", "ami-new")
POLICY = ManagedPolicy("blue", "web", "r1", "me", TARGET)
RUNNING = NodegroupUpdate("u-1", "VersionUpdate", "InProgress", {"ReleaseVersion": "r-new"})
ENDED = dataclasses.replace(RUNNING, status="Successful")
LEASE = lease_name("arn-g")


def an_instance(number: int, image: str = "ami-old") -> Instance:
    """Return instance i-N in zone a."""
    return Instance(f"i-{number}", "a", image_id=image)


def a_node(number: int, **fields: Any) -> Node:
    """Return the Ready node n-N of instance i-N."""
    given: dict[str, Any] = {"ready": True, **fields}
    return Node(f"n-{number}", f"u-{number}", "1", f"aws:///a/i-{number}", "a", **given)


def a_nodegroup(*instances: Instance, **fields: Any) -> Nodegroup:
    """Return node group web of cluster blue with these instances."""
    tags = {"eks:cluster-name": "blue", "eks:nodegroup-name": "web"}
    group = Group("g", len(instances), 0, 9, instances, zones=("a",), tags=tags, arn="arn-g")
    given: dict[str, Any] = {"release_version": "r-old", **fields}
    return Nodegroup("blue", "web", "arn", "ACTIVE", group, **given)


OLD_GROUP = a_nodegroup(an_instance(1), an_instance(2))
NEW_GROUP = a_nodegroup(
    an_instance(1, "ami-new"), an_instance(2, "ami-new"), release_version="r-new"
)


def a_memory(nodegroup: Nodegroup | None = OLD_GROUP, **fields: Any) -> ManagedMemory:
    """Return the memory of a run that holds its Lease and has just read this."""
    lease = Lease(LEASE, "1", "me")
    entries = {LEASE: SeenLease(lease, NOW, NOW, NOW, "", NOW)}
    given: dict[str, Any] = {
        "lock": LockMemory(NOW, entries),
        "nodegroup": nodegroup,
        "read_began": NOW,
        "found": frozenset(("i-1", "i-2")),
        "desired_before": 2,
        "cluster_uid": "uid",
        "rooms_read": True,
        "checked": True,
        "held": True,
        "working": True,
        "sure_until": NOW + 20,
        "moved_at": NOW,
        **fields,
    }
    return ManagedMemory(0.0, **given)


def a_free_memory(nodegroup: Nodegroup = OLD_GROUP) -> ManagedMemory:
    """Return the memory of a run that has read this; nobody holds the Lease."""
    free = LockMemory(NOW, {LEASE: SeenLease(None, NOW, NOW, NOW)})
    return a_memory(nodegroup, working=False, held=False, lock=free, checked=False)


def a_view(*nodes: Node, pods: Any = (), budgets: Any = (), **fields: Any) -> View:
    """Return a view of these nodes (n-1 and n-2 unless some are given)."""
    shown = nodes or (a_node(1), a_node(2))
    cache = Cache(
        {
            NODES: {one.uid: one for one in shown},
            ALL_PODS: {one.uid: one for one in pods},
            BUDGETS: {one.uid: one for one in budgets},
            SERVICES: {},
        }
    )
    return View(cache, **fields)


def a_context(
    memory: ManagedMemory | None = None,
    view: View | None = None,
    now: float = NOW,
    **options: Any,
) -> ManagedContext:
    """Return a look of a run that may act."""
    policy = dataclasses.replace(POLICY, **options)
    ctx = ManagedContext(memory or a_memory(), view or a_view(), now, policy)
    ctx.may_act = True
    return ctx
