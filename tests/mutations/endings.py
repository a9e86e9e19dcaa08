# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is put back, and when it is over."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.mutations.mutation import ENGINE, UNIT, Mutation

MUTATIONS = (
    Mutation(
        "protection is taken off although launched and desired differ",
        ENGINE + "restore.py",
        ('    if ctx.situation.launched == ctx.desired:\n        return ""\n'),
        ('    if True:\n        return ""\n'),
        UNIT + "test_restore.py",
        "TestProtection::test_stays_while_more_or_less_is_launched_than_desired",
    ),
    Mutation(
        "our own cordon counts as somebody else's once its marks were taken off",
        "plugins/module_utils/core/rotation/recorded.py",
        "    if REPLACING not in node.annotations and not (cordon or exclusion):\n",
        "    if REPLACING not in node.annotations:\n",
        "tests/unit/core/rotation/test_recorded.py",
        "test_marks_are_known_while_the_node_is_not_as_it_was_found",
    ),
    Mutation(
        "a rotation is done although launched and desired differ",
        ENGINE + "finish.py",
        "return well and situation.launched >= situation.desired and",
        "return well and",
        UNIT + "test_finish.py",
        "TestRotating::test_is_not_over_while_something_is_under_way",
    ),
    Mutation(
        "excess is drained on any read",
        ENGINE + "shrink.py",
        (
            '    if situation.surge == 0 and not (ctx.over("excess", REPEAT) and ctx.read_fresh):\n'
            "        return False\n"
        ),
        "",
        UNIT + "test_shrink.py",
        "TestNothingToGiveBack::"
        "test_more_than_a_lowered_desired_goes_once_reads_have_shown_it_for_long",
    ),
    Mutation(
        "AZRebalance is resumed while zones are unbalanced",
        ENGINE + "restore.py",
        "if REBALANCE not in ours or now <= max(BALANCED, ctx.journal.spread):",
        "if True:",
        UNIT + "test_restore.py",
        "TestProcesses::test_rebalancing_stays_off_where_it_would_end_undrained_nodes",
    ),
    Mutation(
        "MaxSize is put back below what is launched",
        ENGINE + "restore.py",
        "if max(ctx.desired, ctx.group.desired, ctx.situation.launched) > found:",
        "if False:",
        UNIT + "test_restore.py",
        "TestMaxSize::test_goes_back_where_that_costs_nobody",
    ),
    Mutation(
        "a MaxSize that somebody has set is put back",
        ENGINE + "restore.py",
        "if ctx.group.max_size not in ours:",
        "if ctx.group.max_size == found:",
        UNIT + "test_restore.py",
        "TestMaxSize::test_goes_back_where_that_costs_nobody",
    ),
    Mutation(
        "the run goes on as restored before reads show it",
        ENGINE + "restore.py",
        '(_is_seen(ctx) or ctx.over("unseen", STALE_READ_TIMEOUT))',
        "True",
        UNIT + "test_restore.py",
        "TestTheWhole::test_the_reads_have_to_show_it",
    ),
    Mutation(
        "after a failed canary the template stays",
        ENGINE + "pointer.py",
        "ctx.record(pointer_owed=True)",
        "pass",
        UNIT + "test_pointer.py",
        "test_it_is_owed_where_it_is_wanted_and_there_is_a_way",
    ),
    Mutation(
        "a marked node that left the group is forgotten",
        ENGINE + "ended_nodes.py",
        "    former |= ctx.left_group.keys()\n",
        "",
        "tests/rotation/test_stopped.py",
        "test_a_node_that_outlives_its_instance_until_the_next_run_is_removed_by_that_one",
    ),
    Mutation(
        "the node of another group is put back",
        ENGINE + "known.py",
        " if name == group.name}\n",
        "}\n",
        UNIT + "test_outside.py",
        "TestANodeThatLeftTheGroup::test_stays_as_it_is_in_another_group",
    ),
    Mutation(
        "a rotation is complete while the template moves",
        ENGINE + "finish.py",
        "    if observe.moving(ctx):\n        return False\n",
        "",
        UNIT + "test_finish.py",
        "TestRotating::test_is_not_over_while_something_is_under_way",
    ),
    Mutation(
        "a template that moves in the end is not told",
        ENGINE + "finish.py",
        "    if _moves(ctx):\n        return\n",
        "",
        UNIT + "test_finish.py",
        "TestRestoring::test_a_template_that_moves_in_the_end_is_not_a_complete_rotation",
    ),
    Mutation(
        "the stopped run leaves an untouched node cordoned",
        ENGINE + "finish.py",
        'if record.evictions == 0 and record.phase != "drained":',
        "if False:",
        UNIT + "test_finish.py",
        "TestStopping::test_gives_up_nodes_that_lost_nothing",
    ),
    Mutation(
        "a node that has lost pods is given up by a signal",
        ENGINE + "finish.py",
        'if record.evictions == 0 and record.phase != "drained":',
        "if True:",
        UNIT + "test_finish.py",
        "TestStopping::test_gives_up_nodes_that_lost_nothing",
    ),
    Mutation(
        "an outdated instance in standby is forgotten",
        ENGINE + "standby.py",
        "if not _is_kept(ctx, one):",
        "if False:",
        UNIT + "test_standby.py",
        "test_an_outdated_one_that_somebody_put_there_is_named",
    ),
    Mutation(
        "the taint of a node that leaves the group does not name the group",
        ENGINE + "capacity.py",
        "named = changes({MARKED_IN: ctx.group.name})",
        "named = changes({})",
        UNIT + "test_begin.py",
        "TestProtecting::test_the_fence_goes_up_and_outdated_nodes_are_tainted",
    ),
    Mutation(
        "a taint that somebody puts back is left without a word",
        ENGINE + "remarks.py",
        '    left(\n        ctx,\n        f"Node',
        '    str(\n        f"Node',
        UNIT + "test_remarks.py",
        "test_what_is_undone_six_times_stays_and_is_named",
    ),
)
