# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left on purpose, and when nothing begins."""

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
        "a maintenance window ends at midnight though the next one begins",
        "plugins/module_utils/core/rotation/maintenance.py",
        "closes = max(closes, ends) if begins <= closes else closes",
        "pass",
        "tests/unit/core/rotation/test_maintenance.py",
        "test_a_window_that_begins_as_another_ends_goes_on",
    ),
    Mutation(
        "a run drains the node that it works on",
        RULES + "selection.py",
        "if node is not None and node.name in hosts:",
        "if False:",
        UNIT + "test_own_pod.py",
        "test_the_node_of_the_pod_with_our_address_is_left",
    ),
    Mutation(
        "a node that people keep is replaced",
        RULES + "selection.py",
        'if node is not None and node.annotations.get(SKIP, "false") != "false":',
        "if False:",
        CORE + "test_selection.py",
        "test_why_a_node_is_left",
    ),
    Mutation(
        "a node that is leaving is left half drained",
        RULES + "selection.py",
        "if member.leaving or member.id in begun:",
        "if member.id in begun:",
        CORE + "test_selection.py",
        "test_what_is_leaving_is_never_left_out",
    ),
    Mutation(
        "nodes of a failed image stay if they were not asked for",
        ENGINE + "known.py",
        "return ALL_OUTDATED if self.memory.turned_back else self.policy.selection",
        "return self.policy.selection",
        UNIT + "test_selecting.py",
        "test_nodes_of_a_failed_image_go_whatever_was_asked_for",
    ),
    Mutation(
        "a name that no node has is passed over in silence",
        ENGINE + "selecting.py",
        "if missing and ctx.journal.clean and not ctx.policy.restore_only:",
        "if False:",
        UNIT + "test_selecting.py",
        "test_names_that_are_unknown_are_refused_unless_a_run_is_resumed",
    ),
    Mutation(
        "writing the Lease removes the pause that people have set",
        RULES + "lease.py",
        "if key in (PAUSED, SIZE_BEFORE, SOAK_OWED)}",
        "if key in ()}",
        CORE + "test_lease.py",
        "test_a_pause_that_people_have_set_stays_in_the_lease",
    ),
    Mutation(
        "a pause ends the run as a stall",
        ENGINE + "pause.py",
        'ctx.forget("stalled")',
        "pass",
        UNIT + "test_pause.py",
        "test_a_pause_is_no_stall_and_ends_the_run_when_it_lasts",
    ),
    Mutation(
        "a replacement begins that does not end in the window",
        ENGINE + "pause.py",
        "if ctx.now + takes < until:",
        "if ctx.now < until:",
        UNIT + "test_pause.py",
        "test_nothing_begins_that_would_not_end_in_the_window",
    ),
    Mutation(
        "who takes a Lease by force acts beside its former holder",
        ENGINE + "lock.py",
        'return keep(ctx) and ctx.over("forced", ctx.memory.lock.forced_wait)',
        "return keep(ctx)",
        UNIT + "test_lock.py",
        "TestForce::test_nothing_begins_before_the_former_holder_is_silent",
    ),
    Mutation(
        "a node that a budget blocks goes first",
        ENGINE + "blocked.py",
        "if not _is_blocked(ctx, found, shut):",
        "if True:",
        UNIT + "test_blocked.py",
        "test_a_node_with_a_blocked_pod_comes_last",
    ),
    Mutation(
        "a bastion stays for the volumes of its zone",
        ENGINE + "ending.py",
        "return ctx.kind.carries_pods and empties_zone(ctx.situation, member, ends)",
        "return empties_zone(ctx.situation, member, ends)",
        "tests/rotation/test_bastions.py",
        "test_only_one_is_launched_for_each",
    ),
)
