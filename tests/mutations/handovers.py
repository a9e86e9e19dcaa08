# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock before the template, its handover, and Leases of other namespaces."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.mutations.mutation import (
    ENGINE,
    RULES,
    UNIT,
    Mutation,
)

HANDOVER = "plugins/module_utils/engine/handover/decide.py"
TESTS = "tests/unit/engine/handover/test_decide.py"

MUTATIONS = (
    Mutation(
        "the version that was the default is pruned",
        "plugins/module_utils/operations/template/update.py",
        "for number in (mark.source, mark.default)",
        "for number in (mark.source,)",
        "tests/unit/operations/template/test_default_back.py",
        "test_the_version_that_was_the_default_is_not_pruned",
    ),
    Mutation(
        "an image of another Kubernetes minor is up to date if it is newer",
        "plugins/module_utils/core/images/image.py",
        "pinned or image.created_at < found.created_at or _kind(image) != _kind(found)",
        "pinned or image.created_at < found.created_at",
        "tests/unit/core/images/test_image.py",
        "test_what_is_of_another_kind_is_due_however_new_it_is",
    ),
    Mutation(
        "after a failed canary the default stays at the failed image",
        "plugins/module_utils/clients/aws/pointers.py",
        "        _default_back(aws, template, version)",
        "        pass",
        "tests/unit/operations/template/test_default_back.py",
        "test_with_the_group_after_a_failed_canary",
    ),
    Mutation(
        "a rollback moves the default to a version where it never was",
        "plugins/module_utils/core/templates/plan.py",
        "default = back.default if back.default in there else previous.number",
        "default = previous.number",
        "tests/unit/operations/template/test_default_back.py",
        "test_by_a_rollback",
    ),
    Mutation(
        "a Lease is taken before all have been looked at",
        HANDOVER,
        "        if not _all(self._is_free(claim) for claim in claims):\n",
        "        if False:\n",
        TESTS,
        "test_a_holder_is_watched_before_any_lease_is_taken",
    ),
    Mutation(
        "the template is changed over an unfinished record of another run",
        HANDOVER,
        "        if left_by:\n",
        "        if False:\n",
        TESTS,
        "test_an_unfinished_record_of_another_run_stops_it_at_once",
    ),
    Mutation(
        "that another group has to be finished first is left to the rotation of this one",
        "plugins/module_utils/core/rotation/lease.py",
        'if journal.canary != "failed" or not alone:',
        'if journal.canary != "failed":',
        TESTS.replace("decide", "decide_debts"),
        "test_a_group_alone_whose_canary_failed_in_a_run_that_died_is_to_be_finished_first",
    ),
    Mutation(
        "the template of a paused group is changed",
        HANDOVER,
        "if self.order.begins and (paused",
        "if False and (paused",
        TESTS.replace("decide", "decide_pauses"),
        "test_nothing_begins_in_a_group_that_people_have_paused",
    ),
    Mutation(
        "the template is changed while a living run holds the Lease",
        HANDOVER,
        "if entry.seen > entry.met and self.now - self.memory.began >= self.order.wait:",
        "if False:",
        TESTS,
        "test_a_holder_that_renews_is_named_and_one_that_does_not_is_succeeded",
    ),
    Mutation(
        "a Lease that was taken from us is handed over all the same",
        HANDOVER,
        "            if self._known(claim) and not self._is_ours(claim):\n",
        "            if False:\n",
        TESTS,
        "test_a_lease_that_was_taken_from_us_is_not_handed_over",
    ),
    Mutation(
        "what was taken is kept while another Lease is not free",
        HANDOVER,
        "            self._given_up()\n            return False\n",
        "            return False\n",
        TESTS,
        "test_what_is_ours_is_given_up_while_another_is_not_free",
    ),
    Mutation(
        "the verdict on one target counts for another",
        HANDOVER,
        'canary="" if moved else found.canary,',
        "canary=found.canary,",
        TESTS,
        "test_a_verdict_on_another_target_is_not_kept",
    ),
    Mutation(
        "the Lease is handed over as it was taken, not anew",
        HANDOVER,
        "written = entry is not None and entry.written >= self.memory.began",
        "written = entry is not None",
        TESTS,
        "test_a_lease_written_before_is_written_again_to_be_handed_over",
    ),
    Mutation(
        "a handover goes on for ever where Leases change whenever they are written",
        HANDOVER,
        "if self.now - self.memory.began < limit:",
        "if True:",
        TESTS,
        "test_no_stage_goes_on_for_ever",
    ),
    Mutation(
        "a Lease that was left to one run is adopted by any",
        RULES + "lease.py",
        "return bool(run) and journal.handover == run",
        "return bool(journal.handover)",
        "tests/unit/core/rotation/test_lease.py",
        "test_a_lease_is_left_to_the_run_that_it_names",
    ),
    Mutation(
        "the holder of another namespace is not looked for",
        ENGINE + "namespaces.py",
        "    return not _gives_way(ctx)\n\n\ndef _gives_way",
        "    return True\n\n\ndef _gives_way",
        UNIT + "test_namespaces.py",
        "test_who_sees_another_holder_gives_its_own_up",
    ),
    Mutation(
        "a run begins before everybody can have read where its Lease is",
        ENGINE + "namespaces.py",
        "    if ctx.now < everybody or not _read(ctx, everybody):\n",
        "    if not _read(ctx, _seen_since(ctx)):\n",
        UNIT + "test_namespaces.py",
        "test_a_claim_is_over_once_everybody_can_have_read_the_tag",
    ),
    Mutation(
        "two runs of different namespaces go on side by side",
        ENGINE + "namespaces.py",
        "if _read(ctx, _seen_since(ctx)) and (error := _conflict(ctx)):",
        "if _read(ctx, _seen_since(ctx)) and (error := _conflict(ctx)) and False:",
        UNIT + "test_namespaces.py",
        "test_in_the_midst_of_a_run_it_ends_on_the_spot",
    ),
)
