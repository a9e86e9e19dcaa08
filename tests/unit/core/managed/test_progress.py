# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a node is, and how long the rest takes."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedMember,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.progress import (
    USUAL_SECONDS,
    estimate,
    phase_of,
    seconds_left,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node, Pod

PODS = (Pod("shop", "a", "u-a"), Pod("shop", "b", "u-b"))
LEAVING = (Pod("shop", "a", "u-a", deleted_at=1.0), Pod("shop", "b", "u-b"))


def a_member(outdated: bool, ready: bool | None = True, cordoned: bool = False) -> ManagedMember:
    node = Node("n", "u", "1", ready=ready, unschedulable=cordoned)
    return ManagedMember(Instance("i", "a"), node, "old" if outdated else "")


@pytest.mark.parametrize(
    ("member", "pods", "before", "expected"),
    [
        (a_member(True), PODS, 2, "outdated"),
        (a_member(True, cordoned=True), PODS, 2, "cordoned"),
        (a_member(True, cordoned=True), PODS[:1], 2, "draining"),
        (a_member(True, cordoned=True), LEAVING, 2, "draining"),
        (a_member(True, cordoned=True), (), 2, "drained"),
        (a_member(True), (), 0, "outdated"),
        (a_member(False), PODS, 0, "ready"),
        (a_member(False, ready=None), (), 0, "launched"),
        (a_member(False, ready=False), (), 0, "launched"),
        (ManagedMember(Instance("i", "a"), None, ""), (), 0, "launched"),
        (ManagedMember(Instance("i", "a"), None, "old"), (), 0, "outdated"),
    ],
)
def test_the_phase_is_read_from_node_and_pods(
    member: ManagedMember, pods: tuple[Pod, ...], before: int, expected: str
) -> None:
    assert phase_of(member, pods, before) == expected


@pytest.mark.parametrize(
    ("left", "at_once", "seen", "expected"),
    [
        (4, 1, (), 4 * USUAL_SECONDS),
        (4, 3, (100.0, 200.0), 300.0),
        (0, 1, (), 0.0),
        (1, 0, (50.0,), 50.0),
    ],
)
def test_the_rest_takes_as_long_as_those_before(
    left: int, at_once: int, seen: tuple[float, ...], expected: float
) -> None:
    assert seconds_left(left, at_once, seen) == expected


def test_an_estimate_is_told_while_something_is_left() -> None:
    assert estimate(2, 1, (90.0,)) == "about 3 min left"
    assert estimate(0, 1, (90.0,)) == ""
