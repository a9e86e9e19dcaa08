# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults in what guards a control plane."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.mutations.mutation import Mutation

UTILS = "plugins/module_utils/"
CORE, ENGINE = UTILS + "core/control_plane/", UTILS + "engine/control_plane/"
CORE_TESTS, TESTS = "tests/unit/core/control_plane/", "tests/unit/engine/control_plane/"

MUTATIONS = (
    Mutation(
        "the only node goes without leave",
        ENGINE + "outage.py",
        "if not (known.policy.allow_api_outage and kind_of(known.group.tags).needs_quorum):",
        "if not kind_of(known.group.tags).needs_quorum:",
        TESTS + "test_outage.py",
        "test_the_guard_lets_it_go_with_leave_only",
    ),
    Mutation(
        "a new node is ended while the next one would come from the same image",
        ENGINE + "repair.py",
        "if ctx.journal.pointer_owed or found is None or found.sources == ctx.target.sources:",
        "if found is None:",
        TESTS + "test_repair.py",
        "test_it_stays_while_anything_else_is_not_well",
    ),
    Mutation(
        "a member of etcd that comes up with another volume is the same",
        ENGINE + "judging.py",
        "if etcd and (why := _other_volumes(ctx, member)):",
        "if not etcd and (why := _other_volumes(ctx, member)):",
        "tests/rotation/test_control_plane_volumes.py",
        "test_a_member_that_was_restored_from_a_snapshot_meanwhile_is_no_success",
    ),
    Mutation(
        "a node is ended while another is not whole",
        ENGINE + "guarding.py",
        "found = ((place, flaw(known, place)) for place in rest)",
        'found = ((place, "") for place in rest)',
        TESTS + "test_guarding.py",
        "test_a_node_may_not_go_otherwise",
    ),
    Mutation(
        "an old read of the control plane counts",
        ENGINE + "reading.py",
        "return known.now - min(plane.machines_at, plane.components_at) <= FRESH",
        "return True",
        TESTS + "test_reading.py",
        "test_a_read_counts_for_half_a_minute",
    ),
    Mutation(
        "a node counts as whole after one look",
        CORE + "streaks.py",
        "streak.looks >= LOOKS and streak.last - streak.since >= settle",
        "True",
        CORE_TESTS + "test_streaks.py",
        "test_when_a_streak_is_long_enough",
    ),
    Mutation(
        "an API server that cannot be asked is well",
        CORE + "whole.py",
        'return "" if asked.unanswered else f"its API server cannot be asked: {health.why}"',
        'return ""',
        CORE_TESTS + "test_whole.py",
        "test_its_api_server_has_to_say_that_it_is_ready",
    ),
    Mutation(
        "a backup without its last file counts",
        CORE + "backups.py",
        'META = "_etcd_backup.meta"',
        'META = "etcd.backup.gz"',
        CORE_TESTS + "test_backups.py",
        "test_a_backup_counts_by_the_file_that_is_written_last",
    ),
    Mutation(
        "the node that goes is not noted before it does",
        ENGINE + "shared_lease.py",
        "return age < duration * ACT_UNTIL and recorded",
        "return age < duration * ACT_UNTIL",
        TESTS + "test_shared_lease.py",
        "test_that_a_node_goes_is_written_before_it_does",
    ),
    Mutation(
        "a control plane does not look for node groups that are being rotated",
        ENGINE + "exclusion.py",
        "alive = [one for one in plane.others if living(one, plane.holders, ctx.now)]",
        "alive: list[Lease] = []",
        TESTS + "test_exclusion.py",
        "TestControlPlane::test_waits_while_a_node_group_is_rotated",
    ),
    Mutation(
        "an address that took no connection is asked again at once",
        UTILS + "edge/kube_front.py",
        "self._until[address] = self.now() + UNHEARD",
        "self._until[address] = self.now()",
        "tests/unit/edge/test_kube_front.py",
        "test_one_that_took_none_is_left_out_for_a_minute",
    ),
)
