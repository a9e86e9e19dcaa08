# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rotation ends also with more launched than desired and none to spare."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import finish, shrink
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.test_finish import (
    DONE,
    NEW,
    a_look,
)


@pytest.mark.parametrize(
    ("desired", "spared", "mode"),
    [
        pytest.param(1, True, "release", id="it has been told that nobody can be spared"),
        pytest.param(1, False, "rotate", id="somebody goes"),
        pytest.param(2, True, "release", id="as many as desired"),
        pytest.param(3, True, "rotate", id="one is missing"),
    ],
)
def test_what_nobody_can_spare_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, desired: int, spared: bool, mode: str
) -> None:
    """Somebody has lowered desired while the fence protected the group's instances."""
    monkeypatch.setattr(shrink, "shrunk", lambda ctx: spared)
    journal = DONE.accounted(Account(desired, desired))
    ctx = a_look(a_group(*NEW, desired=desired), journal=journal)
    finish.finish_rotating(ctx)
    assert ctx.memory.mode == mode
