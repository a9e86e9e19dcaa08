# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults in how EKS is let update a managed node group."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.mutations.mutation import Mutation

CORE, ENGINE = "plugins/module_utils/core/managed/", "plugins/module_utils/engine/managed/"
CORE_TESTS, ENGINE_TESTS = "tests/unit/core/managed/", "tests/unit/engine/managed/"
WHOLE = "tests/rotation/"

MUTATIONS = (
    Mutation(
        "an instance without a node is current by its image alone",
        CORE + "nodegroup.py",
        'known = "" not in launches and instance.source == launches',
        "known = True",
        CORE_TESTS + "test_nodegroup.py",
        "test_an_instance_without_a_node_is_judged_by_what_it_was_launched_from",
    ),
    Mutation(
        "EKS launches twice the zones only where that is fewer than max unavailable",
        CORE + "config.py",
        "max(2 * zones, self.at_once(size))",
        "min(2 * zones, self.at_once(size))",
        CORE_TESTS + "test_config.py",
        "test_the_surge_is_twice_the_zones_or_max_unavailable",
    ),
    Mutation(
        "a quota that is surely too small is only a warning",
        CORE + "preflight.py",
        "*_too_few_addresses(look), *_too_small_quota(look))",
        "*_too_few_addresses(look))",
        CORE_TESTS + "test_preflight.py",
        "test_a_quota_that_is_too_small_says_what_is_missing_and_force_does_not_help",
    ),
    Mutation(
        "force gets past subnets without addresses",
        CORE + "preflight.py",
        "return (*budgets, *_too_few_addresses(look), *_too_small_quota(look))",
        "return () if force else (*budgets, *_too_few_addresses(look), *_too_small_quota(look))",
        CORE_TESTS + "test_preflight.py",
        "test_force_helps_against_budgets_only",
    ),
    Mutation(
        "an update that runs is not joined",
        ENGINE + "work.py",
        "    if running is not None:\n        watch(ctx, running)\n        return\n",
        "",
        WHOLE + "test_managed.py",
        "test_an_update_that_runs_is_joined",
    ),
    Mutation(
        "an update that has failed passes for a successful one",
        ENGINE + "work.py",
        'if last is None or last.status == "Successful"',
        'if last is None or last.status != "Cancelled"',
        WHOLE + "test_managed.py",
        "test_pods_that_block_are_told_and_named_in_the_failure_with_what_eks_has_left",
    ),
    Mutation(
        "our drain evicts from nodes that EKS has not cordoned",
        ENGINE + "assist.py",
        "and (one.node.unschedulable and EXCLUDE in one.node.labels)",
        "and one.node.ready",
        ENGINE_TESTS + "test_assist.py",
        "test_only_what_eks_has_cordoned_is_drained",
    ),
    Mutation(
        "our drain competes with EKS from the beginning",
        ENGINE + "assist.py",
        "ctx.now - ctx.memory.moved_at >= LATE",
        "ctx.now - ctx.memory.moved_at >= 0",
        ENGINE_TESTS + "test_assist.py",
        "test_eks_is_left_alone_until_it_is_late",
    ),
    Mutation(
        "EKS is asked again for ever",
        ENGINE + "assist.py",
        "if 0 <= ctx.memory.outdated_then <= len(ctx.outdated) or not _marked(ctx):",
        "if not _marked(ctx):",
        ENGINE_TESTS + "test_assist.py",
        "test_it_goes_on_where_evictions_alone_failed_and_something_goes_forward",
    ),
    Mutation(
        "the size before an update of somebody else counts as known",
        ENGINE + "lock.py",
        "if noted is None and not (memory.joined or ctx.policy.restore_only):",
        "if noted is None and not ctx.policy.restore_only:",
        ENGINE_TESTS + "test_lock.py",
        "test_of_an_update_that_ran_already_nobody_knows_the_size_before",
    ),
    Mutation(
        "an update of ours is not judged where one of somebody else came before",
        ENGINE + "survey.py",
        "    _findings(ctx)\n    ctx.note(checked=_may_begin(ctx))",
        "    ctx.note(checked=_may_begin(ctx))",
        ENGINE_TESTS + "test_survey.py",
        "test_what_came_before_our_update_does_not_spare_it_the_judgement",
    ),
    Mutation(
        "the update config is changed before its old value is written down",
        ENGINE + "work.py",
        "if nodegroup.tags.get(CONFIG_TAG) != text:",
        "if False:",
        WHOLE + "test_managed_config.py",
        "test_the_update_config_is_changed_only_if_asked_and_restored",
    ),
    Mutation(
        "an update config that somebody has changed meanwhile is set back",
        ENGINE + "ending.py",
        "if nodegroup.config == ours and before != ours:",
        "if before not in (ours, nodegroup.config):",
        WHOLE + "test_managed_config.py",
        "test_an_update_config_that_somebody_changes_meanwhile_is_left",
    ),
    Mutation(
        "EKS is asked without the Lease",
        ENGINE + "context.py",
        "if isinstance(command, WRITES) and not self.may_act:",
        "if False:",
        ENGINE_TESTS + "test_context.py",
        "test_an_act_needs_the_lease_and_a_read_does_not",
    ),
    Mutation(
        "an update begins while people have paused the rotation",
        ENGINE + "survey.py",
        "ctx.note(checked=_may_begin(ctx))",
        "ctx.note(checked=True)",
        WHOLE + "test_managed_pause.py",
        "test_no_update_begins_while_people_have_paused_the_rotation",
    ),
    Mutation(
        "nodes that EKS would launch with the old image are not its business",
        ENGINE + "survey.py",
        "bool(ctx.outdated) or ctx.behind or",
        "bool(ctx.outdated) or",
        WHOLE + "test_managed.py",
        "test_an_empty_group_that_eks_would_launch_anew_with_the_old_image_is_updated",
    ),
    Mutation(
        "a budget keeps Karpenter from a node only once it is drained",
        "plugins/module_utils/core/karpenter/drift.py",
        'yield f"Karpenter does not begin with {claim.called}, since it may not evict {stuck}"',
        "yield from ()",
        "tests/unit/core/karpenter/test_drift.py",
        "test_karpenter_does_not_begin_with_a_node_whose_pods_may_not_be_evicted",
    ),
    Mutation(
        "a moment without drift ends the wait for Karpenter",
        "plugins/module_utils/engine/karpenter/decide.py",
        "if memory.quiet_since is None or now - memory.quiet_since < policy.settle:",
        "if memory.quiet_since is None:",
        "tests/unit/engine/karpenter/test_decide.py",
        "test_it_is_done_once_nothing_has_drifted_for_a_while",
    ),
    Mutation(
        "Karpenter is done while a new node is not initialized",
        "plugins/module_utils/core/karpenter/drift.py",
        "return not (self.drifted or self.leaving or self.coming)",
        "return not (self.drifted or self.leaving)",
        "tests/unit/core/karpenter/test_drift.py",
        "test_a_pool_is_at_rest_when_nothing_has_drifted_or_is_on_its_way",
    ),
    Mutation(
        "a budget that cannot be read lets every node go",
        "plugins/module_utils/core/karpenter/nodepool.py",
        "        except ValueError:\n            return 0\n",
        "        except ValueError:\n            return math.inf\n",
        "tests/unit/core/karpenter/test_nodepool.py",
        "test_a_budget_rounds_up_and_allows_nothing_where_it_cannot_be_read",
    ),
    Mutation(
        "nodes of a group that is not in the inventory are passed over",
        "plugins/module_utils/core/node_group/carriers.py",
        "and (node_groups is None or self.name in node_groups)",
        "",
        "tests/unit/core/node_group/test_carriers.py",
        "test_only_the_node_groups_that_are_rotated_are_reached",
    ),
)
