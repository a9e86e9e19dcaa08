# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run finds before it touches anything decides whether and how it begins."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shared import (
    NAME,
    OUT,
    out_note,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.decide import (
    decide,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.observe import NEEDED
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.survey import survey
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.core.control_plane.builders import (
    a_plane_node,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.control_plane.builders import (
    a_look,
    our_group,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    HELD,
    NOW,
    POLICY,
    RUNNING,
    a_cache,
    a_memory,
)


@pytest.mark.parametrize(
    "policy, journal, fresh, status",
    [
        (POLICY, Journal(), True, "unchanged"),
        (dataclasses.replace(POLICY, plan_only=True), Journal(), True, "unchanged"),
        (dataclasses.replace(POLICY, plan_only=True), Journal(), False, "planned"),
        (dataclasses.replace(POLICY, plan_only=True), RUNNING, True, "planned"),
        (dataclasses.replace(POLICY, restore_only=True), Journal(), False, "unchanged"),
        (dataclasses.replace(POLICY, restore_only=True), RUNNING, True, None),
        (POLICY, RUNNING, True, None),
        (POLICY, Journal(), False, None),
    ],
)
def test_whether_there_is_anything_to_do(
    policy: Any, journal: Journal, fresh: bool, status: str | None
) -> None:
    lease = None if journal.clean else dataclasses.replace(HELD, holder="")
    memory = a_memory(
        a_group(an_instance("n", fresh=fresh)),
        journal,
        mode="survey",
        held=False,
        lease=lease,
        target=None,
    )
    step = decide(memory, View(a_cache([a_node("n")], NEEDED)), NOW, policy)
    assert (step.result.status if step.result else None) == status
    assert [type(command) for command in step.commands] == ([] if status else [WriteLease])
    assert status is None or not step.result.changed


@pytest.mark.parametrize(
    "journal, fresh, mode",
    [(Journal(), True, "release"), (Journal(), False, "rotate"), (RUNNING, True, "rotate")],
)
def test_a_run_that_finds_only_the_end_of_an_earlier_one_judges_nothing(
    journal: Journal, fresh: bool, mode: str
) -> None:
    """The nodes of a run that had already restored everything have been judged by it."""
    memory = a_memory(
        a_group(an_instance("n", fresh=fresh)),
        journal,
        mode="survey",
        lease=dataclasses.replace(HELD, holder="somebody"),
    )
    step = decide(memory, View(a_cache([a_node("n")], NEEDED)), NOW, POLICY)
    assert step.memory.mode == mode


@pytest.mark.parametrize("noted", [True, False])
def test_a_note_of_a_node_that_is_back_is_work_enough_to_take_it_off(noted: bool) -> None:
    note = ((OUT, out_note("a", "i-z", "r0")),) if noted else ()
    shared = Lease(NAME, "7", "", "t1", 30, notes=note)
    ctx = a_look(
        our_group(fresh=True),
        journal=Journal(),
        mode="survey",
        held=False,
        lease=None,
        shared=shared,
        shared_read=NOW,
        shared_held=False,
    )
    ctx.view = dataclasses.replace(ctx.view, cache=a_cache([a_plane_node("a")], NEEDED))
    result = survey(ctx)
    assert (result.status if result else None) == (None if noted else "unchanged")
    assert [type(command) for command in ctx.commands] == ([WriteLease] if noted else [])
