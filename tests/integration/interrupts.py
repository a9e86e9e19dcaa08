# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""End the real playbook at many random moments: `make interrupts` (see ended.py)."""

from __future__ import annotations

import argparse
import concurrent.futures
import random
import sys
import threading
from collections.abc import Iterator

from ansible_collections.nodeops.rotator.tests.integration.ended import attempt, small_world

TRIES_IN_A_WORLD = 20
"""How many runs share a world: each begins in the state in which the last one was ended."""
JOBS = 4
"""How many runs there are at a time, each in a world of its own: they mostly wait."""


class Tally:
    """Which tries are left, and what became of the others; shared by threads."""

    def __init__(self, times: int, seed: int) -> None:
        self._left = iter(range(1, times + 1))
        self._seed, self._lock = seed, threading.Lock()
        self.stopped = self.went_on = 0

    def tries(self, limit: int) -> Iterator[tuple[int, random.Random]]:
        """Take up to `limit` tries, each with its number and its own chance."""
        for _taken in range(limit):
            with self._lock:
                number = next(self._left, 0)
            if not number:
                return
            yield number, random.Random(f"{self._seed}-{number}")

    def tell(self, number: int, when: str, why: str, text: str) -> None:
        """Count a try and print how it ended."""
        with self._lock:
            self.went_on += bool(why)
            self.stopped += not why
            print(f"{number:4} {when}: {why or 'stopped'}", flush=True)
            if why:
                print(text, flush=True)


def try_all(tally: Tally) -> None:
    """Take tries until none is left, a limited number in each world."""
    taken = True
    while taken:
        taken = False
        with small_world() as world:
            for number, chance in tally.tries(TRIES_IN_A_WORLD):
                taken = True
                when, why = attempt(world, chance)
                shown = world.folder / "terminal.txt"
                tally.tell(number, when, why, shown.read_text() if why else "")
                if why:
                    break  # what is left of the run could disturb the next


def main() -> int:
    """Try many times; return 1 if any run went on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--jobs", type=int, default=JOBS, help="how many runs at a time")
    options = parser.parse_args()
    print(f"interrupts: seed {options.seed}", flush=True)
    tally = Tally(options.times, options.seed)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for job in [pool.submit(try_all, tally) for _job in range(options.jobs)]:
            job.result()
    print(f"interrupts: {tally.stopped} stopped, {tally.went_on} went on")
    return min(tally.went_on, 1)


if __name__ == "__main__":
    sys.exit(main())
