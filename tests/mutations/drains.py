# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of pods."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.mutations.mutation import Mutation

MUTATIONS = (
    Mutation(
        "an eviction goes without the UID of its pod",
        "plugins/module_utils/clients/kube/client.py",
        '"deleteOptions": _options(uid, grace, dry_run),',
        '"deleteOptions": _options("", grace, dry_run),',
        "tests/unit/clients/kube/test_client.py",
        "test_evict_sends_uid_grace_and_dry_run",
    ),
    Mutation(
        "a bare pod is lost without force",
        "plugins/module_utils/core/drain/filters.py",
        "if pod.owner is not None or finished(pod) or context.policy.force:",
        "if True:",
        "tests/unit/core/drain/test_filters.py",
        "test_chain",
    ),
    Mutation(
        "local data is lost without being asked",
        "plugins/module_utils/core/drain/filters.py",
        "if not pod.empty_dir or finished(pod) or context.policy.delete_emptydir_data:",
        "if True:",
        "tests/unit/core/drain/test_filters.py",
        "test_chain",
    ),
    Mutation(
        "pods are evicted while somebody has lifted the cordon",
        "plugins/module_utils/engine/drain/lifted.py",
        "return _lifted(node) if lifted and _is_shown(node, found) else node",
        "return node",
        "tests/rotation/test_drain_lifted.py",
        "test_a_cordon_that_is_lifted_in_mid_drain_is_set_again",
    ),
    Mutation(
        "the pods of another node that has got the name are evicted",
        "plugins/module_utils/engine/drain/lifted.py",
        "if node.uid and found.uid != node.uid:",
        "if False:",
        "tests/rotation/test_drain_lifted.py",
        "test_another_node_of_the_same_name_is_left_alone",
    ),
    Mutation(
        "a node counts as drained when its Node is gone and its pods are not",
        "plugins/module_utils/engine/drain/node.py",
        "if not left and not ctx.look.missing:",
        "if True:",
        "tests/unit/engine/drain/test_node.py",
        "TestTheEnds::test_a_node_that_does_not_exist_is_drained_once_its_pods_are_gone",
    ),
    Mutation(
        "a server may make a run wait for hours",
        "plugins/module_utils/core/errors.py",
        "min(seconds, LONGEST_WAIT)",
        "seconds",
        "tests/unit/core/test_errors.py",
        "test_nobody_makes_us_wait_for_hours",
    ),
)
