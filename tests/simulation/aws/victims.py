# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choice of the members that a scale-in terminates: the termination policies.

EC2 Auto Scaling user guide, "Termination policies": the zone with the most instances first (a tie
goes to the zone with the oldest), then instances not launched from the group's current launch
template or configuration, then the one closest to its next billing hour (all alike under per-second
billing), then any. Protected ones are never chosen. Other policies count as far as they order
instances.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group, Member
from ansible_collections.nodeops.rotator.tests.simulation.aws.origin import is_current

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


def zone_counts(group: Group) -> dict[str, int]:
    """Return the number of counted members per zone of the group, empty zones too."""
    counts = dict.fromkeys(group.zones, 0)
    for member in group.counted():
        counts[member.zone] = counts.get(member.zone, 0) + 1
    return counts


def choose_victims(account: Account, group: Group, surplus: int) -> list[Member]:
    """Return members to terminate, in order, of at most `surplus` capacity.

    There are fewer if the rest are protected.
    """
    counts = zone_counts(group)
    candidates = [member for member in group.counted() if not member.protected]
    victims: list[Member] = []
    while candidates := [member for member in candidates if (member.weight or 1) <= surplus]:
        # A zone whose instances are all protected is skipped.
        fullest = max(counts[member.zone] for member in candidates)
        zone = [member for member in candidates if counts[member.zone] == fullest]
        victim = min(zone, key=lambda member: _rank(account, group, member))
        victims.append(victim)
        surplus -= victim.weight or 1
        candidates.remove(victim)
        counts[victim.zone] -= 1
    return victims


def _rank(account: Account, group: Group, member: Member) -> tuple[float, ...]:
    launched = account.instances[member.instance_id].launched_at
    policy = group.setting("TerminationPolicies")[0]
    if policy == "NewestInstance":
        return (-launched,)
    if policy == "OldestInstance":
        return (launched,)
    current = float(is_current(account, group, member))
    # Among equals, "any" is a random choice.
    return (current, launched if policy != "Default" else account.kernel.random.random())
