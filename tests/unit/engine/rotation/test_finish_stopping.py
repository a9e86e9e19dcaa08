# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The closing words of a stopped run go where nothing is left to resume."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.lines import CLOSING
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import finish
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import RUNNING
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.test_finish import a_look


@pytest.mark.parametrize(
    ("fresh", "journal", "kept"),
    [
        pytest.param(True, Journal(closing=("words",)), False, id="nothing is left to do"),
        pytest.param(
            True,
            dataclasses.replace(RUNNING, closing=("words",)),
            True,
            id="something is left",
        ),
        pytest.param(False, Journal(closing=("words",)), True, id="a node is outdated"),
    ],
)
def test_leaves_no_words_where_no_run_has_anything_to_resume(
    fresh: bool, journal: Journal, kept: bool
) -> None:
    group = a_group(an_instance("w", fresh=fresh))
    told = frozenset((CLOSING,))
    ctx = a_look(group, nodes=[a_node("w")], marks=Marks(), journal=journal, told=told)
    finish.finish_stopping(ctx)
    assert bool(ctx.journal.closing) is kept
