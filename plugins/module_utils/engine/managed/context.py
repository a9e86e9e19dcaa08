# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold what one look at a managed node group knows and decides."""

from __future__ import annotations

import collections
import dataclasses
import functools
import math
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Command
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import (
    NOBODY,
    About,
    Event,
    EventPhase,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.commands import (
    NodegroupName,
    ReadNodegroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import (
    UpdateConfig,
    wanted_config,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedMember,
    Nodegroup,
    members_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.policy import (
    ManagedPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.preflight import (
    ManagedLook,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    BUDGETS,
    NODES,
    SERVICES,
    Feed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.status import Status
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.node_index import (
    by_instance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import (
    View,
    wake_for,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.memory import (
    ACTS,
    WRITES,
    ManagedMemory,
)

ALL_PODS = Feed("pods")


class ManagedContext:
    """Everything that the stages of one look share.

    `memory` is replaced, never mutated. `may_act`: the Lease is ours and was renewed in time.
    """

    def __init__(
        self, memory: ManagedMemory, view: View, now: float, policy: ManagedPolicy
    ) -> None:
        self.memory, self.view, self.now, self.policy = memory, view, now, policy
        self.commands: list[Command] = []
        self.events: list[Event] = []
        self.feeds: set[Feed] = {NODES, ALL_PODS, BUDGETS}
        self.wake = math.inf
        self.may_act = False
        self._wanted: set[Command] = set()

    @property
    def name(self) -> NodegroupName:
        """Return what names the node group."""
        return NodegroupName(self.policy.cluster, self.policy.nodegroup)

    @property
    def nodegroup(self) -> Nodegroup:
        """Return the node group as last read; stages run only after a first read."""
        if self.memory.nodegroup is None:
            raise RuntimeError("the node group has not been read yet")
        return self.memory.nodegroup

    @functools.cached_property
    def nodes(self) -> dict[str, Node]:
        """Return all Node objects by instance ID."""
        return by_instance(self.view.cache.items(NODES).values())

    @property
    def members(self) -> tuple[ManagedMember, ...]:
        """Return the launched instances of the group with their nodes."""
        return members_of(self.nodegroup.group, self.nodes, self.policy.target)

    @property
    def behind(self) -> bool:
        """Return whether EKS would launch something else than the target from now on."""
        nodegroup, target = self.nodegroup, self.policy.target
        version = nodegroup.template[2] if nodegroup.template is not None else ""
        return target.release_version not in ("", nodegroup.release_version) or (
            target.template_version not in ("", version)
        )

    @property
    def outdated(self) -> tuple[ManagedMember, ...]:
        """Return those that do not run the target."""
        return tuple(one for one in self.members if one.outdated)

    @functools.cached_property
    def pods(self) -> dict[str, tuple[Pod, ...]]:
        """Return all pods by the name of their node."""
        found: dict[str, list[Pod]] = collections.defaultdict(list)
        for pod in self.view.cache.items(ALL_PODS).values():
            found[pod.node].append(pod)
        return {node: tuple(pods) for node, pods in found.items()}

    @property
    def wanted_config(self) -> UpdateConfig:
        """Return how EKS is to update the node group."""
        policy = self.policy
        return wanted_config(
            self.nodegroup.config,
            policy.max_unavailable,
            policy.max_unavailable_percentage,
            policy.update_strategy,
        )

    @property
    def look(self) -> ManagedLook:
        """Return what the findings are made of, with the config it will have."""
        cache = self.view.cache
        readable = SERVICES not in cache.broken
        return ManagedLook(
            dataclasses.replace(self.nodegroup, config=self.wanted_config),
            self.outdated,
            tuple(cache.items(ALL_PODS).values()),
            tuple(cache.items(BUDGETS).values()),
            tuple(cache.items(SERVICES).values()) if readable else None,
            self.memory.rooms,
        )

    def do(self, command: Command) -> None:
        """Issue a command, unless it failed lately; an act needs the Lease."""
        self._wanted.add(command)
        if isinstance(command, WRITES) and not self.may_act:
            self.look_at(self.now + 1)
            return
        trouble = self.memory.troubles.get(command)
        if trouble is not None and trouble.again > self.now:
            self.look_at(trouble.again)
        else:
            self.commands.append(command)

    def forget_unwanted(self) -> None:
        """Forget failures of acts that nobody asks for any more, now that all is known.

        An act may have been done although its answer was a failure, or somebody else did it.
        """
        troubles = {
            command: trouble
            for command, trouble in self.memory.troubles.items()
            if command in self._wanted or not isinstance(command, ACTS)
        }
        if len(troubles) < len(self.memory.troubles):
            self.note(troubles=troubles)

    def read(self) -> None:
        """Read the node group."""
        self.do(ReadNodegroup(self.name, self.memory.seen))

    def tell(self, phase: EventPhase, subject: str, text: str = "", once: str = "") -> None:
        """Report an event; with `once` (a key) only the first time."""
        if once:
            if once in self.memory.told:
                return
            self.note(told=self.memory.told | {once})
        old = [record for record in self.memory.records.values() if record.is_old]
        ended = sum(record.phase == "terminated" for record in old)
        known = self.memory.nodegroup is not None
        every = len(old) or (len(self.outdated) if known else 0)
        about = self._about(subject)
        self.events.append(Event(phase, subject, text, f"{ended}/{every}", about=about))

    def _about(self, subject: str) -> About:
        """Return the instance that a name of a node means.

        A new instance may have the name of one that has gone.
        """
        named = [record for record in self.memory.records.values() if record.name == subject]
        for record in sorted(named, key=lambda one: one.phase == "terminated"):
            return About(record.instance_id, record.zone, record.is_old)
        return NOBODY

    def warn(self, text: str) -> None:
        """Report a finding, and keep it for the result."""
        if text not in self.memory.warnings:
            self.note(warnings=(*self.memory.warnings, text))
            self.tell("warning", self.policy.nodegroup, text)

    def leave(self, text: str) -> None:
        """Note what stays as it is."""
        if text not in self.memory.left:
            self.note(left=(*self.memory.left, text))

    def end(self, status: Status, error: RotatorError | None = None) -> None:
        """Begin to end the run; how it ends first counts."""
        if self.memory.ending is None:
            self.note(ending=(status, error))
            self.look_at(self.now)

    def note(self, **fields: Any) -> None:
        """Change fields of the memory."""
        self.memory = dataclasses.replace(self.memory, **fields)

    def look_at(self, moment: float) -> None:
        """Look again at this moment at the latest."""
        self.wake = min(self.wake, wake_for(moment, self.now))

    def over(self, condition: str, limit: float) -> bool:
        """Return whether this has lasted for `limit` seconds; else look then."""
        if condition not in self.memory.timers:
            self.note(timers={**self.memory.timers, condition: self.now})
        lasted = self.now - self.memory.timers[condition]
        if lasted < limit - 1e-6:
            self.look_at(self.now + limit - lasted)
            return False
        return True

    def forget(self, condition: str) -> None:
        """Forget a condition that is not so any more."""
        if condition in self.memory.timers:
            timers = {name: at for name, at in self.memory.timers.items() if name != condition}
            self.note(timers=timers)
