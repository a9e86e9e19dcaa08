# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EKS clusters and node groups are listed, described, and missed in one line."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws import eks
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    NotFoundError,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import (
    Recorded,
    refusal,
)


class TestEks:
    def test_clusters_and_node_groups_are_listed(self) -> None:
        raw = Recorded(
            ListClusters=[{"clusters": ["a"], "nextToken": "t"}, {"clusters": ["b"]}],
            ListNodegroups={"nodegroups": ["ng"]},
        )
        assert list(eks.list_clusters(Aws(raw))) == ["a", "b"]
        assert list(eks.list_nodegroups(Aws(raw), "a")) == ["ng"]
        assert raw.asked("ListNodegroups") == [{"clusterName": "a"}]

    def test_one_is_described(self) -> None:
        raw = Recorded(
            DescribeCluster={"cluster": {"name": "a", "version": "1.33"}},
            DescribeNodegroup={"nodegroup": {"nodegroupName": "ng"}},
        )
        assert eks.describe_cluster(Aws(raw), "a")["version"] == "1.33"
        assert eks.describe_nodegroup(Aws(raw), "a", "ng") == {"nodegroupName": "ng"}
        assert raw.calls == [
            ("eks:DescribeCluster", {"name": "a"}),
            ("eks:DescribeNodegroup", {"clusterName": "a", "nodegroupName": "ng"}),
        ]

    @pytest.mark.parametrize(
        ("describe", "what"),
        [
            (lambda aws: eks.describe_cluster(aws, "a"), "describe EKS cluster a"),
            (
                lambda aws: eks.describe_nodegroup(aws, "a", "ng"),
                "describe node group ng of EKS cluster a",
            ),
        ],
        ids=["a cluster", "a node group"],
    )
    def test_one_that_is_not_there_says_where_to_look(self, describe: Any, what: str) -> None:
        missing = refusal("ResourceNotFoundException", "No such thing")
        raw = Recorded(DescribeCluster=missing, DescribeNodegroup=missing)
        with pytest.raises(NotFoundError) as caught:
            describe(Aws(raw))
        assert str(caught.value).startswith(f"Cannot {what}: No such thing")
        assert caught.value.hint == "Check the name, the region and the account"
        assert caught.value.code == "ResourceNotFoundException"

    def test_a_node_group_needs_its_cluster(self) -> None:
        raw = Recorded()
        with pytest.raises(InputError, match="Node group ng needs its cluster"):
            eks.describe_nodegroup(Aws(raw), "", "ng")
        assert raw.calls == []

    @pytest.mark.parametrize(
        ("shown", "names"),
        [
            ({}, []),
            ({"resources": {}}, []),
            ({"resources": {"autoScalingGroups": [{"name": "g1"}, {"name": "g2"}]}}, ["g1", "g2"]),
        ],
    )
    def test_the_groups_behind_a_node_group(self, shown: dict[str, Any], names: list[str]) -> None:
        assert eks.group_names(shown) == names
