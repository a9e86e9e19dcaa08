# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run rotations on a world in virtual time.

The real engine works with the real clients, on the faces in memory.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.autoscaling import (
    AutoScaling,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.nodegroups import (
    Nodegroups,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.deadline import Deadline
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.feeds import Feeds
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedTarget,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.policy import (
    ManagedPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    lease_name,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import parse
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import run
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed import (
    decide as managed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.result import (
    ManagedResult,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.decide import (
    decide,
    start,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.result import (
    RotationResult,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_at, kube_call
from ansible_collections.nodeops.rotator.tests.simulation.rules import Rules
from ansible_collections.nodeops.rotator.tests.simulation.virtual import VirtualInbox
from ansible_collections.nodeops.rotator.tests.simulation.world import World


class KeptNotes:
    """Implements core.ports.Notes: `files` are the texts by their names.

    `error` is raised instead, if there is one.
    """

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.error: FailedError | None = None

    def write(self, name: str, text: str) -> str:
        """Keep the text; return a path."""
        if self.error is not None:
            raise self.error
        self.files[name] = text
        return f"/notes/{name}"


@dataclasses.dataclass
class Run:
    """One run of ours on a world.

    `inbox` before it begins (to plan a kill or a stop), `events` and `result` after. `hear` is told
    each event as it happens.
    """

    world: World
    policy: RotationPolicy
    inbox: VirtualInbox
    events: list[tuple[float, Event]] = dataclasses.field(default_factory=list)
    result: RotationResult | None = None
    hear: Callable[[Event], object] | None = None
    notes: KeptNotes = dataclasses.field(default_factory=KeptNotes)

    def __call__(self) -> RotationResult:
        """Run to the end; answers the result."""
        self.result = run(decide, start(self.inbox.now()), self.policy, self.inbox, self._tell)
        return self.result

    def _tell(self, event: Event, now: float) -> None:
        self.events.append((now, event))
        if self.hear is not None:
            self.hear(event)

    def story(self) -> list[str]:
        """Return what a person would have read."""
        return [
            f"{at:7.1f} {e.progress:>5} {e.subject} {e.phase} {e.text}".rstrip()
            for at, e in self.events
        ]

    def phases(self, subject: str = "") -> list[str]:
        """Return the phases reported, of one subject or of all."""
        return [
            event.phase for _at, event in self.events if not subject or event.subject == subject
        ]


def prepare(
    world: World, group: str, run_id: str = "r1", kill_at_command: int | None = None, **options: Any
) -> Run:
    """Return a run that has not begun.

    `options` are fields of RotationPolicy; sizes may be text. The judge's rules for the group
    follow the sizes.
    """
    sizes: dict[str, Any] = {
        name: parse(name, options.pop(name, usual))
        for name, usual in (("max_surge", 1), ("max_unavailable", 0), ("canary", 1))
    }
    lease = lease_name(world.account.groups[group].arn)
    cluster = world.facts.get("cluster", world.name)
    policy = RotationPolicy(
        group=group, cluster=cluster, run=run_id, holder=f"host_{run_id}", **sizes, **options
    )
    rules = world.judge.rules.setdefault(group, Rules(world.account.groups[group].desired))
    world.judge.chosen = {*(world.judge.chosen or ()), group}
    world.judge.holders.add(policy.holder)
    rules.lease, rules.namespace = lease, policy.lock_namespace
    rules.surge, rules.unavailable = (
        sizes["max_surge"].of(rules.base, True),
        sizes["max_unavailable"].of(rules.base, False),
    )
    call = kube_call(world.cluster, policy.holder)
    utc = world.kernel.utc
    deadline = Deadline(lambda: world.kernel.now)
    aws = Aws(aws_call(world.account, policy.holder), deadline)
    cluster = KubeClient(
        call,
        policy.lock_namespace,
        clock=lambda: utc().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        deadline=deadline,
        at=kube_at(world.cluster, policy.holder),
    )
    notes = KeptNotes()
    ports = Ports(AutoScaling(aws, lambda: utc().timestamp()), cluster, notes=notes)
    inbox = VirtualInbox(world.kernel, ports, Feeds(call).follow, kill_at_command)
    return Run(world, policy, inbox, notes=notes)


@dataclasses.dataclass
class ManagedRun:
    """One run of ours on a managed node group; as Run."""

    world: World
    policy: ManagedPolicy
    inbox: VirtualInbox
    events: list[tuple[float, Event]] = dataclasses.field(default_factory=list)
    result: ManagedResult | None = None

    def __call__(self) -> ManagedResult:
        """Run to the end; answers the result."""
        memory = managed.begin(self.inbox.now())
        self.result = run(managed.decide, memory, self.policy, self.inbox, self._tell)
        return self.result

    def _tell(self, event: Event, now: float) -> None:
        self.events.append((now, event))

    def phases(self) -> list[str]:
        """Return the phases reported."""
        return [event.phase for _at, event in self.events]

    def texts(self, phase: str) -> list[str]:
        """Return what was said in a phase."""
        return [event.text for _at, event in self.events if event.phase == phase]


def prepare_managed(
    world: World, nodegroup: str, target: ManagedTarget, run_id: str = "r1", **options: Any
) -> ManagedRun:
    """Return a run that has not begun; `options` are fields of ManagedPolicy."""
    policy = ManagedPolicy(
        world.name, nodegroup, run_id, f"host_{run_id}", target=target, **options
    )
    world.judge.holders.add(policy.holder)
    call, utc = kube_call(world.cluster, policy.holder), world.kernel.utc
    deadline = Deadline(lambda: world.kernel.now)
    aws = Aws(aws_call(world.account, policy.holder), deadline)
    cluster = KubeClient(
        call,
        policy.lock_namespace,
        clock=lambda: utc().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        deadline=deadline,
    )
    ports = Ports(None, cluster, Nodegroups(aws, lambda: utc().timestamp()))
    return ManagedRun(world, policy, VirtualInbox(world.kernel, ports, Feeds(call).follow))


def rotate(world: World, group: str, **options: Any) -> Run:
    """Carry a run through to its end and return it."""
    made = prepare(world, group, **options)
    made()
    return made
