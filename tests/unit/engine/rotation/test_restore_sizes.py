# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""MaxSize is put back only under a size that nobody has raised."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ReadGroup,
    SetMaxSize,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import Doubt
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.restore_builders import (
    a_look,
    recorded,
    restored,
)


class TestMaxSize:
    @pytest.mark.parametrize(
        ("more", "reads"),
        [
            pytest.param({"read_began": NOW - 6}, True, id="an old read"),
            pytest.param({"doubt": Doubt(3, NOW)}, False, id="somebody may have raised desired"),
            pytest.param(
                {"doubt": Doubt(3, NOW), "timers": {"size in doubt": NOW - 599}},
                False,
                id="for long",
            ),
        ],
    )
    def test_waits_for_a_read_that_shows_a_raise_by_others(
        self, more: dict[str, Any], reads: bool
    ) -> None:
        ctx = a_look(recorded(max_size=(2, 9)), group={"max_size": 9}, **more)
        over, issued, left = restored(ctx)
        assert (over, left) == (False, ())
        assert issued == ([ReadGroup("blue")] if reads else [])

    def test_that_is_in_doubt_without_end_is_put_back_where_the_guard_lets_it(self) -> None:
        ctx = a_look(
            recorded(max_size=(2, 9)),
            group={"max_size": 9},
            doubt=Doubt(3, NOW),
            timers={"size in doubt": NOW - 600},
        )
        assert restored(ctx)[1] == [SetMaxSize("blue", 2)]
