# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evidence: of the canary, of what has no Node, of who is not let in."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.mutations.mutation import ENGINE, UNIT, Mutation

MUTATIONS = (
    Mutation(
        "a node that had the target before stands in for the canary",
        ENGINE + "canary.py",
        "return new if len(new) >= number or unready(ctx) else youngest",
        "return youngest",
        UNIT + "test_canary.py",
        "TestWhatWasThereBefore::test_proves_nothing_of_what_is_launched_now",
    ),
    Mutation(
        "an instance that has the target and no Node is a launch that has failed",
        ENGINE + "unknown.py",
        "return unseen and (bool(member.outdated) or _was_there_long(ctx, member))",
        "return unseen and bool(member.outdated)",
        UNIT + "test_unknown_current.py",
        "test_one_with_the_target_is_unknown_if_it_is_no_launch_of_ours",
    ),
    Mutation(
        "what nobody can see into is surplus",
        ENGINE + "surplus.py",
        "    if unknown.is_unknown(ctx, member):\n",
        "    if False:\n",
        UNIT + "test_surplus.py",
        "test_an_instance_whose_node_nobody_has_seen_does_not_go",
    ),
    Mutation(
        "a time in which nobody asked counts as refused",
        ENGINE + "failures.py",
        " and last - ctx.memory.timers[timer] >= ACCESS_GRACE - 1e-6",
        "",
        UNIT + "test_failures_denied.py",
        "test_what_was_denied_counts_up_to_the_last_answer",
    ),
    Mutation(
        "a node of the control plane counts as dead",
        ENGINE + "dead.py",
        " or not ctx.kind.carries_pods or ctx.kind.serves_api:",
        " or not ctx.kind.carries_pods:",
        UNIT + "test_dead.py",
        "TestSilence::test_is_no_death_of_a_control_plane_node",
    ),
    Mutation(
        "what enters standby may leave too few in service",
        ENGINE + "guard.py",
        "    if isinstance(command, (EnterStandby, Terminate)):\n",
        "    if isinstance(command, Terminate):\n",
        UNIT + "test_guard.py",
        "test_what_the_guard_forbids",
    ),
    Mutation(
        "a run goes on launching into a target group that does not exist",
        ENGINE + "lost_launches.py",
        "    for gone in deleted(ctx)[:1]:\n",
        "    for gone in ():\n",
        UNIT + "test_lost_launches.py",
        "TestATargetGroupThatDoesNotExist::test_ends_the_run_and_is_named",
    ),
    Mutation(
        "health is waited for in a target group that does not exist",
        ENGINE + "target_reads.py",
        "(*ctx.journal.follows, *deleted(ctx))",
        "ctx.journal.follows",
        UNIT + "test_target_reads.py",
        "TestANewNode::test_is_not_asked_where_the_target_group_does_not_exist_any_more",
    ),
    Mutation(
        "a moment that has passed is looked at without a pause",
        "plugins/module_utils/engine/loop.py",
        "        return now + PASSED",
        "        return now + BLINK",
        "tests/unit/engine/test_loop.py",
        "test_a_moment_that_has_passed_is_not_looked_at_again_at_once",
    ),
    Mutation(
        "what may end already is asked to end with decrement",
        ENGINE + "ending.py",
        "    if member.id in ctx.memory.reads.ended_by_us:\n",
        "    if False:\n",
        UNIT + "test_ending.py",
        "test_what_may_end_already_without_decrement_is_not_asked_to_end_with_one",
    ),
    Mutation(
        "two failed reads of the control plane that are long apart end a run that waits",
        "plugins/module_utils/engine/control_plane/reading.py",
        "    if not refused:\n",
        "    if False:\n",
        "tests/unit/engine/control_plane/test_reading.py",
        "test_two_answers_that_fail_long_apart_are_no_silence",
    ),
    Mutation(
        "who makes the group smaller takes our surge back, though there is none",
        ENGINE + "taken_back.py",
        'if ctx.memory.mode != "rotate" or not foreign.surge:',
        'if ctx.memory.mode != "rotate":',
        UNIT + "test_taken_back.py",
        "test_a_write_that_lowers_desired_takes_the_surge_back",
    ),
    Mutation(
        "words of a stopped run stay where nothing is left to resume",
        ENGINE + "finish.py",
        "if ctx.journal.closing and ctx.journal.clean and not ctx.situation.outdated:",
        "if False:",
        UNIT + "test_finish_stopping.py",
        "test_leaves_no_words_where_no_run_has_anything_to_resume",
    ),
    Mutation(
        "an instance that EC2 does not show yet was there long",
        ENGINE + "unknown.py",
        "return 0 < member.instance.launched_at < first - ctx.boot_timeout",
        "return member.instance.launched_at < first - ctx.boot_timeout",
        UNIT + "test_unknown_current.py",
        "test_one_with_the_target_is_unknown_if_it_is_no_launch_of_ours",
    ),
    Mutation(
        "instances that end one after the other keep a run that settles going",
        ENGINE + "settling.py",
        "    if _comes_to_nothing(ctx):\n        return True\n",
        "",
        UNIT + "test_settling.py",
        "test_instances_that_end_one_after_the_other_are_not_waited_for_without_end",
    ),
    Mutation(
        "the name of our group stays on a node in standby",
        ENGINE + "outside.py",
        "noted = {REPLACING, MARKED_IN} & node.annotations.keys()",
        "noted = {REPLACING} & node.annotations.keys()",
        UNIT + "test_outside.py",
        "TestANodeInStandby::test_is_put_back",
    ),
)
