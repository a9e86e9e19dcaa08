# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Frozen records of the AWS objects that a rotation observes."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping

LAUNCHED = frozenset(("Pending", "Pending:Wait", "Pending:Proceed", "InService"))
"""Lifecycle states that count as launched (EC2 Auto Scaling user guide, instance lifecycle); not
Terminating*, Standby, Detaching or Warmed*."""
CLASSIC = "classic/"
"""Begins what stands for a classic load balancer where target groups are named by their ARNs."""
WARMED = "Warmed:"
"""Begins the lifecycle states of instances in a warm pool."""


@dataclasses.dataclass(frozen=True, slots=True)
class Instance:
    """One instance of an Auto Scaling group, with what EC2 knows of it.

    `source` is what it was launched from: (template id, version number as text), or (launch
    configuration name, ""). `state` is EC2's: pending, running, shutting-down, terminated,
    stopping, stopped; empty when EC2 does not know it (yet).
    """

    id: str
    zone: str
    lifecycle: str = "InService"
    protected: bool = False
    source: tuple[str, str] = ("", "")
    state: str = "running"
    image_id: str = ""
    type: str = ""
    launched_at: float = 0.0
    private_dns: str = ""
    platform: str = ""
    """"windows" for Windows, else empty."""
    addresses: int = 0
    """IPv4 addresses of its subnets that it holds, those of pods included; 0 if not known."""
    kept: bool = False
    """We have tagged it to be kept after its canary had failed."""

    @property
    def launched(self) -> bool:
        """Return whether it counts as launched (see LAUNCHED) and has not ended."""
        return self.lifecycle in LAUNCHED and self.state not in (
            "shutting-down",
            "terminated",
            "stopping",
            "stopped",
        )

    @property
    def held(self) -> bool:
        """Return whether a launch hook holds it.

        It is not in service yet, and Auto Scaling ends it if the hook is abandoned, or runs out.
        """
        return self.lifecycle.startswith("Pending:")

    @property
    def in_standby(self) -> bool:
        """Return whether somebody has taken it out of service, or is just doing so.

        It stays in the group and does not count to desired.
        """
        return self.lifecycle.endswith("Standby")

    @property
    def ending(self) -> bool:
        """Return whether it is being terminated, by anyone."""
        return self.lifecycle.startswith(("Terminating", f"{WARMED}Terminat")) or self.state in (
            "shutting-down",
            "terminated",
        )


@dataclasses.dataclass(frozen=True, slots=True)
class TargetHealth:
    """One registered target: ID (of an instance, or an IP address), port and health.

    `group`: the ARN of its target group; or CLASSIC and the name of a classic load balancer, whose
    health is told in the same words and whose ports are 0. `health_port`: where its health is
    checked, 0 for `port`.
    """

    group: str
    id: str
    port: int
    state: str
    health_port: int = 0

    @property
    def ports(self) -> frozenset[int]:
        """Return the ports that traffic and health checks reach it by."""
        return frozenset((self.port, self.health_port)) - {0}


@dataclasses.dataclass(frozen=True, slots=True)
class Targets:
    """Targets of a target group as one read saw them.

    `delay`: seconds for which a target drains after it was deregistered; None where that is not
    known. `exists`: the target group has not been deleted.
    """

    health: tuple[TargetHealth, ...] = ()
    delay: float | None = None
    exists: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class TargetRead:
    """When a read of a target group began and ended, and what it showed (Targets)."""

    began: float
    ended: float
    delay: float | None = None
    exists: bool = True


def balancer_name(target_group: str) -> str:
    """Return what people call a target group or a classic load balancer."""
    if target_group.startswith(CLASSIC):
        return f"load balancer {target_group.removeprefix(CLASSIC)}"
    return f"target group {target_group.rsplit('/', 2)[-2:][0]}"


@dataclasses.dataclass(frozen=True, slots=True)
class WarmPool:
    """Describe the warm pool of a group as one read saw it.

    `reuses`: instances go back to the pool, as they are, when the group becomes smaller.
    """

    instances: tuple[Instance, ...] = ()
    reuses: bool = False


@dataclasses.dataclass(frozen=True)
class Group:
    """An Auto Scaling group as one read saw it, its instances joined with EC2's.

    `source` is what it launches from as written: (template id, "3" | "$Latest" | "$Default") or
    (launch configuration name, ""). `target` is that resolved (see Target). `suspended` are the
    suspended processes.
    """

    name: str
    desired: int
    min_size: int
    max_size: int
    instances: tuple[Instance, ...] = ()
    source: tuple[str, str] = ("", "")
    suspended: frozenset[str] = frozenset()
    protects_new: bool = False
    by_balancers: bool = False
    """It ends instances that its load balancers find unhealthy (HealthCheckType)."""
    zones: tuple[str, ...] = ()
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)
    refreshing: bool = False
    """An instance refresh is under way."""
    refreshing_age: float = 0.0
    """For how many seconds that had not been looked at when the group was read."""
    unsupported: tuple[str, ...] = ()
    """Features of this group that a rotation does not handle, each a clause for people."""
    activity: str = ""
    """Why the newest scaling activity failed, if it did ("InsufficientInstanceCapacity: ...")."""
    cause: str = ""
    """What moved desired last, in the words of the newest scaling activity that says so."""
    target_groups: tuple[str, ...] = ()
    """The target groups attached to it, as TargetHealth has them, in which it registers its
    instances."""
    targets: tuple[TargetHealth, ...] = ()
    former: tuple[Instance, ...] = ()
    """Instances asked for that are no longer in the group; EC2 forgets them about an hour after
    their end."""
    resolved: Target | None = None
    arn: str = ""
    subnets: tuple[str, ...] = ()
    """IDs of the subnets in which it launches."""
    hold: float = 0.0
    """Seconds for which its hooks may hold the end of an instance, 0 where nobody waits on them."""
    buys_both: bool = False
    """Its mixed instances policy buys On-Demand and Spot instances."""
    warm_pool: WarmPool | None = None
    read_at: float = 0.0
    """When it was read, in seconds since the epoch, by the reader's clock."""

    @functools.cached_property
    def launched(self) -> tuple[Instance, ...]:
        """Return the instances that count as launched."""
        return tuple(instance for instance in self.instances if instance.launched)

    @functools.cached_property
    def by_id(self) -> Mapping[str, Instance]:
        """Return the instances by their id."""
        return {instance.id: instance for instance in self.instances}

    @functools.cached_property
    def ending(self) -> frozenset[str]:
        """Return the ids of the instances that are being terminated."""
        return frozenset(instance.id for instance in self.instances if instance.ending)

    @functools.cached_property
    def in_standby(self) -> tuple[Instance, ...]:
        """Return the instances that are in standby, or about to be."""
        return tuple(instance for instance in self.instances if instance.in_standby)

    @functools.cached_property
    def unprotected(self) -> tuple[str, ...]:
        """Return the ids of the instances in service that scale-in may take."""
        return tuple(
            instance.id
            for instance in self.launched
            if instance.lifecycle == "InService" and not instance.protected
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """What the group launches, resolved.

    `template`: template ID or launch configuration name. `version`: a number as text, "" for a
    launch configuration. `image_id`: "" when only EC2 resolves it. `resolved_at`: seconds since the
    epoch. A parameter behind the image may move on while we work: an instance launched after this
    moment from the same version is current whatever its image.
    """

    template: str
    version: str
    image_id: str = ""
    template_name: str = ""
    resolved_at: float = 0.0
    equivalent_versions: frozenset[str] = frozenset()
    """Other versions of the template, as text, that say the same: a template taken back is a new
    version with the old content, and what runs that content is not outdated."""
    types: tuple[str, ...] = ()
    """Instance types that the group names for it, where it has others."""
    others: tuple[Target, ...] = ()
    """The ways of launching of overrides in a mixed instances policy that name a launch template or
    an image of their own, in a fixed order."""

    @property
    def source(self) -> tuple[str, str]:
        """Return template and version, as instances report what they were launched from."""
        return (self.template, self.version)

    @property
    def named(self) -> str:
        """Return what people call it: "version 3 of web", or the name of a configuration."""
        name = self.template_name or self.template
        return f"version {self.version} of {name}" if self.version else name

    @property
    def ways(self) -> tuple[Target, ...]:
        """Return every way of launching: this one, and those of overrides."""
        return (self, *self.others)

    @property
    def sources(self) -> frozenset[tuple[str, str]]:
        """Return template and version of every way of launching."""
        return frozenset(way.source for way in self.ways)

    def resolved_again(self, at: float) -> Target:
        """Return the same as resolved at this moment, in seconds since the epoch."""
        others = tuple(dataclasses.replace(way, resolved_at=at) for way in self.others)
        return dataclasses.replace(self, resolved_at=at, others=others)

    def of(self, instance: Instance) -> Target:
        """Return the way by which an instance like this one is launched.

        That of its type. Where the group describes instances by their attributes, or does not name
        the type any more, that of its template.
        """
        if not self.others:
            return self
        of_type = [way for way in self.ways if instance.type in way.types]
        known = of_type or list(self.ways)
        same = [way for way in known if way.template == instance.source[0]] or known
        return next((way for way in same if way.image_id == instance.image_id), same[0])
