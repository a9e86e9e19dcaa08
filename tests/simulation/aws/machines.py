# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of EC2: images, subnets, launch templates and instances."""

from __future__ import annotations

import dataclasses
import ipaddress
from typing import Any


@dataclasses.dataclass
class Image:
    """An AMI. `created` is EC2's CreationDate, as in 2026-05-06T07:08:09.000Z."""

    id: str
    name: str
    architecture: str
    owner: str
    created: str
    description: str = ""
    state: str = "available"
    owner_alias: str = ""
    platform: str = ""
    root_device: str = "/dev/xvda"
    tags: dict[str, str] = dataclasses.field(default_factory=dict)
    deprecation: str = ""


@dataclasses.dataclass
class Subnet:
    """A subnet of the account's VPC.

    `used` are host numbers in use; `freed` are those released, the latest last. `ipv6_cidr`: the
    block of 64 bits that gives each instance an IPv6 address too; "" for none. `ipv6_only`: it is
    shown as a subnet without IPv4.
    """

    id: str
    zone: str
    cidr: str
    vpc_id: str
    tags: dict[str, str] = dataclasses.field(default_factory=dict)
    used: set[int] = dataclasses.field(default_factory=set)
    freed: list[int] = dataclasses.field(default_factory=list)
    next_host: int = 4
    ipv6_cidr: str = ""
    ipv6_only: bool = False

    @property
    def network(self) -> ipaddress.IPv4Network:
        """Return the CIDR block."""
        return ipaddress.IPv4Network(self.cidr)

    @property
    def available(self) -> int:
        """Return the number of free addresses; EC2 reserves five of every subnet."""
        return self.network.num_addresses - 5 - len(self.used)

    def ipv6_of(self, address: str) -> str:
        """Return the IPv6 address that goes with an IPv4 address, "" for none."""
        if not self.ipv6_cidr:
            return ""
        host = int(ipaddress.IPv4Address(address)) - int(self.network.network_address)
        return str(ipaddress.IPv6Network(self.ipv6_cidr)[host])


@dataclasses.dataclass
class Volume:
    """EBS volume besides the root volumes.

    `instance`: where it is attached, "" for nowhere.
    """

    id: str
    zone: str
    tags: dict[str, str] = dataclasses.field(default_factory=dict)
    instance: str = ""


@dataclasses.dataclass
class TemplateVersion:
    """A version of a launch template; `data` is LaunchTemplateData."""

    number: int
    data: dict[str, Any]
    description: str
    created_at: float


@dataclasses.dataclass
class Template:
    """A launch template. Version numbers are never reused."""

    id: str
    name: str
    default: int
    created_at: float
    versions: dict[int, TemplateVersion] = dataclasses.field(default_factory=dict)
    tags: dict[str, str] = dataclasses.field(default_factory=dict)
    next_number: int = 1

    @property
    def latest(self) -> int:
        """Return the greatest version number that still exists."""
        return max(self.versions)


@dataclasses.dataclass
class LaunchConfiguration:
    """A launch configuration; `data` is what CreateLaunchConfiguration was given."""

    name: str
    arn: str
    data: dict[str, Any]
    created_at: float


@dataclasses.dataclass
class Instance:
    """An EC2 instance.

    `state`: pending, running, shutting-down, terminated, stopping or stopped. For a group's
    instance exactly one of `launch_template` (ID and resolved version) and `launch_configuration`
    is set. `group` is the name of its Auto Scaling group, or empty. Times are seconds of the
    World's clock.
    """

    id: str
    zone: str
    subnet_id: str
    private_ip: str
    private_dns: str
    """The name that its kubelet registers with: EC2's, unless it has one of its own."""
    image_id: str
    instance_type: str
    architecture: str
    launched_at: float
    tags: dict[str, str] = dataclasses.field(default_factory=dict)
    user_data: str = ""
    launch_template: tuple[str, int] | None = None
    launch_configuration: str = ""
    group: str = ""
    state: str = "pending"
    state_reason: tuple[str, str] | None = None
    terminated_at: float | None = None
    key_name: str = ""
    profile: str = ""
    security_groups: tuple[str, ...] = ()
    spot: bool = False
    volume_id: str = ""
    ipv6: str = ""

    @property
    def alive(self) -> bool:
        """Return True if it is pending or running."""
        return self.state in ("pending", "running")
