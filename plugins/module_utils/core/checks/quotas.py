# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find vCPU quotas of the account that leave no room for a new node.

EC2 user guide, "Amazon EC2 instance type quotas": each quota is of a region, counts the vCPUs of
all running and pending instances of some families, and is one for On-Demand and another for Spot
Instances. Instances on Dedicated Hosts count against other quotas.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterator, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.quotas import (
    Machine,
    Room,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed

STANDARD = ("a", "c", "d", "h", "i", "im", "is", "m", "r", "t", "z")
ON_DEMAND: Mapping[str, tuple[str, ...]] = {
    "L-1216C47A": STANDARD,
    "L-DB2E81BA": ("g", "gr", "vt"),
    "L-417A185B": ("p",),
    "L-1945791B": ("inf",),
    "L-2C3B7624": ("trn",),
    "L-74FC7D96": ("f",),
    "L-6E869C2A": ("dl",),
    "L-7295265B": ("x",),
    "L-43DA4232": ("u",),
    "L-F7808C92": ("hpc",),
}
"""Letters with which the names of instance types begin, by the code of their quota."""
SPOT: Mapping[str, tuple[str, ...]] = {
    "L-34B43A08": STANDARD,
    "L-3819A6DF": ("g", "gr", "vt"),
    "L-B5D1601B": ("inf",),
    "L-6B0D517C": ("trn",),
}
"""The same for Spot Instances."""


def code_of(machine: Machine) -> str:
    """Return the code of the quota of an instance, "" if it is not known."""
    found = re.match("[a-z]+", machine.type)
    letters = found.group() if found and not machine.dedicated else ""
    quotas = SPOT if machine.spot else ON_DEMAND
    return next((code for code, families in quotas.items() if letters in families), "")


def rooms(machines: Collection[Machine], ids: Collection[str]) -> tuple[Room, ...]:
    """Return what runs under each quota that the instances `ids` count against.

    The limits are not known yet. What a new node needs is what the largest of these instances has.
    """
    mine = [one for one in machines if one.id in ids and not one.dedicated]
    found = []
    for code in sorted({code_of(one) for one in mine}):
        own = [one for one in mine if code_of(one) == code]
        under = [one for one in machines if code_of(one) == code]
        used = None if not code or any(one.vcpus is None for one in under) else 0
        if used is not None:
            used = sum(one.vcpus or 0 for one in under)
        needs = max(one.vcpus or 0 for one in own)
        found.append(Room(code, tuple(sorted({one.type for one in own})), needs, used))
    return tuple(found)


def tight(look: Look, more: int = 1) -> Iterator[str]:
    """Yield the quotas without room for so many more nodes, and the unknown ones."""
    name = look.group.name
    if look.rooms is None:
        wanted = _more(more, "node" if more == 1 else "nodes")
        yield (
            f"Whether the vCPU quotas of the account have room for {wanted} of {name} is not known."
            " Allow servicequotas:GetServiceQuota and ec2:DescribeInstances"
        )
    for room in look.rooms or ():
        wanted = f"{_more(more, listed(list(room.types)))} of {name}"
        if room.limit is None or room.used is None:
            quota = f"quota {room.code}" if room.code else "its quota"
            yield (
                f"Whether the account has room for {wanted} is not known: {quota} could not be read"
            )
        elif full(room, more):
            starts = "A new node may not start" if more == 1 else "New nodes may not start"
            yield (
                f"Quota {room.code} lets the account run {room.limit} vCPUs, {room.used} run, and"
                f" {wanted} {'needs' if more == 1 else 'need'} {more * room.needs}. {starts}."
                " Have the quota raised, or end something else"
            )


def full(room: Room, more: int = 1) -> bool:
    """Return whether a quota surely has no room for so many more of its instances."""
    known = room.used is not None and room.limit is not None
    return known and (room.used or 0) + more * room.needs > (room.limit or 0)


def _more(number: int, thing: str) -> str:
    return f"another {thing}" if number == 1 else f"{number} more {thing}"


def with_limits(found: Collection[Room], limits: Mapping[str, int | None]) -> tuple[Room, ...]:
    """Return the same with the limits, by the code of the quota."""
    return tuple(dataclasses.replace(room, limit=limits.get(room.code)) for room in found)
