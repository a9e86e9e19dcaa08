# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Try the rotation in random worlds (make simulate).

Options: `--worlds` (how many), `--first` (the least number of one), `--seed`, `--kind` (only worlds
whose node groups are of this kind); to look at one world: `--world` (its number), `--keep` (numbers
of its faults, "none" for no fault), `--size`. The last line is "simulate: N worlds, B breaches, H
hangs, U untold"; the exit status is 0 if all three are 0.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import time
from collections.abc import Callable, Iterable

from ansible_collections.nodeops.rotator.tests.simulate import nodegroups, planes
from ansible_collections.nodeops.rotator.tests.simulate.plan import Plan, draw, reduced
from ansible_collections.nodeops.rotator.tests.simulate.shrink import shrink
from ansible_collections.nodeops.rotator.tests.simulate.verdict import Verdict, judge

AnyPlan = Plan | planes.PlanePlan | nodegroups.ManagedPlan
KINDS: dict[str, Callable[[int], bool]] = {
    "control-plane": planes.is_one,
    "managed": nodegroups.is_managed,
    "self-managed": lambda number: not planes.is_one(number) and not nodegroups.is_managed(number),
}
"""Whether the world of a number is of a kind."""


def main(arguments: list[str]) -> int:
    """Run the worlds that the arguments name; return the exit status."""
    given = _parser().parse_args(arguments)
    plans: list[AnyPlan] = [_plan(given, number) for number in _chosen(given)]
    totals = {"breaches": 0, "hangs": 0, "untold": 0}
    costs = []
    for plan in plans:
        began = time.process_time()
        verdict = _judged(plan)
        costs.append(time.process_time() - began)
        for name in totals:
            totals[name] += len(getattr(verdict, name))
        if given.world is not None:
            print("\n".join((str(plan), *verdict.story)))
        if not verdict.good:
            if isinstance(plan, Plan) and not given.no_shrink:
                plan, verdict = shrink(plan, verdict)
            _report(plan, verdict)
    cost, median = sum(costs), statistics.median(costs) if costs else 0.0
    print(f"{cost:.0f} s of processor time, {median:.2f} s a world in the median")
    figures = ", ".join(f"{number} {name}" for name, number in totals.items())
    print(f"simulate: {len(plans)} worlds, {figures}")
    return int(any(totals.values()))


def _chosen(given: argparse.Namespace) -> Iterable[int]:
    """Return the numbers of the worlds to try."""
    if given.world is not None:
        return [given.world]
    numbers: Iterable[int] = itertools.count(given.first)
    if given.kind:
        numbers = filter(KINDS[given.kind], numbers)
    return itertools.islice(numbers, given.worlds)


def _judged(plan: AnyPlan) -> Verdict:
    if isinstance(plan, Plan):
        return judge(plan)
    if isinstance(plan, planes.PlanePlan):
        return planes.judge(plan)
    return nodegroups.judge_managed(plan)


def _plan(given: argparse.Namespace, number: int) -> AnyPlan:
    if planes.is_one(number):
        return planes.draw(given.seed, number, given.keep)
    if nodegroups.is_managed(number):
        return nodegroups.draw_managed(given.seed, number, given.keep)
    return reduced(draw(given.seed, number), given.keep, given.size)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulate", description=__doc__)
    parser.add_argument("--worlds", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--world", type=int)
    parser.add_argument("--keep", type=_numbers)
    parser.add_argument("--size", type=int)
    parser.add_argument("--no-shrink", action="store_true", help="report failing worlds whole")
    return parser


def _numbers(text: str) -> frozenset[int]:
    return frozenset(int(part) for part in text.split(",") if part and part != "none")


def _report(plan: AnyPlan, verdict: Verdict) -> None:
    print(f"\n{plan.command}\n  {plan}")
    for name in ("breaches", "hangs", "untold"):
        for line in getattr(verdict, name)[:4]:
            print(f"  {name}: {line}")
    for line in verdict.story[-12:]:
        print(f"    {line}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
