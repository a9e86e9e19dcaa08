# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A group as it will be after an update of its template that was only planned."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.planned import (
    PlannedAutoScaling,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.test_autoscaling import a_cloud

UPDATE = {"launch_template_id": "lt-1", "version": 9, "image_id": "ami-9"}


def test_the_group_is_read_with_the_target_that_is_planned() -> None:
    cloud, account = a_cloud()
    now, planned = cloud.read_group("blue"), PlannedAutoScaling(Aws(account), UPDATE)
    after = planned.read_group("blue")
    assert now.resolved is not None
    assert after.resolved is not None
    assert (after.resolved.version, after.resolved.image_id) == ("9", "ami-9")
    assert after.instances == now.instances
    assert now.resolved.version != "9"


def test_without_a_target_nothing_is_planned() -> None:
    _cloud, account = a_cloud(DescribeLaunchTemplateVersions={"LaunchTemplateVersions": []})
    assert PlannedAutoScaling(Aws(account), UPDATE).read_group("blue").resolved is None
