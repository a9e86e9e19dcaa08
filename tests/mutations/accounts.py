# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How desired is accounted for, raised and lowered."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.mutations.mutation import (
    ENGINE,
    RULES,
    UNIT,
    Mutation,
)

MUTATIONS = (
    Mutation(
        "desired is raised on an old read",
        ENGINE + "raising.py",
        "elif not ctx.read_recently(RAISED_ON):",
        "elif False:",
        UNIT + "test_raising.py",
        "test_desired_is_set_only_on_a_recent_read",
    ),
    Mutation(
        "a foreign value is believed on the first read",
        RULES + "accounting.py",
        (
            "    if doubt is None or doubt.desired != reading.desired:\n"
            "        return Explained(account, Doubt(reading.desired, reading.begun))\n"
        ),
        ("    doubt = doubt or Doubt(reading.desired, reading.begun - CONFIRM)\n"),
        UNIT + "test_outcomes.py",
        "test_two_reads_prove_what_somebody_else_wrote",
    ),
    Mutation(
        "a late read proves a foreign value",
        RULES + "accounting.py",
        ("    if reading.begun <= last_write + SETTLED:\n        return Explained(account)\n"),
        "",
        "tests/unit/core/rotation/test_accounting.py",
        "test_a_late_read_proves_nothing",
    ),
    Mutation(
        "the base follows at once when desired falls below it",
        RULES + "accounting.py",
        "if desired < base - aside and reading.begun - doubt.since < BELOW_BASE:",
        "if False:",
        UNIT + "test_outcomes.py",
        "test_two_reads_prove_what_somebody_else_wrote",
    ),
    Mutation(
        "a raise of somebody else counts as our surge",
        RULES + "accounting.py",
        ("        base += desired - account.expected\n"),
        ("        pass\n"),
        UNIT + "test_outcomes.py",
        "test_two_reads_prove_what_somebody_else_wrote",
    ),
    Mutation(
        "the base exceeds the ceiling",
        RULES + "accounting.py",
        "max(reading.min_size, min(base, ceiling))",
        "max(reading.min_size, base)",
        "tests/unit/core/rotation/test_accounting.py",
        "test_the_base_stays_within_the_groups_limits",
    ),
    Mutation(
        "a raise that was not sent counts as ours",
        RULES + "accounting.py",
        "    if not reading.raise_sent or (",
        "    if False or (",
        UNIT + "test_desired.py",
        "test_the_value_that_was_recorded_and_not_sent_is_somebody_elses",
    ),
    Mutation(
        "a raise that another run recorded counts although somebody went on from before it",
        RULES + "accounting.py",
        "return withdraw_raise(account) if by_others else account",
        "return account",
        "tests/unit/core/rotation/test_accounting.py",
        "TestRaises::test_one_that_another_run_recorded_was_perhaps_never_sent",
    ),
    Mutation(
        "a raise whose answer was lost counts as not sent",
        ENGINE + "outcomes.py",
        "return any(done.error is None or may_be_done(done.error) for done in raised)",
        "return any(done.error is None for done in raised)",
        UNIT + "test_desired.py",
        "test_what_was_surely_not_done_is_not_ours",
    ),
    Mutation(
        "a raise that a dead run recorded is for ever",
        ENGINE + "raising.py",
        "sent = memory.reads.raise_sent and (answered or began - since < RAISE_ABSENT)",
        "sent = memory.reads.raise_sent",
        UNIT + "test_desired.py",
        "TestWhoeverRecordedItBeforeUs::"
        "test_has_not_sent_it_once_reads_have_not_shown_it_for_a_minute",
    ),
    Mutation(
        "an answered decrement counts as in doubt",
        RULES + "accounting.py",
        "took_place = [name for name in account.decrements if name in reading.answered]",
        "took_place: list[str] = []",
        "tests/unit/core/rotation/test_accounting.py",
        "test_a_decrement_that_was_answered_has_taken_place",
    ),
    Mutation(
        "a decrement without an answer counts as done",
        RULES + "accounting.py",
        "took_place = [name for name in account.decrements if name in reading.answered]",
        "took_place = list(account.decrements)",
        "tests/unit/core/rotation/test_accounting.py",
        "test_a_decrement_that_was_answered_has_taken_place",
    ),
    Mutation(
        "an instance that one read does not show has ended",
        ENGINE + "desired.py",
        "lost = (memory.reads.lost | (before - launched - memory.reads.ended_by_us)) - launched",
        "lost = memory.reads.lost | (before - launched - memory.reads.ended_by_us)",
        UNIT + "test_desired.py",
        "test_an_instance_that_is_seen_again_was_not_ended_by_others",
    ),
    Mutation(
        "a decrement lowers desired below the base",
        ENGINE + "ending.py",
        "read.desired > situation.base",
        "True",
        UNIT + "test_replacement.py",
        "test_a_decrement_never_lowers_desired_below_the_base",
    ),
    Mutation(
        "a decrement unbalances the zones",
        ENGINE + "ending.py",
        "return after <= max(BALANCED, ctx.journal.spread, now - 1)",
        "return True",
        "tests/rotation/test_rotation.py",
        "test_it_replaces_every_node_within_the_budget_and_leaves_nothing_behind",
    ),
    Mutation(
        "a zone gives back what it does not have too much",
        RULES + "zones.py",
        "zone = max(rest, key",
        "zone = min(rest, key",
        "tests/unit/core/rotation/test_zones.py",
        "test_each_goes_from_the_fullest_zone",
    ),
    Mutation(
        "a drained node does not wait for those that the zones need to end first",
        ENGINE + "ending.py",
        "return not over and len(ready) < len(last)",
        "return False",
        UNIT + "test_ending.py",
        "test_it_waits_for_others_until_they_are_drained",
    ),
    Mutation(
        "a node that the zones need at the end is replaced before others",
        ENGINE + "ending.py",
        "    if not (surplus or done) and _is_due_last(ctx, member, last, ours):",
        "    if False:",
        UNIT + "test_ending.py",
        "test_a_node_that_the_zones_need_at_the_end_waits_for_others_to_be_replaced",
    ),
    Mutation(
        "a raise that was refused for long counts as not sent when it is done",
        ENGINE + "outcomes.py",
        "memory.with_fields(raise_sent=True, raise_absent=None)",
        "memory.with_fields(raise_sent=True)",
        UNIT + "test_desired.py",
        "test_what_was_refused_for_long_and_then_done_is_ours",
    ),
    Mutation(
        "a raise that AWS has accepted and somebody took back counts as not sent",
        RULES + "accounting.py",
        "if absent and not reading.raise_answered:",
        "if absent:",
        UNIT + "test_desired_lowered.py",
        "TestARaiseThatNoReadShows::test_was_taken_back_by_somebody_if_its_call_was_answered_well",
    ),
)
