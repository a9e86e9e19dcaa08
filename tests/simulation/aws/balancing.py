# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load balancing physics: targets become healthy, and drain before they go."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Event

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


@dataclasses.dataclass
class Target:
    """A registered target: an instance ID or an address, with its port.

    `state`: initial, healthy, unhealthy, draining or unused.
    """

    id: str
    port: int
    zone: str = ""
    state: str = "initial"
    reason: str = "Elb.RegistrationInProgress"
    event: Event | None = None


CLASSIC = "classic/"
"""Begins the key of a classic load balancer among the target groups; its name follows."""


@dataclasses.dataclass
class TargetGroup:
    """A target group of type instance or ip.

    `probe` returns whether a target would pass its health check now. `health_port`: 0 for the port
    of the traffic.
    """

    arn: str
    name: str
    port: int
    protocol: str
    vpc_id: str
    target_type: str = "instance"
    deregistration_delay: float = 300.0
    load_balancers: list[str] = dataclasses.field(default_factory=list)
    targets: dict[tuple[str, int], Target] = dataclasses.field(default_factory=dict)
    tags: dict[str, str] = dataclasses.field(default_factory=dict)
    attributes: dict[str, str] = dataclasses.field(default_factory=dict)
    probe: Callable[[Target], bool] | None = None
    health_port: int = 0

    def healthy(self) -> list[Target]:
        """Return the targets that receive traffic."""
        return [target for target in self.targets.values() if target.state == "healthy"]


_REASONS = {
    "initial": ("Elb.RegistrationInProgress", "Target registration is in progress"),
    "healthy": ("", ""),
    "unhealthy": ("Target.FailedHealthChecks", "Health checks failed"),
    "draining": ("Target.DeregistrationInProgress", "Target deregistration is in progress"),
    "unused": ("Target.InvalidState", "Target is in the stopped state"),
}


class Balancer:
    """Moves targets through their states."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def register(self, group: TargetGroup, target_id: str, port: int | None = None) -> None:
        """Register a target; a draining one becomes active again."""
        key = (target_id, port or group.port)
        self._note(group)
        target = group.targets.get(key)
        if target is None or target.state == "draining":
            instance = self._account.instances.get(target_id)
            self._cancel(target)
            target = group.targets[key] = Target(
                target_id, key[1], instance.zone if instance else ""
            )
            self._recheck(group, target)

    def deregister(self, group: TargetGroup, target_id: str, port: int | None = None) -> float:
        """Start draining a target; return the seconds until it is gone.

        Without `port`, drain it on all its ports.
        """
        chosen = [
            t
            for t in group.targets.values()
            if t.id == target_id and (port is None or t.port == port)
        ]
        if chosen:
            self._note(group)
        for target in chosen:
            if target.state != "draining":
                self._drain(group, target)
        return group.deregistration_delay if chosen else 0.0

    def groups_of(self, target_id: str) -> list[TargetGroup]:
        """Return the target groups in which a target is registered or draining."""
        groups = self._account.target_groups.values()
        return [group for group in groups if any(key[0] == target_id for key in group.targets)]

    def reprobe(self, group: TargetGroup, *targets: Target) -> None:
        """Let the health of targets follow, after its delay, what `probe` now returns.

        Without any named, that of all targets of the group.
        """
        for target in targets or group.targets.values():
            if target.state in ("initial", "healthy", "unhealthy"):
                self._recheck(group, target)

    def instance_ended(self, instance: Instance) -> None:
        """Fail the health checks of an instance that shuts down, from now on."""
        for group in self.groups_of(instance.id):
            for target in [
                t for t in group.targets.values() if t.id == instance.id and t.state != "draining"
            ]:
                self._recheck(group, target)

    def _drain(self, group: TargetGroup, target: Target) -> None:
        self._cancel(target)
        self._become(target, "draining")
        target.event = self._account.kernel.after(
            group.deregistration_delay, lambda: self._remove(group, target)
        )

    def _recheck(self, group: TargetGroup, target: Target) -> None:
        self._cancel(target)
        delay = self._account.kernel.spread(*self._account.behavior.target_health)
        target.event = self._account.kernel.after(delay, lambda: self._judge(group, target))

    def _judge(self, group: TargetGroup, target: Target) -> None:
        instance = self._account.instances.get(target.id)
        if group.target_type == "instance" and (instance is None or not instance.alive):
            state = "unused"
        else:
            passes = group.probe is None or group.probe(target)
            booted = instance is None or instance.state == "running"
            state = "healthy" if passes and booted else "unhealthy"
        if state != target.state:
            self._note(group)
            self._become(target, state)
        if instance is not None and instance.state == "pending":
            self._recheck(group, target)
        if instance is not None and state == "unhealthy":
            self._account.scaler.target_failed(group, target)

    def _remove(self, group: TargetGroup, target: Target) -> None:
        self._note(group)
        group.targets.pop((target.id, target.port), None)

    def _note(self, group: TargetGroup) -> None:
        self._account.history.note(
            "target group", group.arn, lambda: {"targets": health_view(group)}
        )

    @staticmethod
    def _become(target: Target, state: str) -> None:
        target.state, target.reason = state, _REASONS[state][0]

    @staticmethod
    def _cancel(target: Target | None) -> None:
        if target is not None and target.event is not None:
            target.event.cancel()


def health_view(group: TargetGroup) -> list[dict[str, Any]]:
    """Return DescribeTargetHealth's descriptions of all targets."""
    return [_target_view(group, target) for target in group.targets.values()]


def _target_view(group: TargetGroup, target: Target) -> dict[str, Any]:
    health = {"State": target.state}
    if target.reason:
        health["Reason"], health["Description"] = target.reason, _REASONS[target.state][1]
    described: dict[str, Any] = {"Id": target.id, "Port": target.port}
    port = str(group.health_port or target.port)
    return {"Target": described, "HealthCheckPort": port, "TargetHealth": health}
