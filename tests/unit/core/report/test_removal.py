# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps the traces of rotations from being removed."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node, Taint
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    MARKED_IN,
    OUTDATED,
    REPLACING,
    SHIELDED,
    SKIP,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.holdings import (
    Holding,
    State,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.removal import (
    obstacles,
    removal_lines,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.closure import Closure

FREE = Holding("lease-1", "blue", "arn", "shop", "free", "", "10:00", 0, "night-7")
NODE = Node("n-1", "uid", "1")


def test_what_is_free_may_be_removed() -> None:
    assert obstacles([FREE], Closure(), [NODE]) == ()
    assert obstacles([], Closure(), []) == ()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("held", "Lease lease-1 of node group blue is held by host_17"),
        ("handed_over", "Lease lease-1 of node group blue is handed over to the rotation of run r"),
        ("left", "Lease lease-1 of node group blue still says what an ended run has left"),
        ("unreadable", "Lease lease-1 of node group blue cannot be understood"),
    ],
)
def test_a_lease_of_use_is_in_the_way(state: State, said: str) -> None:
    one = dataclasses.replace(FREE, state=state, holder="host_17", run="r")
    assert obstacles([FREE, one], Closure(), []) == (said,)


def test_a_pause_is_in_the_way() -> None:
    one = dataclasses.replace(FREE, paused="anna: incident 4711", autoscaling_group_name="")
    (said,) = obstacles([one], Closure(), [])
    assert said == "Lease lease-1 of node group (unknown) is paused: anna: incident 4711"


def test_a_closed_gate_is_in_the_way() -> None:
    (said,) = obstacles([], Closure("night-7", "10:00"), [])
    assert said == "The gate of the cluster is closed since 10:00 by run night-7"


@pytest.mark.parametrize("key", [REPLACING, MARKED_IN, SHIELDED])
def test_a_mark_of_a_rotation_is_in_the_way(key: str) -> None:
    node = dataclasses.replace(NODE, annotations={key: "night-7"})
    assert obstacles([], Closure(), [node]) == (f"Node n-1 carries {key}",)


def test_our_taint_is_in_the_way_and_that_of_others_is_not() -> None:
    ours = (Taint("dedicated", "NoSchedule"), Taint(OUTDATED, "PreferNoSchedule"))
    node = dataclasses.replace(NODE, annotations={REPLACING: "r"}, taints=ours)
    assert obstacles([], Closure(), [node]) == (f"Node n-1 carries {REPLACING}, {OUTDATED}",)
    assert obstacles([], Closure(), [dataclasses.replace(NODE, taints=ours[:1])]) == ()


def test_an_annotation_that_people_have_set_is_theirs() -> None:
    node = dataclasses.replace(NODE, annotations={SKIP: "anna: debugging"})
    assert obstacles([], Closure(), [node]) == ()


def test_what_was_or_would_be_removed_is_listed() -> None:
    assert removal_lines([FREE], ["blue"], (), True) == [
        "Lease  lease-1                    blue  removed",
        "tag    of the Auto Scaling group  blue  removed",
    ]
    assert removal_lines([FREE], [], (), False)[0].endswith("would be removed")
    assert removal_lines([FREE], [], ["It is held"], False) == [
        "Lease  lease-1  blue  kept",
        "In the way: It is held",
    ]
    assert removal_lines([], [], (), False) == ["Nothing of ours is there"]
