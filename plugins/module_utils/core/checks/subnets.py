# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find subnets in which a new node would lack addresses."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted

PREFIX_SIZE = 16
"""Addresses of an IPv4 prefix that EC2 assigns to a network interface (a /28)."""


def held(machine: Mapping[str, Any]) -> int:
    """Return how many IPv4 addresses an instance holds, as EC2 describes it.

    Its network interfaces hold those of pods too: whole interfaces of them, or prefixes. An
    instance of an IPv6 cluster holds one for each interface.
    """
    interfaces = machine.get("NetworkInterfaces", ())
    single = sum(len(one.get("PrivateIpAddresses", ())) for one in interfaces)
    return single + PREFIX_SIZE * sum(len(one.get("Ipv4Prefixes", ())) for one in interfaces)


def narrow(look: Look) -> Iterator[str]:
    """Yield the subnets with fewer addresses than their share of the surge holds.

    What the present nodes hold is the measure. Where it is not known, one address is. The group
    spreads what it launches over its subnets.
    """
    if look.free_addresses is None:
        yield (
            f"Whether the subnets of Auto Scaling group {look.group.name} have addresses for"
            " another node is not known. Allow ec2:DescribeSubnets"
        )
    needs = max((one.addresses for one in look.group.launched), default=0) or 1
    known = look.free_addresses or {}
    share = max(1, math.ceil(look.course.window.surge / max(1, len(look.group.subnets))))
    for name, free in sorted(known.items()):
        if free < share * needs:
            has = counted(free, "free address") if free == 1 else f"{free} free addresses"
            nodes = "" if share == 1 else f", and {share} nodes of the surge may come there"
            yield (
                f"Subnet {name} of Auto Scaling group {look.group.name} has {has}, and a node of"
                f" this group holds {needs}{nodes}. A new node there may not start, or its pods may"
                " get no address. Free some, or add a subnet"
            )
