# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world that does as little as it likes.

Of each kind of command it says what comes of it.

It has no physics. What is asked for either happens at once, or is answered well and never happens,
or is refused each time. Time jumps to the next moment at which the engine wants to look.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Command,
    DeleteNode,
    DeletePod,
    EnterStandby,
    Evict,
    Protect,
    ProtectNew,
    ReadCluster,
    ReadConsole,
    ReadGroup,
    ReadLease,
    Resume,
    SetDesired,
    SetMaxSize,
    SetTag,
    Suspend,
    TagInstance,
    Terminate,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    Answer,
    Verdict,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Lease,
    Node,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Broken,
    Feed,
    Listed,
    Message,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.overlay import overlay
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, Stop
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_node, an_instance

LATENCY = 0.1
HAPPENS, NOTHING = "happens", "nothing"
Outcome = Any
"""HAPPENS, NOTHING, or the error that the command meets each time."""


class Endless(AssertionError):
    """The run goes on after its bound."""


@dataclasses.dataclass
class Stubborn:
    """engine.loop.Inbox and the whole world behind it.

    `outcomes`: by kind of command; the rest happens. `joins`: what becomes of a new instance's
    node: "ready", "never" or "unready". `flaps`: desired is another at every read. `broken`: feeds
    that cannot be read. `ends`: the bound in seconds, by which the run has ended.
    """

    group: Group
    nodes: dict[str, Node]
    pods: dict[str, dict[str, Pod]]
    lease: Lease | None = None
    outcomes: Mapping[type, Outcome] = dataclasses.field(default_factory=dict)
    joins: str = "ready"
    flaps: bool = False
    broken: Mapping[str, RotatorError] = dataclasses.field(default_factory=dict)
    objects: Mapping[str, Sequence[Any]] = dataclasses.field(default_factory=dict)
    stop_at: float = math.inf
    ends: float = 5000.0
    looks: int = 0
    time: float = 1000.0

    def __post_init__(self) -> None:
        self.following: dict[Feed, bool] = {}
        self.heard: list[Message | Done | Stop] = []
        self.number, self.began = 0, self.time
        self.kinds: set[type] = set()

    def now(self) -> float:
        """Seconds."""
        return self.time

    def submit(self, command: Command, not_after: float = math.inf) -> None:
        """Answer a command as its kind is answered here."""
        self.kinds.add(type(command))
        outcome = self.outcomes.get(type(command), HAPPENS)
        answer, error = None, outcome if isinstance(outcome, RotatorError) else None
        if error is None:
            answer = self._answer(command, outcome == HAPPENS)
        self.heard.append(Done(command, answer, error, self.time, self.time + LATENCY))

    def follow(self, feeds: frozenset[Feed]) -> None:
        """List what is newly followed, or say that it cannot be read."""
        for feed in self.following.keys() - feeds:
            del self.following[feed]
        for feed in sorted(feeds - self.following.keys()):
            self.following[feed] = True
            self._show(feed)

    def wait(self, until: float) -> list[Message | Done | Stop]:
        """Jump to the next moment at which there is something to do."""
        self.looks += 1
        if not self.heard:
            if until == math.inf:
                raise Endless("it waits for good, and nothing is in flight")
            self.time = min(max(until, self.time), max(self.stop_at, self.time))
        if self.time - self.began > self.ends or self.looks > 60_000:
            raise Endless(f"still running after {self.time - self.began:.0f} s")
        if self.time >= self.stop_at:
            self.stop_at = math.inf
            self.heard.append(Stop("signal SIGTERM"))
        answers = [one for one in self.heard if isinstance(one, Done)]
        self.time = max([self.time, *(one.ended for one in answers)])
        heard, self.heard = self.heard, []
        return heard

    def _show(self, feed: Feed) -> None:
        if feed.kind in self.broken:
            self.heard.append(Broken(feed, self.broken[feed.kind]))
            return
        items: Sequence[Any] = self.objects.get(feed.kind, ())
        if feed.kind == "nodes":
            items = tuple(self.nodes.values())
        elif feed.kind == "pods" and not feed.phase:
            items = tuple(self.pods.get(feed.node, {}).values())
        self.heard.append(Listed(feed, tuple(items)))

    def _changed(self, kind: str) -> None:
        for feed in self.following:
            if feed.kind == kind:
                self._show(feed)

    def _answer(self, command: Command, happens: bool) -> Any:
        if isinstance(command, ReadGroup):
            self.number += 1
            more = self.number % 3 if self.flaps else 0
            desired = self.group.desired + more
            return dataclasses.replace(self.group, desired=desired, read_at=2000.0 + self.time)
        if isinstance(command, ReadLease):
            return self.lease
        if isinstance(command, ReadConsole):
            return "kernel panic" if happens else ""
        if isinstance(command, ReadCluster):
            return "uid-1"
        if isinstance(command, WriteLease):
            return self._write(command.lease)
        if isinstance(command, (Evict, DeletePod)):
            if happens:
                self._lose(command.uid)
            return Answer(Verdict.ACCEPTED)
        if happens:
            self._happen(command)
        return None

    def _write(self, lease: Lease) -> Lease:
        self.number += 1
        self.lease = dataclasses.replace(
            lease, resource_version=str(self.number), renewed=f"t{self.time}", uid="uid-lease"
        )
        return self.lease

    def _lose(self, uid: str) -> None:
        for pods in self.pods.values():
            pods.pop(uid, None)
        self._changed("pods")

    def _happen(self, command: Command) -> None:
        if isinstance(command, (Protect, ProtectNew, Resume, SetMaxSize, SetTag, Suspend)):
            self.group = overlay(self.group, [command])
        elif isinstance(command, SetDesired):
            self.group = dataclasses.replace(self.group, desired=command.desired)
            self._launch()
        elif isinstance(command, Terminate):
            self._terminate(command)
        elif isinstance(command, (EnterStandby, TagInstance)):
            self._keep(command)
        elif isinstance(command, ChangeNode):
            self._change(command)
        elif isinstance(command, DeleteNode):
            self.nodes.pop(command.name, None)
            self._changed("nodes")

    def _keep(self, command: EnterStandby | TagInstance) -> None:
        tags = isinstance(command, TagInstance)
        change: dict[str, Any] = {"kept": True} if tags else {"lifecycle": "Standby"}
        self.group = dataclasses.replace(
            self.group,
            desired=self.group.desired - (not tags),
            instances=tuple(
                dataclasses.replace(one, **change) if one.id == command.instance else one
                for one in self.group.instances
            ),
        )

    def _terminate(self, command: Terminate) -> None:
        stays = [one for one in self.group.instances if one.id != command.instance]
        ended = [
            dataclasses.replace(one, state="terminated", lifecycle="Terminated")
            for one in self.group.instances
            if one.id == command.instance
        ]
        self.group = dataclasses.replace(
            self.group,
            instances=tuple(stays),
            former=(*self.group.former, *ended),
            desired=self.group.desired - command.decrement,
        )
        self._launch()

    def _launch(self) -> None:
        while len(self.group.instances) < self.group.desired:
            self.number += 1
            name = f"new{self.number}"
            new = an_instance(name, fresh=True, protected=self.group.protects_new)
            self.group = dataclasses.replace(self.group, instances=(*self.group.instances, new))
            if self.joins != "never":
                self.nodes[name] = a_node(name, self.joins == "ready")
                self._changed("nodes")

    def _change(self, command: ChangeNode) -> None:
        node = self.nodes.get(command.name)
        if node is None:
            return
        self.number += 1
        self.nodes[node.name] = changed(node, command.change, str(self.number))
        self._changed("nodes")


def changed(node: Node, change: NodeChange, version: str) -> Node:
    """The node after a write."""
    fields: dict[str, Any] = {"resource_version": version}
    if change.unschedulable is not None:
        fields["unschedulable"] = change.unschedulable
    if change.taints is not None:
        fields["taints"] = change.taints
    for name in ("labels", "annotations"):
        after = {**getattr(node, name), **dict(getattr(change, name))}
        fields[name] = {key: value for key, value in after.items() if value is not None}
    return dataclasses.replace(node, **fields)
