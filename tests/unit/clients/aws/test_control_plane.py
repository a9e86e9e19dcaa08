# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS is asked about a control plane, and how its answers are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.autoscaling import (
    AutoScaling,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.control_plane import (
    ETCD_TAG,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    EtcdVolume,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import (
    a_described_group,
)

Call = tuple[str, str, Mapping[str, Any]]


def a_cloud(*answers: dict[str, Any]) -> tuple[AutoScaling, list[Call]]:
    """A cloud that gives these answers one after the other, and what it was asked."""
    left, calls = list(answers), []

    def call(service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        calls.append((service, operation, params))
        return left.pop(0)

    return AutoScaling(Aws(call)), calls


def a_volume(value: str, *attachments: dict[str, str], key: str = f"{ETCD_TAG}main") -> Any:
    tags = [{"Key": "KubernetesCluster", "Value": "c"}, {"Key": key, "Value": value}]
    return {
        "VolumeId": "vol-1",
        "AvailabilityZone": "a",
        "Tags": tags,
        "Attachments": list(attachments),
    }


ATTACHED = {"InstanceId": "i-1", "State": "attached"}


def read(*volumes: Any) -> tuple[EtcdVolume, ...]:
    cloud, _calls = a_cloud({"AutoScalingGroups": []}, {"Volumes": list(volumes)})
    return cloud.read_machines("c").volumes


def test_groups_and_volumes_are_asked_for_by_the_exact_name_of_the_cluster() -> None:
    cloud, calls = a_cloud({"AutoScalingGroups": [a_described_group()]}, {"Volumes": []})
    assert [group.name for group in cloud.read_machines("prod").groups] == ["blue"]
    own = {"Name": "tag:KubernetesCluster", "Values": ["prod"]}
    assert calls == [
        ("autoscaling", "DescribeAutoScalingGroups", {"Filters": [own]}),
        (
            "ec2",
            "DescribeVolumes",
            {"Filters": [own, {"Name": "tag-key", "Values": ["k8s.io/etcd/*"]}]},
        ),
    ]


@pytest.mark.parametrize(
    ("volume", "members", "instance"),
    [
        (a_volume("a/a,b,c", ATTACHED), 3, "i-1"),
        (a_volume("a/a", ATTACHED), 1, "i-1"),
        (a_volume("a/a,b,c"), 3, ""),
        (a_volume("a/a,b,c", {**ATTACHED, "State": "detaching"}), 3, ""),
        (a_volume("a/a,b,c", {**ATTACHED, "State": "attaching"}), 3, ""),
        (a_volume("", ATTACHED), 0, "i-1"),
    ],
)
def test_a_volume_says_whose_member_it_is_and_where(
    volume: Any, members: int, instance: str
) -> None:
    assert read(volume) == (EtcdVolume("vol-1", "main", members, "a", instance),)


def test_a_volume_without_the_tag_of_a_member_is_none() -> None:
    assert read(a_volume("x", key="k8s.io/role/master")) == ()


class TestBackups:
    STORE = "s3://bucket/c/backups/etcd/main"
    META = "c/backups/etcd/main/2026-05-06T07:08:{:02d}Z-000001/_etcd_backup.meta"

    def test_are_found_on_all_pages_of_the_store(self) -> None:
        cloud, calls = a_cloud(
            {"Contents": [{"Key": self.META.format(1)}], "NextContinuationToken": "t"},
            {"Contents": [{"Key": self.META.format(9)}, {"Key": "c/other"}]},
        )
        (at,) = cloud.newest_backups((self.STORE,)).values()
        assert at == 1778051289.0
        place = {"Bucket": "bucket", "Prefix": "c/backups/etcd/main/"}
        assert calls == [
            ("s3", "ListObjectsV2", place),
            ("s3", "ListObjectsV2", {**place, "ContinuationToken": "t"}),
        ]

    def test_of_an_empty_store_are_none(self) -> None:
        cloud, _calls = a_cloud({})
        assert cloud.newest_backups((self.STORE,)) == {self.STORE: None}

    def test_of_another_kind_of_store_are_not_looked_for(self) -> None:
        cloud, calls = a_cloud()
        assert cloud.newest_backups(("gs://x/y", "")) == {"gs://x/y": None, "": None}
        assert calls == []
