# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One list of phases for every mode: each mode skips some and orders none anew."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import Size
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    begin,
    capacity,
    finish,
    new_nodes,
    pipeline,
    raising,
    replacement,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.canary import (
    is_wide,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import a_context

MODES = (pipeline.ROTATE, pipeline.SETTLE, pipeline.RELEASE, pipeline.STOP)


def acts(mode: str) -> list[object]:
    """What a mode does, in its order."""
    return [phase.act for phase in pipeline.PHASES if mode in phase.modes]


def test_nothing_is_done_twice_in_a_look() -> None:
    found = [phase.act for phase in pipeline.PHASES]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_has_one_end_and_comes_to_it_last(mode: str) -> None:
    ends = [phase.act for phase in pipeline.FINISH if mode in phase.modes]
    assert len(ends) == 1
    assert acts(mode)[-1] == ends[0]


@pytest.mark.parametrize("mode", [pipeline.SETTLE, pipeline.RELEASE, pipeline.STOP])
def test_only_a_rotating_run_begins_anything(mode: str) -> None:
    assert not {begin.begin, begin.protect, capacity.choose, raising.raise_desired} & set(
        acts(mode)
    )


def test_leaving_nodes_move_on_before_others_begin_and_new_nodes_are_judged_before_both() -> None:
    order = acts(pipeline.ROTATE)
    wanted = [new_nodes.judge, replacement.advance, begin.begin, finish.finish_rotating]
    assert sorted(wanted, key=order.index) == wanted


@pytest.mark.parametrize("mode", [pipeline.RELEASE, pipeline.STOP])
def test_no_node_moves_on_once_things_are_being_put_back(mode: str) -> None:
    assert replacement.advance not in acts(mode)


@pytest.mark.parametrize(
    ("canary", "recorded", "fresh", "wide"),
    [
        pytest.param(0, "", False, True, id="none is wanted"),
        pytest.param(1, "passed", True, True, id="it has passed"),
        pytest.param(1, "failed", True, False, id="it has failed"),
        pytest.param(1, "", True, False, id="it is being judged"),
        pytest.param(1, "", False, False, id="it has to be chosen"),
    ],
)
def test_whether_a_rotation_may_end(canary: int, recorded: str, fresh: bool, wide: bool) -> None:
    ctx = a_context(a_group(an_instance("w", fresh)), [a_node("w")])
    ctx.record(canary=recorded)
    ctx.policy = dataclasses.replace(ctx.policy, canary=Size(canary))
    assert is_wide(ctx) is wide


def test_with_no_node_at_all_there_is_nothing_to_judge() -> None:
    ctx = a_context(a_group(desired=0), [])
    ctx.policy = dataclasses.replace(ctx.policy, canary=Size(1))
    assert is_wide(ctx)
