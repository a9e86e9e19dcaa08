# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may act."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.mutations.mutation import ENGINE, UNIT, Mutation

MUTATIONS = (
    Mutation(
        "a run acts although it could not renew its Lease",
        ENGINE + "lock.py",
        "return age < duration * ACT_UNTIL and not",
        "return not",
        UNIT + "test_lock.py",
        "test_it_is_renewed_after_half_of_it_and_after_two_thirds_nothing_may_be_done",
    ),
    Mutation(
        "the Lease is released while an act is in flight",
        ENGINE + "lock.py",
        "answered = all(isinstance(one, free) for one in (*ctx.view.in_flight, *ctx.commands))",
        "answered = True",
        UNIT + "test_lock.py",
        "test_the_lease_is_released_when_nothing_of_ours_is_in_flight",
    ),
    Mutation(
        "a Lease that is renewed is taken over",
        ENGINE + "lock.py",
        "if ctx.memory.lock.seen > ctx.memory.timers[first] and waited:",
        "if False:",
        UNIT + "test_lock.py",
        "test_a_holder_that_renews_is_named",
    ),
    Mutation(
        "somebody else's Lease is kept on",
        ENGINE + "lock.py",
        "if memory.lock.lease is not None and memory.lock.lease.holder != ctx.policy.holder:",
        "if False:",
        UNIT + "test_lock.py",
        "test_a_lease_that_somebody_took_ends_it_and_one_that_cannot_be_renewed_too",
    ),
    Mutation(
        "one 401 suspends the run",
        ENGINE + "failures.py",
        (
            '    elif not _lasted(ctx, "credentials", _refused_last(ctx)):\n'
            "        tell_denied(ctx, found)\n"
            "        return None\n"
        ),
        "",
        UNIT + "test_failures.py",
        "TestAccess::test_without_credentials_the_run_is_suspended_when_it_lasts",
    ),
    Mutation(
        "one 401 or 403 ends work of one pass, a handover and a drain",
        "plugins/module_utils/engine/access.py",
        "    if isinstance(error, AccessError):\n        return ACCESS_GRACE\n",
        "",
        "tests/unit/engine/test_access.py",
        "test_an_error_lasts_for_as_long_as_it_may_pass",
    ),
    Mutation(
        "a takeover is told before the Lease is ours",
        ENGINE + "lock.py",
        "    ctx.note(taken_from=whom)\n",
        '    ctx.tell("lock", "blue", f"taken over from {whom}")\n',
        UNIT + "test_lock_takeover.py",
        "test_a_takeover_is_told_once_the_lease_is_ours",
    ),
)
