# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a group would launch after an update that was only planned."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Target
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.planned import (
    planned_target,
)

NOW = Target("lt-1", "7", "ami-1", "blue", 100.0, frozenset(("5",)))
UPDATE = {"launch_template_id": "lt-1", "launch_template_name": "blue", "version": 8}


def test_the_planned_version_is_the_target() -> None:
    found = planned_target(NOW, {**UPDATE, "image_id": "ami-2"})
    assert found == Target("lt-1", "8", "ami-2", "blue", 100.0, frozenset())


def test_an_image_that_a_parameter_names_is_not_known() -> None:
    found = planned_target(NOW, {**UPDATE, "image_id": "resolve:ssm:/golden"})
    assert (found.version, found.image_id) == ("8", "")


def test_a_planned_launch_configuration_is_the_target() -> None:
    old = Target("red", "", "ami-1", "red")
    update = {"launch_configuration_name": "red-nodeops-1", "image_id": "ami-2"}
    assert planned_target(old, update).source == ("red-nodeops-1", "")


@pytest.mark.parametrize(
    "update", [{}, {"skipped": True}, {**UPDATE, "version": 7, "image_id": "ami-1"}, {"version": 9}]
)
def test_without_a_change_the_target_stays(update: dict[str, Any]) -> None:
    assert planned_target(NOW, update) == NOW


def test_templates_of_overrides_are_planned_each_from_its_own_part() -> None:
    others = (Target("lt-8", "1", "ami-1"), Target("lt-9", "4", "ami-4", "big"))
    now = dataclasses.replace(NOW, others=others)
    own = {"launch_template_id": "lt-9", "launch_template_name": "big", "version": 5}
    main = {**UPDATE, "image_id": "ami-2"}
    parts = [main, {**own, "image_id": "ami-5"}]
    found = planned_target(now, {**main, "templates": parts})
    assert found.source == ("lt-1", "8")
    assert [(way.source, way.image_id) for way in found.others] == [
        (("lt-8", "1"), "ami-1"),
        (("lt-9", "5"), "ami-5"),
    ]
