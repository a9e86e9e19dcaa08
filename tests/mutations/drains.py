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
)
