# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts as there, dead, passed or fit."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.mutations.mutation import (
    ENGINE,
    RULES,
    UNIT,
    Mutation,
)

PREFLIGHT = "plugins/module_utils/core/checks/preflight.py"
BUDGETS = "tests/unit/core/checks/test_preflight_budgets.py"

MUTATIONS = (
    Mutation(
        "the canary passes without a soak",
        ENGINE + "canary.py",
        'if ctx.over("soak", policy.soak):',
        "if True:",
        UNIT + "test_canary.py",
        "TestTheCanary::test_is_watched_by_name_once_it_was_replaced",
    ),
    Mutation(
        "a canary that was lost has passed",
        ENGINE + "canary.py",
        ("    if len(ctx.memory.nodes.watched & serving) >= number:\n        return True\n"),
        ("    if ctx.memory.nodes.watched:\n        return True\n"),
        UNIT + "test_canary.py",
        "TestTheCanary::test_has_its_time_again_when_another_node_has_to_prove_it",
    ),
    Mutation(
        "an instance without a Node is an easy victim",
        ENGINE + "unknown.py",
        "found = unknown | {member.id for member in strays(ctx)}",
        "found = {member.id for member in strays(ctx)}",
        UNIT + "test_unknown.py",
        "test_what_a_run_means_to_replace",
    ),
    Mutation(
        "an instance whose Node is missing ends at once",
        ENGINE + "unknown.py",
        "return member.node is None and ctx.over(missing_timer(member.id), MISSING_NODE)",
        "return member.node is None",
        UNIT + "test_unknown.py",
        "TestWhoseNodeWasSeen::test_a_node_is_long_missing_after_ninety_seconds",
    ),
    Mutation(
        "nobody waits for pods that cannot run again",
        ENGINE + "gate.py",
        "return _told(ctx, text)",
        'return ""',
        UNIT + "test_gate.py",
        "TestAWorkload::test_that_is_short_of_pods_closes_the_gate_with_the_words_of_the_scheduler",
    ),
    Mutation(
        "the last healthy target is deregistered",
        ENGINE + "balancers.py",
        "if target.group == last:",
        "if False:",
        UNIT + "test_balancers.py",
        "test_the_last_healthy_target_is_not_taken",
    ),
    Mutation(
        "a dead node is ended while a third of the nodes is silent",
        ENGINE + "dead.py",
        "if 3 * len(silent) >= len(nodes):",
        "if False:",
        UNIT + "test_dead.py",
        "TestAnOutage::test_is_a_third_of_the_cluster",
    ),
    Mutation(
        "an instance that one read does not show was a launch in vain",
        ENGINE + "lost_launches.py",
        'ctx.over(f"missing {name}", REPEAT)',
        "True",
        UNIT + "test_lost_launches.py",
        "TestAnInstanceThatOneReadDoesNotShow::test_is_not_lost",
    ),
    Mutation(
        "a pod that ended with its node is waited for for ever",
        ENGINE + "losses.py",
        "        key: dataclasses.replace(loss, ending=0)\n",
        "        key: loss\n",
        UNIT + "test_losses.py",
        "test_a_pod_that_ended_with_its_node_is_not_waited_for",
    ),
    Mutation(
        "sleep counts for time limits",
        ENGINE + "sleep.py",
        "    if slept < SLEPT:\n",
        "    if True:\n",
        UNIT + "test_sleep.py",
        "test_sleep_does_not_count",
    ),
    Mutation(
        "the Node of a running instance is deleted",
        ENGINE + "ended_nodes.py",
        'if instance.state == "terminated"',
        "if instance.state",
        UNIT + "test_ended_nodes.py",
        "TestDeletion::test_waits_until_ec2_says_terminated",
    ),
    Mutation(
        "instances that die at launch go on for ever",
        ENGINE + "lost_launches.py",
        "if lost and ctx.memory.nodes.lost_launches >= LOST_LAUNCHES:",
        "if False:",
        UNIT + "test_lost_launches.py",
        "test_three_in_a_row_are_a_failure",
    ),
    Mutation(
        "a budget that nobody has looked at yet is hopeless",
        PREFLIGHT,
        "has_settled(budget) and budget.desired_healthy",
        "budget.desired_healthy",
        BUDGETS,
        "test_a_budget_that_was_just_created_is_waited_for",
    ),
    Mutation(
        "a pod that the server evicts all the same is held by its budget",
        PREFLIGHT,
        "ruling.budgets if not ruling.admitted else ()",
        "ruling.budgets",
        BUDGETS,
        "test_a_pod_that_the_server_evicts_in_spite_of_its_budget_is_not_in_the_way",
    ),
    Mutation(
        "a node is dead by a clock that nobody knows",
        RULES + "heartbeats.py",
        "return heartbeat.unchanged >= timeout or (unknown and now - renewed >= timeout)",
        "return now - renewed >= timeout",
        "tests/unit/core/rotation/test_heartbeats.py",
        "test_a_node_is_dead",
    ),
    Mutation(
        "a node is dead before its lease was read",
        RULES + "heartbeats.py",
        "if node.ready is True or heartbeat is None:",
        'heartbeat = heartbeat or Heartbeat("", 0, 0)\n    if node.ready is True:',
        "tests/unit/core/rotation/test_heartbeats.py",
        "test_a_node_whose_lease_was_not_asked_for_is_not_dead",
    ),
    Mutation(
        "a dead node waits for the pods that it has lost",
        ENGINE + "begin.py",
        "    if not held and ctx.memory.mode",
        "    if not why and ctx.memory.mode",
        UNIT + "test_begin.py",
        "TestBeginning::test_a_dead_node_does_not_wait_for_the_gate",
    ),
    Mutation(
        "a write that the watch has yet to show counts as undone",
        ENGINE + "node_writes.py",
        "(key not in outbox.unshown)",
        "1",
        UNIT + "test_node_writes.py",
        "test_a_repetition_counts_once_the_watch_has_shown_the_first",
    ),
    Mutation(
        "an override that names an image is no move of the template",
        ENGINE + "observe.py",
        "found.source == started and not override:",
        "found.source == started:",
        UNIT + "test_observe.py",
        "test_an_override_of_the_template_moves_it",
    ),
)
