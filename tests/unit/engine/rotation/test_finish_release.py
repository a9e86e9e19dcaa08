# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A refused release of the Lease is tried again, with no other effect."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import WriteLease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import finish
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
    a_policy,
)


def test_a_record_that_was_emptied_already_is_no_template_that_moves() -> None:
    ctx = a_context(
        a_group(an_instance("n", fresh=True)),
        [a_node("n")],
        Journal(),
        a_policy(1, canary=0),
        mode="release",
        marks=Marks(joined=frozenset(("i-n",))),
        timers={"moved": NOW - 60},
    )
    finish.finish_release(ctx)
    assert ctx.memory.report.problem is None
    assert [one.lease.holder for one in ctx.commands if isinstance(one, WriteLease)] == [""]
