# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan in which zones a group gives its surge back.

The last outdated nodes end with decrement, one for each node of the surge. Where they stand in the
zones that have to become smaller, no replacement node has to go, and the zones stay balanced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping


def filled(launched: Mapping[str, int], zones: Iterable[str], missing: int) -> Counter[str]:
    """Return how many instances each zone has once the missing ones are launched.

    Auto Scaling launches where the fewest are (EC2 Auto Scaling user guide, Availability Zone
    distribution). Which of equal zones it takes is not known; here it is the first by name.
    """
    counts = Counter(dict.fromkeys(zones, 0) | dict(launched))
    for _one in range(missing if counts else 0):
        counts[min(counts, key=lambda zone: (counts[zone], zone))] += 1
    return counts


def fillings(
    launched: Mapping[str, int], zones: Iterable[str], missing: int
) -> Iterator[Counter[str]]:
    """Yield each way in which Auto Scaling may launch the missing ones, see filled."""
    counts = dict.fromkeys(zones, 0) | dict(launched)
    states = {tuple(sorted(counts.items()))}
    for _one in range(missing if counts else 0):
        states = {more for state in states for more in _filled_once(state)}
    yield from (Counter(dict(state)) for state in states)


def _filled_once(state: tuple[tuple[str, int], ...]) -> Iterator[tuple[tuple[str, int], ...]]:
    """Yield what becomes of the counts with one more in any of the emptiest zones."""
    least = min(count for _zone, count in state)
    for place, (zone, count) in enumerate(state):
        if count == least:
            yield (*state[:place], (zone, count + 1), *state[place + 1 :])


def give_back(counts: Mapping[str, int], outdated: Mapping[str, int], surge: int) -> Counter[str]:
    """Return how many instances of each zone are to end with decrement.

    `counts` and `outdated`: instances by zone. `surge`: how many have to go in all, each from the
    fullest zone, of equal ones from the one with the most outdated.
    """
    rest, plan = Counter(counts), Counter[str]()
    for _one in range(surge if rest else 0):
        zone = max(rest, key=lambda zone: (rest[zone], outdated.get(zone, 0) - plan[zone], zone))
        rest[zone] -= 1
        plan[zone] += 1
    return plan


def bears_surge(
    counts: Mapping[str, int], outdated: Mapping[str, int], surge: int, most: int
) -> bool:
    """Return whether outdated instances alone can give the surge back.

    `counts`, `outdated` and `surge`: see give_back. `most`: by how many instances zones may differ
    then. To take each from the fullest zone that has an outdated one leaves them as even as can be.
    """
    rest, left = Counter(counts), Counter(outdated)
    for _one in range(surge):
        zones = [zone for zone in rest if left[zone] > 0]
        if not zones:
            return False
        zone = max(zones, key=lambda zone: rest[zone])
        rest[zone] -= 1
        left[zone] -= 1
    return max(rest.values(), default=0) - min(rest.values(), default=0) <= most


def hope(
    launched: Mapping[str, int],
    zones: Iterable[str],
    missing: int,
    outdated: Mapping[str, int],
    surge: int,
    most: int,
) -> float:
    """Return in which part of all fillings the outdated give the surge back.

    See fillings and bears_surge.
    """
    borne = [bears_surge(one, outdated, surge, most) for one in fillings(launched, zones, missing)]
    return sum(borne) / len(borne)
