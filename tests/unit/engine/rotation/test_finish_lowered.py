# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run says of a desired that somebody lowers at its end."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import finish
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    RUNNING,
    a_context,
)

WELL = Marks(joined=frozenset(("i-m", "i-n")))


@pytest.mark.parametrize(("desired", "told"), [(2, ()), (1, ("has 2 instances and wants 1",))])
def test_more_than_desired_is_told(desired: int, told: tuple[str, ...]) -> None:
    group = a_group(*(an_instance(name, fresh=True) for name in "mn"), desired=desired)
    journal = dataclasses.replace(RUNNING, tainted=False)
    ctx = a_context(group, [a_node("m"), a_node("n")], journal, mode="release", marks=WELL)
    finish.finish_release(ctx)
    assert len(ctx.memory.report.left) == len(told)
    assert all(text in left for text, left in zip(told, ctx.memory.report.left, strict=True))
