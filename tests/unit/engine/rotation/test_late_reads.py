# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A read that may be late shows nothing of what was done before it."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    Deregister,
    Protect,
    ProtectNew,
    Register,
    Resume,
    SetDesired,
    SetMaxSize,
    SetTag,
    Suspend,
    Terminate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SIGNPOST
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    SETTLED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.warm_pool import (
    SetReuse,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import late_reads
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group, an_instance
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import NOW, a_context

GROUP = a_group(an_instance("w"))


@pytest.mark.parametrize(
    ("resumed", "taken", "late"),
    [
        pytest.param(True, NOW - SETTLED + 1, True, id="the run before us may just have acted"),
        pytest.param(True, NOW - SETTLED, False, id="that is long ago"),
        pytest.param(False, NOW - 1, False, id="there was none"),
    ],
)
def test_a_run_that_follows_waits_for_reads_that_have_the_acts_of_the_one_before(
    resumed: bool, taken: float, late: bool
) -> None:
    ctx = a_context(GROUP, resumed=resumed, taken=taken)
    assert late_reads.earlier_are_late(ctx) is late
    assert late_reads.are_late(ctx) is late


@pytest.mark.parametrize(
    ("act", "late"),
    [
        (Suspend("blue", ("AZRebalance",)), True),
        (SetMaxSize("blue", 5), True),
        (Protect("blue", ("i-m",), True), True),
        (ProtectNew("blue", True), True),
        (SetTag("blue", SIGNPOST, "r1"), True),
        (SetReuse("blue", False), True),
        (Deregister("arn:web", (("i-w", 30080),)), True),
        (Resume("blue", ("AZRebalance",)), False),
        (Register("arn:web", (("i-w", 30080),)), False),
        (SetDesired("blue", 3), False),
        (Terminate("i-w", True), False),
    ],
)
def test_a_setting_that_may_be_made_is_waited_for(act: Command, late: bool) -> None:
    ctx = a_context(GROUP, unanswered={act: NOW - 3})
    assert late_reads.are_late(ctx) is late
    assert late_reads.earlier_are_late(ctx) is False
