# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kops rolling-update beside the run is noticed by its taint."""

from __future__ import annotations

import dataclasses
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node, Taint
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SCHEDULED
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.foreign_kops import (
    settle_if_beside,
    tell_left,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import a_context

KOPS = {"KubernetesCluster": "c", "kops.k8s.io/instancegroup": "nodes", "k8s.io/role/node": "1"}
TAINT = Taint(SCHEDULED, "", "PreferNoSchedule")


def a_look(*tainted: str, known: frozenset[str] | None = None, **more: Any) -> RotationContext:
    """A look at w and x, some tainted; `known`: those that had been at first."""
    nodes: list[Node] = [a_node(name, taints=(TAINT,) * (name in tainted)) for name in "wx"]
    group = dataclasses.replace(a_group(an_instance("w"), an_instance("x")), tags=KOPS, **more)
    ctx = a_context(group, nodes)
    ctx.note(scheduled=known)
    return ctx


def test_without_the_taint_nothing_is_told() -> None:
    ctx = a_look()
    settle_if_beside(ctx)
    assert (ctx.events, ctx.memory.mode) == ([], "rotate")
    assert ctx.memory.nodes.scheduled == frozenset()


def test_what_an_interrupted_one_has_left_is_named_and_rotated() -> None:
    ctx = a_look("w")
    settle_if_beside(ctx)
    (event,) = ctx.events
    assert (event.phase, ctx.memory.mode) == ("warning", "rotate")
    assert "1 node with the taint kops.k8s.io/scheduled-for-update" in event.text
    settle_if_beside(ctx)
    assert (len(ctx.events), ctx.memory.mode) == (1, "rotate")


def test_a_taint_that_comes_in_the_midst_ends_the_rotation() -> None:
    ctx = a_look("w", "x", known=frozenset({"i-w"}))
    settle_if_beside(ctx)
    assert ctx.memory.mode == "settle"
    problem = str(ctx.memory.report.problem)
    assert "A kops rolling-update has begun beside this rotation" in problem
    assert a_node("x").name in problem
    assert f"{a_node('w').name}," not in problem


def test_where_nothing_is_outdated_the_nodes_are_named_with_what_takes_the_taint_off() -> None:
    ctx = a_look("x")
    tell_left(ctx)
    tell_left(ctx)
    (event,) = ctx.events
    assert (event.phase, ctx.memory.mode) == ("warning", "rotate")
    name = a_node("x").name
    assert f"kubectl taint node {name} kops.k8s.io/scheduled-for-update-" in event.text
    for other in (a_look(), a_context(a_group(an_instance("w")), [a_node("w", taints=(TAINT,))])):
        tell_left(other)
        assert other.events == []


def test_groups_of_others_are_none_of_kops() -> None:
    ctx = a_look("w", "x", known=frozenset())
    ctx = a_context(a_group(an_instance("w")), [a_node("w", taints=(TAINT,))])
    settle_if_beside(ctx)
    assert ctx.memory.nodes.scheduled is None
