# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in for the Node of an instance that is none of the cluster."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import REPLACING
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import Size
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.stand_ins import (
    one_by_one,
    stand_ins,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group, an_instance

GROUP = a_group(an_instance("v"), an_instance("w", zone="b"))


def test_each_instance_has_one_that_is_found_by_its_id_and_is_named_so() -> None:
    found = stand_ins(GROUP)
    assert {id_: (node.name, node.instance_id, node.zone) for id_, node in found.items()} == {
        "i-v": ("i-v", "i-v", "a"),
        "i-w": ("i-w", "i-w", "b"),
    }
    assert all(not node.unschedulable and not node.annotations for node in found.values())


@pytest.mark.parametrize(
    ("lifecycle", "state", "ready"),
    [
        ("InService", "running", True),
        ("InService", "", False),
        ("InService", "stopping", False),
        ("Pending", "running", False),
        ("Pending:Wait", "running", False),
        ("Terminating", "running", False),
    ],
)
def test_it_is_ready_once_its_instance_is_in_service(
    lifecycle: str, state: str, ready: bool
) -> None:
    group = a_group(an_instance("w", lifecycle=lifecycle, state=state))
    assert stand_ins(group)["i-w"].ready is ready


def test_only_the_record_says_which_is_being_replaced() -> None:
    found = stand_ins(GROUP, [("i-w", False, False), ("i-gone", True, True)])
    assert [id_ for id_, node in found.items() if REPLACING in node.annotations] == ["i-w"]
    assert not any(node.unschedulable for node in found.values())


@pytest.mark.parametrize("sizes", [(Size(0), Size(1)), (Size(3), Size(2)), (Size(1), Size(0))])
def test_one_goes_after_another_has_come_whoever_asks_for_what(sizes: tuple[Size, Size]) -> None:
    asked = RotationPolicy("g", "r", "h", max_surge=sizes[0], max_unavailable=sizes[1])
    given = dataclasses.replace(asked, readiness_gates=("Ready/x",), boot_timeout=5)
    found = one_by_one(given)
    assert (found.max_surge, found.max_unavailable) == (Size(1), Size(0))
    assert (found.readiness_gates, found.boot_timeout) == ((), 5)
