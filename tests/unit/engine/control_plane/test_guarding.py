# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No command takes a node of the control plane unless every other one is whole."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Command,
    SetDesired,
    Terminate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import Health
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane.guarding import (
    forbids,
    why_held,
)
from ansible_collections.nodeops.rotator.tests.unit.core.control_plane.builders import (
    a_plane_node,
    changed,
    components,
    machines,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.control_plane.builders import (
    WORKERS,
    a_look,
    our_group,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import NOW

CORDON, UNCORDON = NodeChange(True), NodeChange(False)
TAKES = [Terminate("i-a", False), ChangeNode("a", "1", CORDON)]
SPARES = [ChangeNode("a", "1", UNCORDON), ChangeNode("a", "1", NodeChange()), SetDesired("a", 1)]
BROKEN: list[dict[str, Any]] = [
    {"found": changed(components(), "kube-apiserver", "b", ready=False)},
    {"found": components(health={"a": Health(True), "b": Health(False, "500")})},
    {"nodes": [a_plane_node(name) for name in "ab"]},
    {"nodes": [a_plane_node("a"), a_plane_node("b", ready=False), a_plane_node("c")]},
    {"shown": dataclasses.replace(machines(), volumes=machines().volumes[:2])},
    {"shown": machines("a")},
    {"renewals": {"b": ("t", NOW - 61)}},
    {"at": NOW - 31},
    {"components": None, "components_at": -1e9},
]


@pytest.mark.parametrize("command", TAKES)
def test_a_node_may_go_while_all_others_are_whole(command: Command) -> None:
    assert forbids(a_look(), command) == ""


@pytest.mark.parametrize("command", TAKES)
@pytest.mark.parametrize("world", BROKEN)
def test_a_node_may_not_go_otherwise(command: Command, world: dict[str, Any]) -> None:
    assert forbids(a_look(**world), command) != ""


@pytest.mark.parametrize("command", SPARES)
@pytest.mark.parametrize("world", BROKEN)
def test_what_takes_no_node_is_not_held(command: Command, world: dict[str, Any]) -> None:
    assert forbids(a_look(**world), command) == ""


@pytest.mark.parametrize("world", BROKEN)
def test_workers_are_none_of_its_business(world: dict[str, Any]) -> None:
    assert forbids(a_look(our_group(tags=WORKERS), **world), TAKES[0]) == ""


def test_its_own_node_need_not_be_whole_to_go() -> None:
    found = changed(components(), "kube-apiserver", "a", ready=False)
    assert why_held(a_look(found=found), "i-a") == ""


def test_the_reason_names_the_node_and_what_it_lacks() -> None:
    found = changed(components(), "kube-scheduler", "c", ready=False)
    words = "node c is not whole: kube-scheduler is not Ready on it"
    assert why_held(a_look(found=found), "i-a") == words
    alone = a_look(shown=machines("a"))
    assert why_held(alone, "i-a") == "it is the only node of the control plane"
