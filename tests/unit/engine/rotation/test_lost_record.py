# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run whose tag is there and whose record is gone is named."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    EXCLUDE,
    SCALE_DOWN_DISABLED,
    SIGNPOST,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.signpost import Signpost
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.lost_record import (
    note_lost_record,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    RUNNING,
    a_context,
)

FIRST = (
    "Run r0 has not ended its rotation of Auto Scaling group blue, and its record is gone. Check"
    " what it may have changed: desired (2), MaxSize (3)"
)


def a_look(
    run: str = "r0", journal: Journal = Journal(), node: Any = None, **group: Any
) -> RotationContext:
    """A look of a run that begins at a group with the tag of `run`; `node`: of i-w."""
    tags = {SIGNPOST: Signpost(run, "kube-system", "uid-1").text} if run else {}
    members = [an_instance("w"), an_instance("x")]
    made = a_group(*members, **{"max_size": 3, "tags": tags, **group})
    nodes = [] if node is None else [a_node("w", **node)]
    return a_context(made, nodes, journal, mode="survey", held=False)


def told(**more: Any) -> list[str]:
    ctx = a_look(**more)
    note_lost_record(ctx)
    return list(ctx.memory.report.left)


@pytest.mark.parametrize(
    ("more", "also"),
    [
        ({}, ""),
        ({"suspended": frozenset(("AZRebalance",))}, ", suspended processes (AZRebalance)"),
        ({"protects_new": True}, ", scale-in protection (0 instances and new ones)"),
        (
            {"target_groups": ("arn:web",)},
            ", instances that are not registered in arn:web (i-w, i-x)",
        ),
        ({"node": {}}, ""),
        ({"node": {"unschedulable": True}}, ", nodes that are cordoned (w)"),
        (
            {"node": {"labels": {EXCLUDE: "true"}}},
            ", nodes that are excluded from load balancers (w)",
        ),
        (
            {"node": {"annotations": {SCALE_DOWN_DISABLED: "true"}}},
            ", nodes that are hidden from Cluster Autoscaler's scale-down (w)",
        ),
    ],
)
def test_what_it_may_have_changed_is_named(more: dict[str, Any], also: str) -> None:
    assert told(**more) == [FIRST + also]


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"run": ""}, id="there is no tag"),
        pytest.param({"run": "r1"}, id="the tag is our own"),
        pytest.param({"journal": RUNNING}, id="its record is there"),
    ],
)
def test_nothing_is_said_where_no_record_is_missing(more: dict[str, Any]) -> None:
    assert told(**more) == []


def test_it_is_said_once_though_the_group_changes() -> None:
    ctx = a_look()
    note_lost_record(ctx)
    ctx.note(group=a_group(an_instance("w"), desired=5, tags=ctx.group.tags))
    note_lost_record(ctx)
    assert len(ctx.memory.report.left) == 1
