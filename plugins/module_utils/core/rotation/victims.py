# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose the outdated node that goes next."""

from __future__ import annotations

import collections
from collections.abc import Collection, Iterable, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Member,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.situation import (
    Situation,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.zones import (
    filled,
    give_back,
)


def next_victim(
    situation: Situation,
    skipped: frozenset[str],
    all_zones: Iterable[str] = (),
    volumes: bool = True,
) -> Member | None:
    """Return the outdated node to replace next, None if there is none.

    First nodes that are not available, then those whose zone keeps another available node (where
    pods on them may have `volumes`), then those of the zone with the most outdated nodes besides
    those that are to end with decrement (see core.rotation.zones), then those of the fullest zone,
    of equal ones of that with the most outdated, then the oldest. No other order spares new nodes
    more drains, whatever zones Auto Scaling chooses (searched exhaustively for small groups).
    """
    waiting = [
        member for member in situation.outdated if not member.leaving and member.id not in skipped
    ]
    zones = filled(situation.zones, all_zones, situation.desired - situation.launched)
    outdated = collections.Counter(member.instance.zone for member in waiting)
    last = give_back(zones, outdated, situation.surge)

    def order(member: Member) -> tuple[bool, bool, int, int, int, float, str]:
        zone = member.instance.zone
        return (
            member.available,
            volumes and alone(situation, member),
            last[zone] - outdated[zone],
            -zones[zone],
            -outdated[zone],
            member.instance.launched_at,
            member.id,
        )

    return min(waiting, key=order, default=None)


def alone(situation: Situation, member: Member) -> bool:
    """Return whether the zone of this member has no other available node."""
    return situation.available_zones[member.instance.zone] <= member.available


def empties_zone(situation: Situation, member: Member, ending: Collection[str]) -> bool:
    """Return whether a zone would have no node left without this member.

    `ending`: IDs of those that go as well. Pods with volumes of that zone could not run.
    """
    zone, going = member.instance.zone, {member.id, *ending}
    return not any(
        other.instance.zone == zone and other.id not in going for other in situation.members
    )


def spread(zones: Mapping[str, int], all_zones: Iterable[str]) -> int:
    """Return the difference between the fullest and the emptiest zone."""
    counts = [zones.get(zone, 0) for zone in all_zones]
    return max(counts) - min(counts) if counts else 0
