# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags of groups and instances."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.tags import (
    tag_group,
    tag_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import Recorded

TAG = {"ResourceId": "blue", "ResourceType": "auto-scaling-group", "Key": "k"}


def test_a_tag_of_a_group_is_not_given_to_its_instances() -> None:
    raw = Recorded()
    tag_group(Aws(raw), "blue", "k", "v")
    full = {**TAG, "Value": "v", "PropagateAtLaunch": False}
    assert raw.calls == [("autoscaling:CreateOrUpdateTags", {"Tags": [full]})]


def test_a_tag_of_a_group_is_removed_by_its_key() -> None:
    raw = Recorded()
    tag_group(Aws(raw), "blue", "k", None)
    assert raw.calls == [("autoscaling:DeleteTags", {"Tags": [TAG]})]


def test_a_tag_of_an_instance_is_ec2s() -> None:
    raw = Recorded()
    tag_instance(Aws(raw), "i-1", "k", "v")
    assert raw.calls == [
        ("ec2:CreateTags", {"Resources": ["i-1"], "Tags": [{"Key": "k", "Value": "v"}]})
    ]
