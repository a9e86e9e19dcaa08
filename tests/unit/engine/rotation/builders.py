# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make one look of a rotation by hand: knowledge in, commands out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Command
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group,
    TargetRead,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease, Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    BUDGETS,
    NODES,
    Broken,
    Cache,
    Feed,
    Listed,
    Message,
    reduce,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import lease_name
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import Size
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    Memory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodeRecord,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import TARGET

NOW = 1000.0
LEASE = lease_name("")
"""Lease of the groups below, which have no ARN."""
POLICY = RotationPolicy("blue", "r1", "me", canary=Size(0))
HELD = Lease(LEASE, "7", "me", "t1", 30)
RUNNING = Journal(run="r1", group="blue", target=("lt-1", "2", "ami-new"), tainted=True)


def a_policy(surge: int = 1, unavailable: int = 0, canary: int = 0, **more: Any) -> RotationPolicy:
    """The policy with these sizes; no canary unless said."""
    return dataclasses.replace(
        POLICY,
        max_surge=Size(surge),
        max_unavailable=Size(unavailable),
        canary=Size(canary),
        **more,
    )


def a_cache(nodes: Iterable[Node] = (), also: Iterable[Feed] = ()) -> Cache:
    """A cache with the nodes; workloads and other feeds are listed empty."""
    empty = [Feed("deployments"), Feed("statefulsets"), *also]
    return reduce(Cache(), [Listed(NODES, tuple(nodes)), *(Listed(feed, ()) for feed in empty)])


def counted(journal: Journal, group: Group | None, ours: int = 0) -> Journal:
    """The journal with desired as the group shows it, `ours` of it above the base.

    A journal that says something of desired itself stays as it is.
    """
    if group is None or not journal.run or journal.base or journal.expected:
        return journal
    account = Account(group.desired - ours, group.desired, None, journal.decrements)
    return journal.accounted(account)


def a_memory(group: Group | None, journal: Journal = RUNNING, ours: int = 0, **more: Any) -> Memory:
    """A run in its midst.

    The lock is held and fresh, the record written, and the group and its targets read just now.
    """
    journal = counted(journal, group, ours)
    usual: dict[str, Any] = {
        "mode": "rotate",
        "cluster_uid": "uid-1",
        "cluster_proven": True,
        "lease": HELD,
        "lease_read": NOW,
        "held": True,
        "confirmed": NOW,
        "written": journal,
    }
    usual |= {"group": group, "read": group, "read_began": NOW, "target": TARGET}
    attached = group.target_groups if group is not None else ()
    usual["target_reads"] = {name: TargetRead(NOW, NOW) for name in attached}
    return Memory(began=0.0, journal=journal).with_fields(**{**usual, **more})


def a_context(
    group: Group | None,
    nodes: Iterable[Node] = (),
    journal: Journal = RUNNING,
    policy: RotationPolicy = POLICY,
    in_flight: Iterable[Command] = (),
    now: float = NOW,
    shown: Mapping[Feed, Iterable[Any]] | None = None,
    broken: Mapping[Feed, RotatorError] | None = None,
    done: Iterable[Done] = (),
    empty: Iterable[Feed] = (BUDGETS,),
    **more: Any,
) -> RotationContext:
    """A look that may act.

    `shown`: what other feeds list; `broken`: those that fail; `empty`: those that list nothing.
    `more`: fields of the memory.
    """
    messages: list[Message] = [Listed(feed, tuple(items)) for feed, items in (shown or {}).items()]
    messages += [Broken(feed, error) for feed, error in (broken or {}).items()]
    ctx = RotationContext(
        a_memory(group, journal, **more),
        View(reduce(a_cache(nodes, empty), messages), tuple(done), frozenset(in_flight)),
        now,
        policy,
    )
    ctx.may_act = True
    return ctx


def selected(*names: str, reason: str = "version 1, target is 2") -> dict[str, Any]:
    """Fields of a memory in which these instances have been chosen to leave."""
    ids = [f"i-{name}" for name in names]
    records = {
        id_: NodeRecord(id_.removeprefix("i-"), id_, "a", reason, console_output="") for id_ in ids
    }
    return {"marks": Marks(selected=frozenset(ids)), "records": records}


def written(ctx: RotationContext) -> RotationContext:
    """The next look, after what this one recorded has been written."""
    memory = ctx.memory.with_fields(written=ctx.memory.journal)
    following = RotationContext(memory, ctx.view, ctx.now, ctx.policy)
    following.may_act = True
    return following
