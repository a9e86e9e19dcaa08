# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What waits in a warm pool."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.mutations.mutation import (
    ENGINE,
    RULES,
    UNIT,
    Mutation,
)

CORE = "tests/unit/core/rotation/"
MUTATIONS = (
    Mutation(
        "an instance that the group has taken from its pool is ended undrained",
        RULES + "warm_pool.py",
        "if not one.ending and one.id not in taken",
        "if not one.ending",
        CORE + "test_warm_pool.py",
        "test_what_the_group_has_taken_is_a_node_and_drained",
    ),
    Mutation(
        "an instance of the pool is ended under its pods",
        ENGINE + "warm_pool.py",
        "return carried(ctx, node) > 0",
        "return False",
        UNIT + "test_warm_pool.py",
        "TestPods::test_an_instance_whose_node_carries_pods_is_not_ended",
    ),
    Mutation(
        "a rotation is complete with an outdated pool",
        ENGINE + "warm_pool.py",
        """    why = obstacle(ctx)
    if not why:""",
        """    why = obstacle(ctx)
    if why:""",
        UNIT + "test_warm_pool.py",
        "TestEnd::test_an_outdated_one_is_waited_for_and_in_the_end_it_is_an_error",
    ),
)
