# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge whether a control plane has the shape that kops gives it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    EtcdVolume,
    Hardware,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    KOPS_UNKNOWN,
    kind_of,
    kops_roles,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted, listed


def control_groups(groups: Iterable[DescribedGroup]) -> list[DescribedGroup]:
    """Return the groups whose nodes run etcd, by name."""
    found = (group for group in groups if kind_of(group.tags).needs_quorum)
    return sorted(found, key=lambda group: group.name)


def serving_groups(groups: Iterable[DescribedGroup]) -> list[DescribedGroup]:
    """Return the groups whose nodes run API servers, with etcd or without, by name."""
    found = (group for group in groups if kind_of(group.tags).serves_api)
    return sorted(found, key=lambda group: group.name)


def misshapen(machines: Hardware, outage_allowed: bool = False) -> list[str]:
    """Return why this control plane cannot be rotated, one clause each.

    `outage_allowed`: it may have one node, without which its API is down.

    kops gives each control plane node a group of its own, of one node in one zone, in which its
    etcd volumes are (kops: docs, high availability).
    """
    groups = control_groups(machines.groups)
    return [
        *_unknown(machines.groups),
        *_sizes(groups, outage_allowed),
        *volume_flaws(machines),
    ]


def volume_flaws(machines: Hardware) -> list[str]:
    """Return why there is not one volume of each etcd cluster for each group."""
    return [*_volumes(control_groups(machines.groups), machines.volumes)]


def _unknown(groups: Iterable[DescribedGroup]) -> Iterator[str]:
    for group in groups:
        if kind_of(group.tags) is KOPS_UNKNOWN:
            roles = listed(kops_roles(group.tags)) or "none"
            yield f"the role of instance group {group.name} is not known ({roles})"


def _sizes(groups: list[DescribedGroup], outage_allowed: bool) -> Iterator[str]:
    if len(groups) == 1 and not outage_allowed:
        yield (
            "it has one node, and without that the API and every controller are down until the"
            " next one has come up (allow_api_outage allows that)"
        )
    if not groups:
        yield "no control plane group of it is found"
    for group in groups:
        sizes = (group.min_size, group.desired, group.max_size)
        if sizes != (1, 1, 1):
            yield f"{group.name} has the sizes {'/'.join(map(str, sizes))} instead of 1/1/1"
        if len(group.zones) != 1:
            yield f"{group.name} launches in {counted(len(group.zones), 'zone')} instead of one"


def _volumes(groups: list[DescribedGroup], volumes: tuple[EtcdVolume, ...]) -> Iterator[str]:
    """Yield which etcd cluster does not have one volume for each control plane group."""
    zones = sorted(zone for group in groups for zone in group.zones)
    names = sorted({volume.etcd for volume in volumes})
    if not names:
        yield "no volume of etcd is found"
    for name in names:
        own = [volume for volume in volumes if volume.etcd == name]
        if {volume.members for volume in own} != {len(groups)} or len(own) != len(groups):
            yield (
                f"etcd cluster {name} has {counted(len(own), 'volume')} for"
                f" {counted(len(groups), 'control plane group')}"
            )
        elif sorted(volume.zone for volume in own) != zones:
            yield f"the volumes of etcd cluster {name} are in {listed([v.zone for v in own])}"
