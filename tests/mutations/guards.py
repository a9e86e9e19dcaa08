# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the guard forbids, and what may begin."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.mutations.mutation import (
    ENGINE,
    RULES,
    UNIT,
    Mutation,
)

MUTATIONS = (
    Mutation(
        "the guard lets protection be taken off while more is launched than desired",
        ENGINE + "guard.py",
        "if lifts and known.situation.launched > known.group.desired:",
        "if False and known.situation.launched > known.group.desired:",
        UNIT + "test_guard.py",
        "test_what_the_guard_forbids",
    ),
    Mutation(
        "a settling run still raises desired",
        ENGINE + "begin.py",
        ('    if not why and ctx.memory.mode == "rotate":\n'),
        ("    if not why:\n"),
        UNIT + "test_begin.py",
        "TestBeginning::test_nothing_begins_otherwise",
    ),
    Mutation(
        "a settling run begins replacements",
        ENGINE + "pipeline.py",
        "Phase(begin.begin, (ROTATE,)),",
        "Phase(begin.begin, (ROTATE, SETTLE)),",
        UNIT + "test_pipeline.py",
        "test_only_a_rotating_run_begins_anything",
    ),
    Mutation(
        "an unknown instance that may not be ended keeps the run for ever",
        ENGINE + "begin.py",
        " or capacity.next_unknown(ctx) is not None\n",
        "\n",
        UNIT + "test_begin.py",
        "TestStalling::test_counts_only_while_nothing_is_under_way",
    ),
    Mutation(
        "a node is cordoned when too few would be available",
        ENGINE + "guard.py",
        'return f"only {left} of {known.base} nodes would be available" if left < least else ""',
        'return ""',
        UNIT + "test_context.py",
        "TestIssuing::test_of_two_that_are_well_alone_is_judged_together",
    ),
    Mutation(
        "what this look has issued before does not count",
        ENGINE + "guard.py",
        'before = {_loses(known, one) for one in issued} - {"", lost}',
        "before: set[str] = set()",
        UNIT + "test_context.py",
        "TestIssuing::test_of_two_that_are_well_alone_is_judged_together",
    ),
    Mutation(
        "more than base and surge may be launched",
        ENGINE + "guard.py",
        "if command.desired > most:",
        "if False:",
        UNIT + "test_context.py",
        "TestIssuing::test_that_the_guard_forbids_is_decided_again_in_five_seconds",
    ),
    Mutation(
        "MaxSize may be set below what is launched",
        ENGINE + "guard.py",
        "too_low = command.size < least",
        "too_low = False",
        UNIT + "test_guard.py",
        "test_what_the_guard_forbids",
    ),
    Mutation(
        "a new node that somebody cordoned is in service",
        ENGINE + "guard.py",
        "not (node.unschedulable or member.instance.held or startup_taint(node, expected))",
        "True",
        UNIT + "test_guard.py",
        "test_what_the_guard_forbids",
    ),
    Mutation(
        "an act goes before its record",
        ENGINE + "context.py",
        "self.recorded or isinstance(command, (Evict, DeletePod))",
        "True",
        UNIT + "test_context.py",
        "TestIssuing::test_needs_the_lock_and_the_record",
    ),
    Mutation(
        "who lifts a cordon is fought",
        ENGINE + "context.py",
        "if self.now < last + pause:",
        "if False:",
        UNIT + "test_context_writes.py",
        "TestWritesOfNodes::test_that_are_undone_are_repeated_ever_later",
    ),
    Mutation(
        "surge rounds down",
        RULES + "sizes.py",
        "-(-self.value * base // 100) if up",
        "self.value * base // 100 if up",
        "tests/unit/core/rotation/test_sizes.py",
        "test_window",
    ),
    Mutation(
        "a node may be taken when none is to spare",
        RULES + "sizes.py",
        "return available - 1 >= base - window_.unavailable",
        "return available >= base - window_.unavailable",
        "tests/unit/core/rotation/test_sizes.py",
        "test_one_more_may_be_taken_only_if_enough_stay",
    ),
    Mutation(
        "another node is taken while one that somebody ends still looks well",
        ENGINE + "guard.py",
        "return max(0, ending - len(reads.lost)) if known.now - since < LOOKS_WELL else 0",
        "return 0",
        UNIT + "test_desired_lowered.py",
        "TestWhoLowersIt::test_keeps_us_from_taking_another_until_reads_show_which",
    ),
    Mutation(
        "one answer that there is no such group ends the run",
        ENGINE + "gone.py",
        "if ctx.over(GONE, GROUP_GONE) and retry.times >= ANSWERS:",
        "if retry.times:",
        UNIT + "test_gone.py",
        "test_in_mid_run_one_answer_is_not_the_verdict",
    ),
    Mutation(
        "a desired that nobody explains lets nodes that may be ending count",
        ENGINE + "guard.py",
        "    left = len(available - before - {lost}) - _ending_unseen(known)\n",
        "    left = len(available - before - {lost})\n",
        UNIT + "test_guard.py",
        "test_while_desired_is_lower_than_we_know_why_others_may_be_ending_nodes",
    ),
)
