# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Target groups that follow pods, and what is looked at again in mid-run."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.mutations.mutation import ENGINE, UNIT, Mutation

CORE = "plugins/module_utils/core/rotation/"
CORE_TESTS = "tests/unit/core/rotation/"

MUTATIONS = (
    Mutation(
        "a node that a launch hook holds replaces an old one",
        CORE + "readiness.py",
        "if member.instance.held:",
        "if False:",
        "tests/rotation/test_launch_hooks.py",
        "test_nodes_whose_launch_is_abandoned_replace_nobody",
    ),
    Mutation(
        "what somebody has added since a run died is spare for the next one",
        ENGINE + "first_record.py",
        "    _see_desired(ctx)\n    begun",
        "    begun",
        "tests/rotation/test_resumed_sizes.py",
        "test_a_group_that_was_enlarged_has_no_spare_node",
    ),
    Mutation(
        "of two Nodes of an instance the younger one counts, dead or alive",
        CORE + "node_index.py",
        "return (node.ready is True, node.created) > (other.ready is True, other.created)",
        "return node.created > other.created",
        "tests/unit/core/rotation/test_node_index.py",
        "test_of_two_nodes_of_one_instance_the_ready_one_counts",
    ),
    Mutation(
        "health is asked of a new node where it follows pods",
        CORE + "readiness.py",
        ".difference(follows)",
        "",
        CORE_TESTS + "test_readiness.py",
        "test_a_fresh_node_is_to_be_healthy_where_an_outdated_one_is",
    ),
    Mutation(
        "no health is asked of the last new nodes",
        CORE + "readiness.py",
        "(serving_groups(group, outdated) | gone)",
        "serving_groups(group, outdated)",
        CORE_TESTS + "test_readiness.py",
        "test_where_no_outdated_node_is_registered_any_more_what_was_before_counts",
    ),
    Mutation(
        "health follows the pods of a DaemonSet",
        CORE + "following.py",
        " and not of_daemonset(pod)",
        "",
        CORE_TESTS + "test_following.py",
        "test_a_pod_counts_by_the_port_of_its_node_unless_a_daemonset_owns_it",
    ),
    Mutation(
        "a target is taken out on an old read of the others",
        ENGINE + "balancers.py",
        "young = known_recently(ctx, dict.fromkeys(target.group for target in staying))",
        "young = True",
        UNIT + "test_balancers.py",
        "test_a_target_is_taken_out_only_on_a_read_of_the_last_seconds",
    ),
    Mutation(
        "a node is out of its target groups by a read from before it was registered",
        ENGINE + "balancers.py",
        "if not known_since(ctx, ctx.group.target_groups, began - RECENT):",
        "if False:",
        UNIT + "test_balancers.py",
        "test_a_node_is_out_of_target_groups_only_by_a_read_since_it_leaves",
    ),
    Mutation(
        "what lb_timeout ends is judged on an old read",
        ENGINE + "balancers.py",
        "return known_since(ctx, groups, late) and _leave_anyway(ctx, member)",
        "return _leave_anyway(ctx, member)",
        UNIT + "test_balancers.py",
        "test_what_lb_timeout_ends_is_judged_on_a_read_at_its_end",
    ),
    Mutation(
        "a new node is healthy by a read from before it was ready",
        ENGINE + "target_reads.py",
        "unread = (name for name in asked if read_of(ctx, name).began < began)",
        "unread = ()",
        UNIT + "test_target_reads.py",
        "TestANewNode::test_is_healthy_by_a_read_since_it_lacks_nothing_else",
    ),
    Mutation(
        "an old read says that a target is registered again",
        ENGINE + "balancers.py",
        "return known_since(ctx, (key[0],), max(began, shows_earlier(ctx)))",
        "return True",
        UNIT + "test_balancers.py",
        "test_only_a_read_since_a_node_is_to_stay_says_that_its_target_is_registered",
    ),
    Mutation(
        "target groups that cannot be read any more are not missed",
        ENGINE + "observe.py",
        ", *repeat_refused(ctx)]",
        "]",
        UNIT + "test_target_reads.py",
        "TestAReadThatIsRefused::"
        "test_is_repeated_until_it_is_answered_and_ends_the_run_like_that_of_the_group",
    ),
    Mutation(
        "no target group follows pods on the way out",
        ENGINE + "balancers.py",
        "if target_group not in ctx.journal.follows:",
        "if True:",
        UNIT + "test_balancers.py",
        "test_where_health_follows_pods_the_last_healthy_target_is_drained_first",
    ),
    Mutation(
        "a mark on a new node has it replaced again",
        CORE + "members.py",
        "if marked and (not target.resolved_at or instance.launched_at < target.resolved_at):",
        "if marked:",
        CORE_TESTS + "test_members.py",
        "test_outdated",
    ),
    Mutation(
        "a node is cordoned on an old read",
        ENGINE + "replacement.py",
        "    if not ctx.read_recently():\n        return False\n",
        "",
        "tests/rotation/test_mid_run.py",
        "test_a_node_is_cordoned_only_on_a_read_of_the_last_five_seconds",
    ),
    Mutation(
        "MaxSize is put back although somebody may have raised desired",
        ENGINE + "restore.py",
        "if not ctx.read_recently() or _is_in_doubt(ctx):",
        "if False:",
        UNIT + "test_restore_sizes.py",
        "TestMaxSize::test_waits_for_a_read_that_shows_a_raise_by_others",
    ),
    Mutation(
        "a launch that a dead run may have sent is sent again",
        ENGINE + "launching.py",
        "return ctx.memory.reads.raise_sent and not own",
        "return False",
        UNIT + "test_launching.py",
        "test_what_a_run_before_us_may_have_launched_is_not_launched_again",
    ),
    Mutation(
        "a failed canary leaves its zone without a node",
        ENGINE + "ending.py",
        "    if reason == BROKEN and ctx.memory.turned_back:",
        "    if False:",
        UNIT + "test_ending.py",
        "test_a_broken_node_is_replaced_where_its_zone_needs_one_and_good_ones_are_launched",
    ),
)
