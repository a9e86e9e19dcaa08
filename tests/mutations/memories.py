# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept between looks, and must not be kept when something has changed."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.mutations.mutation import (
    ENGINE,
    RULES,
    UNIT,
    Mutation,
)

CORE_UNIT = "tests/unit/core/"

MUTATIONS = (
    Mutation(
        "what is inside of a list of the record is believed",
        "plugins/module_utils/core/rotation/forms.py",
        "return len(value) == len(wanted) and all(map(is_a, wanted, value))",
        "return True",
        "tests/unit/core/rotation/test_journal_forms.py",
        "test_a_record_of_another_form_is_refused_and_not_guessed_at",
    ),
    Mutation(
        "what was computed of other objects is taken for what is asked for",
        ENGINE + "derived.py",
        "if known is None or not _same(known[0], made_of):",
        "if known is None:",
        UNIT + "test_derived.py",
        "TestTheShelf::test_computes_anew_for_an_equal_object",
    ),
    Mutation(
        "a member stays as it was although its node has changed",
        RULES + "members.py",
        "if before is not None and before.node is node and before.instance == instance:",
        "if before is not None and before.instance == instance:",
        CORE_UNIT + "rotation/test_rejoining.py",
        "test_a_group_joined_on_what_was_known_is_as_joined_anew",
    ),
    Mutation(
        "a member stays as it was although it was chosen",
        RULES + "rejoining.py",
        "    found |= before.selected ^ marks.selected\n",
        "",
        CORE_UNIT + "rotation/test_rejoining.py",
        "test_only_what_has_changed_is_another_member",
    ),
    Mutation(
        "a new node that lacks a driver passes for well",
        ENGINE + "lapses.py",
        "member.id if lacks or not offers_all(offers, member.node, by_name) else",
        "member.id if lacks else",
        UNIT + "test_lapses.py",
        "test_a_driver_that_went_away_is_seen",
    ),
    Mutation(
        "what was judged by other taints is taken for judged by these",
        ENGINE + "derived.py",
        "before = known[1] if known is not None and _same(known[0], made_of) else {}",
        "before = known[1] if known is not None else {}",
        UNIT + "test_derived.py",
        "TestTheShelf::test_computes_each_anew_by_other_rules",
    ),
    Mutation(
        "a budget without a label of its own is not found",
        "plugins/module_utils/core/drain/coverage.py",
        'places = ((pod.namespace, "", ""), *labels)',
        "places = (*labels,)",
        CORE_UNIT + "drain/test_coverage.py",
        "test_every_budget_that_covers_a_pod_is_near_it",
    ),
    Mutation(
        "a budget that covers other pods now is looked for where it was",
        "plugins/module_utils/core/drain/coverage.py",
        "(before.id, before.selector) != (budget.id, budget.selector)",
        "before.id != budget.id",
        CORE_UNIT + "drain/test_coverage.py",
        "test_what_changes_is_indexed_as_if_all_were_new",
    ),
    Mutation(
        "what a situation lists is taken over although a member has left the list",
        RULES + "situation.py",
        "not any(said(one) or said(other) for one, other in pairs)",
        "not any(said(other) for one, other in pairs)",
        CORE_UNIT + "rotation/test_rejoining.py",
        "test_what_a_situation_takes_over_is_what_it_would_find_itself",
    ),
)
