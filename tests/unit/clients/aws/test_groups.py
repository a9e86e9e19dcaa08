# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto Scaling groups are found by name or filter, and missed in one line."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import (
    describe_group,
    list_groups,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    NotFoundError,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import (
    Recorded,
    a_described_group,
)


class TestGroups:
    def test_one_is_asked_for_by_name(self) -> None:
        raw = Recorded(DescribeAutoScalingGroups={"AutoScalingGroups": [a_described_group()]})
        assert describe_group(Aws(raw), "blue").name == "blue"
        assert raw.calls == [
            ("autoscaling:DescribeAutoScalingGroups", {"AutoScalingGroupNames": ["blue"]})
        ]

    def test_one_that_is_not_there_is_named(self) -> None:
        raw = Recorded(DescribeAutoScalingGroups={"AutoScalingGroups": []})
        with pytest.raises(NotFoundError) as caught:
            describe_group(Aws(raw), "bleu")
        assert str(caught.value) == (
            "There is no Auto Scaling group bleu. Check the name, the region and the account"
        )

    @pytest.mark.parametrize(
        ("filters", "asked"),
        [
            (None, {}),
            ({}, {}),
            ({"tag:a": ["b"]}, {"Filters": [{"Name": "tag:a", "Values": ["b"]}]}),
        ],
    )
    def test_all_are_listed_page_by_page(self, filters: Any, asked: dict[str, Any]) -> None:
        pages = [
            {"AutoScalingGroups": [a_described_group()], "NextToken": "t"},
            {"AutoScalingGroups": [a_described_group(AutoScalingGroupName="red")]},
        ]
        raw = Recorded(DescribeAutoScalingGroups=pages)
        assert [group.name for group in list_groups(Aws(raw), "list", filters)] == ["blue", "red"]
        assert raw.asked("DescribeAutoScalingGroups") == [asked, {**asked, "NextToken": "t"}]
