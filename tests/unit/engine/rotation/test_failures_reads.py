# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that are refused since somebody has changed what we have read."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    Protect,
    Resume,
    SetDesired,
    SetMaxSize,
    Terminate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import failures
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    Retry,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group, an_instance
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import NOW, a_context


@pytest.mark.parametrize(
    ("command", "most"),
    [
        pytest.param(Terminate("i-w", True), 15, id="MinSize may have been raised"),
        pytest.param(SetDesired("blue", 4), 15, id="MaxSize may have been lowered"),
        pytest.param(SetMaxSize("blue", 4), 15, id="MinSize may be above it"),
        pytest.param(Protect("blue", ("i-w",), True), 15, id="an instance may have left"),
        pytest.param(Terminate("i-w", False), 3, id="what asks for no number"),
        pytest.param(Resume("blue", ("Launch",)), 3, id="what rests on no read"),
    ],
)
def test_are_tried_until_reads_can_show_it(command: Command, most: int) -> None:
    for times in (most - 1, most):
        retries = {command: Retry(times, NOW, RefusedError("no"))}
        ctx = a_context(a_group(an_instance("w")), retries=retries)
        assert bool(failures.hopeless(ctx)) is (times == most)
