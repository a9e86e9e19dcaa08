# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a failing world small while it fails in the same way.

Faults and nodes are left out.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.simulate.plan import Plan, reduced
from ansible_collections.nodeops.rotator.tests.simulate.verdict import Verdict, judge


def shrink(plan: Plan, verdict: Verdict) -> tuple[Plan, Verdict]:
    """Return the smallest plan that still goes wrong in the same way.

    Its verdict comes with it.
    """
    smaller = True
    while smaller:
        smaller = False
        for candidate in _candidates(plan):
            found = judge(candidate)
            if found.kinds & verdict.kinds:
                plan, verdict, smaller = candidate, found, True
                break
    return plan, verdict


def _candidates(plan: Plan) -> list[Plan]:
    numbers = [fault.number for fault in plan.faults]
    fewer = [reduced(plan, set(numbers) - {number}, None) for number in numbers]
    sizes = [reduced(plan, None, size) for size in range(2, plan.size)]
    return [*fewer, *sizes]
