# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a failed canary: its instance, its image, the nodes of it."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.mutations.mutation import ENGINE, UNIT, Mutation

MUTATIONS = (
    Mutation(
        "every failed node is kept, not that of the canary only",
        ENGINE + "kept.py",
        'return ctx.policy.keep_failed and broken and ctx.journal.canary == "failed"',
        "return ctx.policy.keep_failed and broken",
        UNIT + "test_kept.py",
        "test_the_instance_of_a_failed_canary_is_kept_on_request",
    ),
    Mutation(
        "the instance is kept before the template is back",
        ENGINE + "kept.py",
        "return owed and wanted(ctx, member)",
        "return False",
        UNIT + "test_kept.py",
        "test_the_template_is_rolled_back_before_it_is_touched",
    ),
    Mutation(
        "keeping the instance makes the group smaller than its base",
        ENGINE + "kept.py",
        "ctx.situation.surge <= len(ctx.journal.decrements) or ctx.desired - 1 < group.min_size",
        "False",
        UNIT + "test_kept.py",
        "test_one_that_cannot_be_kept_is_named_with_the_reason",
    ),
    Mutation(
        "the instance leaves before its tag is seen",
        ENGINE + "kept.py",
        "    ctx.do(_tag(ctx, member))\n    ctx.poll_soon = True\n    return False\n",
        "    ctx.do(_tag(ctx, member))\n    return True\n",
        UNIT + "test_kept.py",
        "test_it_is_tagged_until_a_read_shows_that",
    ),
    Mutation(
        "an instance whose end was recorded is kept",
        ENGINE + "kept.py",
        "    if member.id not in ctx.journal.kept:\n",
        "    if False:\n",
        UNIT + "test_kept.py",
        "test_it_leaves_the_group_as_the_record_says",
    ),
    Mutation(
        "rollback replaces nodes before the template is back",
        ENGINE + "turn_back.py",
        "if not is_pending(ctx) or found is None or not is_back(ctx, found):",
        "if not is_pending(ctx) or found is None:",
        UNIT + "test_turn_back.py",
        "test_else_it_does_not",
    ),
    Mutation(
        "a version of somebody else is told as the one that was rolled back to",
        ENGINE + "pointer.py",
        "if back in way.equivalent_versions else",
        "if back else",
        UNIT + "test_pointer.py",
        "test_a_version_made_to_go_back_is_told_with_the_old_one",
    ),
    Mutation(
        "every failure replaces the nodes again",
        ENGINE + "turn_back.py",
        'wanted = ctx.policy.on_failure == "rollback" and not ctx.policy.restore_only',
        "wanted = not ctx.policy.restore_only",
        UNIT + "test_turn_back.py",
        "test_else_it_does_not",
    ),
    Mutation(
        "a rollback goes round in circles",
        ENGINE + "turn_back.py",
        "return wanted and bool(memory.report.launches_from[0]) and not memory.turned_back",
        "return wanted and bool(memory.report.launches_from[0])",
        UNIT + "test_turn_back.py",
        "test_else_it_does_not",
    ),
    Mutation(
        "a canary in whose place nothing comes counts",
        ENGINE + "capacity.py",
        "leaving += min(ctx.journal.canaries, coming(ctx))",
        "leaving += ctx.journal.canaries",
        UNIT + "test_capacity.py",
        "test_only_canaries_are_taken_before_they_are_judged_and_those_that_went_count",
    ),
    Mutation(
        "a selected node and one that is out of service wait for each other",
        ENGINE + "capacity.py",
        "    stand_back(ctx)\n",
        "",
        UNIT + "test_stand_back.py",
        "test_the_one_that_is_out_of_service_is_selected_instead",
    ),
    Mutation(
        "what is on its way to be cordoned is not selected any more",
        ENGINE + "stand_back.py",
        "return not (asked or member.id in ctx.journal.decrements)",
        "return True",
        UNIT + "test_stand_back.py",
        "test_it_stays_selected_where_that_helps_nobody",
    ),
)
