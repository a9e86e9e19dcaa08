# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults in what is done by kops, and in what is compared around it."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.mutations.mutation import Mutation

UTILS = "plugins/module_utils/"
UPDATE, WHOLE = UTILS + "operations/kops/update.py", UTILS + "core/control_plane/whole.py"
UPDATE_TESTS = "tests/unit/operations/kops/test_update.py"
RESTORED_TESTS = "tests/unit/operations/kops/test_update_restored.py"
WHOLE_TESTS = "tests/unit/core/control_plane/test_whole.py"

MUTATIONS = (
    Mutation(
        "an address behind which nobody serves is tried again and again",
        UTILS + "edge/kube_front.py",
        "return sorted(asked, key=lambda one: one != self._taker.get(name))",
        "return asked",
        "tests/unit/edge/test_kube_front.py",
        "test_the_one_that_took_a_connection_last_is_asked_first_as_long_as_dns_names_it",
    ),
    Mutation(
        "an allowed field of a launch template allows every other one",
        UTILS + "core/kops/template_fields.py",
        'if field.partition(".")[0] not in known',
        'if not own and field.partition(".")[0] not in known',
        "tests/unit/core/kops/test_template_fields.py",
        "test_another_field_than_the_one_that_was_allowed_is_named",
    ),
    Mutation(
        "what somebody else has changed in a specification is undone with the image",
        UPDATE,
        "self._kops.replace(now.with_image(plan.group.image))",
        "self._kops.replace(plan.group)",
        UPDATE_TESTS,
        "test_a_version_that_is_not_as_announced_is_a_failure_and_goes_back",
    ),
    Mutation(
        "the image that somebody else has named is undone",
        UPDATE,
        "if now.image != plan.text:",
        "if not now.name:",
        UPDATE_TESTS,
        "test_the_image_that_somebody_else_has_named_meanwhile_stays",
    ),
    Mutation(
        "what was planned before the Lease was ours is written over what others have done since",
        UTILS + "edge/kops_images.py",
        "update.check_unmoved(plan)",
        "assert plan",
        "tests/unit/edge/test_kops_beside.py",
        "test_the_same_image_that_another_run_has_set_while_we_wait_is_not_undone",
    ),
    Mutation(
        "an image that people choose after a failure is taken away again",
        UPDATE,
        'if failed and named not in ("", failed):',
        'if failed and not named and named not in ("", failed):',
        RESTORED_TESTS,
        "test_an_image_that_somebody_else_has_named_since_the_failure_stays",
    ),
    Mutation(
        "an image that failed and is launched again counts as restored",
        UPDATE,
        "if named == version.image_id and not again:",
        "if named == version.image_id:",
        RESTORED_TESTS,
        "test_where_the_launch_template_has_the_failed_image_again_both_get_the_one_before",
    ),
    Mutation(
        "an instance group whose type is not written down gets any architecture",
        UPDATE,
        'group.machine_types or (str(version.data.get("InstanceType", "")),)',
        "group.machine_types",
        UPDATE_TESTS,
        "test_without_a_type_in_the_specification_that_of_the_launch_template_counts",
    ),
    Mutation(
        "Terraform applies what is pending for another instance group",
        UTILS + "operations/kops/terraform.py",
        'all counts."""\n        return ()',
        'all counts."""\n        return (plan.group.name,)',
        "tests/unit/operations/kops/test_terraform.py",
        "test_what_is_pending_for_another_group_would_be_applied_with_it_and_is_refused",
    ),
    Mutation(
        "a state store that could not be restored is not recorded",
        UTILS + "engine/handover/memory.py",
        "if self.owes:",
        "if self.owes and self.settles:",
        "tests/unit/engine/handover/test_change.py",
        "test_a_change_that_leaves_a_state_store_behind_records_that",
    ),
    Mutation(
        "a static pod that all others have may be missing",
        WHOLE,
        "missing = sorted((expected_apps(components, etcd) | static) - ready)",
        "missing = sorted(expected_apps(components, etcd) - ready) or sorted(static & set())",
        "tests/unit/core/control_plane/test_whole_static.py",
        "test_static_pods_that_all_others_have_have_to_be_there",
    ),
    Mutation(
        "a node without a Lease is whole",
        WHOLE,
        "missing = node.name in components.health and node.name not in components.renewed",
        "missing = False",
        WHOLE_TESTS,
        "test_a_node_without_a_lease_is_not_one_whose_lease_is_renewed",
    ),
    Mutation(
        "an API server that nobody could ask answers for its member",
        WHOLE,
        "if health is None or not health.reached:",
        "if health is None:",
        WHOLE_TESTS,
        "test_what_nobody_could_ask_answers_for_no_member",
    ),
    Mutation(
        "a pod that was moved and is as bad by another name is worse",
        UTILS + "core/checks/health.py",
        "if len(pods[which]) <= len(then):",
        "if not pods[which]:",
        "tests/unit/core/checks/test_health_compared.py",
        "TestWorse::test_a_pod_that_was_moved_and_is_as_bad_by_another_name_is_not_worse",
    ),
)
