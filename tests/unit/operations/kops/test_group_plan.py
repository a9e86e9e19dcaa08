# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan of an instance group says is to be done."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.group_plan import (
    WantedImage,
    wanted_image,
)
from ansible_collections.nodeops.rotator.tests.unit.operations.kops.conftest import (
    GROUP,
    KopsCluster,
)


@pytest.mark.parametrize(
    ("text", "template", "writes", "moves"),
    [
        ("o/same", "ami-1", False, False),
        ("o/other", "ami-1", True, False),
        ("o/same", "ami-2", False, True),
        ("o/other", "ami-2", True, True),
    ],
)
def test_store_and_template_are_changed_each_for_itself(
    cluster: KopsCluster, text: str, template: str, writes: bool, moves: bool
) -> None:
    cluster.store(image="o/same")
    plan = cluster.update(cluster.named("old_image")).plan(GROUP)
    assert plan is not None
    plan = dataclasses.replace(
        plan,
        text=text,
        image=dataclasses.replace(plan.image, id="ami-1"),
        version=dataclasses.replace(plan.version, data={"ImageId": template}),
    )
    assert (plan.writes_store, plan.moves_template) == (writes, moves)
    assert plan.changed is (writes or moves)


def test_what_the_options_ask_for() -> None:
    params = {
        "image": None,
        "allow_other_changes": ["Subnet/*/Tags"],
        "all_groups_at_once": True,
        "terraform_out": "/tf",
        "since_version": 3,
    }
    assert wanted_image("c", params) == WantedImage("c", "", ("Subnet/*/Tags",), True, "/tf", 3)


def test_kops_changes_the_template_unless_a_folder_is_named() -> None:
    assert (WantedImage("c", "o/i").terraform, WantedImage("c", "o/i").since) == ("", 0)
