# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell whether a new control plane node has the volumes of the old one.

A member of etcd that starts from another volume, such as one made from a snapshot, has forgotten
what it had agreed to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    EtcdVolume,
)


def held_by(volumes: Iterable[EtcdVolume], instances: Collection[str]) -> tuple[EtcdVolume, ...]:
    """Return the volumes that are attached to any of these instances, by ID."""
    found = (volume for volume in volumes if volume.instance in instances)
    return tuple(sorted(found, key=lambda volume: volume.id))


def left_behind(before: Iterable[EtcdVolume], now: Iterable[EtcdVolume], instance: str) -> str:
    """Return which volume of the old node the new one lacks, a clause; "" for none.

    `before`: those of the old node. `instance`: of the new one.
    """
    here = {volume.id for volume in held_by(now, (instance,))}
    missing = [volume for volume in before if volume.id not in here]
    return (
        f"volume {missing[0].id} of etcd cluster {missing[0].etcd}, which the old node had, is not"
        " attached to it"
        if missing
        else ""
    )
