# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What target groups and classic load balancers are called."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    CLASSIC,
    balancer_name,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    read_group,
)

WEB = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/web/0123456789abcdef"


@pytest.mark.parametrize(
    ("group", "name"),
    [(WEB, "target group web"), (CLASSIC + "api-prod", "load balancer api-prod")],
)
def test_people_read_the_name(group: str, name: str) -> None:
    assert balancer_name(group) == name


def test_a_group_is_behind_its_target_groups_and_its_classic_load_balancers() -> None:
    shown = {
        "AutoScalingGroupName": "g",
        "DesiredCapacity": 1,
        "MinSize": 1,
        "MaxSize": 1,
        "TargetGroupARNs": [WEB],
        "LoadBalancerNames": ["api-prod"],
        "LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "1"},
    }
    assert read_group(shown).target_groups == (WEB, "classic/api-prod")
