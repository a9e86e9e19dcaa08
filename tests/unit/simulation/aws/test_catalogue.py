# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Public parameters, EKS clusters, and who the caller is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws import build, catalogue

STANDARD = "amazon-eks-node-al2023-x86_64-standard-1.33-v20251120"
WINDOWS = "/aws/service/ami-windows-latest"
EKS = "/aws/service/eks/optimized-ami"


@pytest.fixture
def shop(world: Any) -> Any:
    catalogue.publish_catalogue(world.account)
    return world


def value(world: Any, name: str) -> str:
    return str(world.call("ssm", "GetParameter", Name=name)["Parameter"]["Value"])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (
            f"{EKS}/1.33/amazon-linux-2023/x86_64/standard/recommended/image_id",
            "amazon-eks-node-al2023-x86_64-standard-1.33-v20260129",
        ),
        (
            f"{EKS}/1.31/amazon-linux-2023/arm64/nvidia/recommended/image_id",
            "amazon-eks-node-al2023-arm64-nvidia-1.31-v20260129",
        ),
        (
            f"{EKS}/1.34/amazon-linux-2023/x86_64/neuron/recommended/image_id",
            "amazon-eks-node-al2023-x86_64-neuron-1.34-v20260129",
        ),
        (
            f"{EKS}/1.33/amazon-linux-2023/x86_64/standard/{STANDARD}/image_id",
            "amazon-eks-node-al2023-x86_64-standard-1.33-v20251120",
        ),
        (f"{EKS}/1.32/amazon-linux-2/recommended/image_id", "amazon-eks-node-1.32-v20251120"),
        (
            f"{EKS}/1.31/amazon-linux-2-arm64/amazon-eks-arm64-node-1.31-v20251103/image_id",
            "amazon-eks-arm64-node-1.31-v20251103",
        ),
        (
            f"{EKS}/1.31/amazon-linux-2-gpu/recommended/image_id",
            "amazon-eks-gpu-node-1.31-v20251120",
        ),
        (
            "/aws/service/bottlerocket/aws-k8s-1.34/arm64/latest/image_id",
            "bottlerocket-aws-k8s-1.34-aarch64-v1.58.0-c5c37032",
        ),
        (
            "/aws/service/bottlerocket/aws-k8s-1.31-nvidia/x86_64/1.42.0/image_id",
            "bottlerocket-aws-k8s-1.31-nvidia-x86_64-v1.42.0-5ed15786",
        ),
        (
            "/aws/service/bottlerocket/aws-k8s-1.33-fips/x86_64/1.46.0-431fe75a/image_id",
            "bottlerocket-aws-k8s-1.33-fips-x86_64-v1.46.0-431fe75a",
        ),
        (
            f"{WINDOWS}/Windows_Server-2022-English-Core-EKS_Optimized-1.33/image_id",
            "Windows_Server-2022-English-Core-EKS_Optimized-1.33-2026.01.14",
        ),
        (
            "/aws/service/canonical/ubuntu/eks/24.04/1.33/stable/current/amd64/hvm/ebs-gp3/ami-id",
            "ubuntu-eks/k8s_1.33/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260128",
        ),
    ],
)
def test_every_parameter_names_an_image_that_exists(shop: Any, path: str, name: str) -> None:
    image = shop.call("ec2", "DescribeImages", ImageIds=[value(shop, path)])["Images"][0]
    assert image["Name"] == name
    assert image["Architecture"] == ("arm64" if "arm64" in name or "aarch64" in name else "x86_64")


def test_the_recommended_release_in_one_document(shop: Any) -> None:
    path = f"{EKS}/1.34/amazon-linux-2023/x86_64/standard/recommended"
    told = json.loads(value(shop, path))
    assert told["schema_version"] == "2"
    assert told["release_version"] == "1.34.2-20260129"
    assert {
        name: value(shop, f"{path}/{name}")
        for name in ("image_id", "image_name", "release_version")
    }.items() <= told.items()


def test_amazon_linux_2_ends_with_1_32(shop: Any) -> None:
    assert (
        shop.refused(
            "ssm", "GetParameter", Name=f"{EKS}/1.33/amazon-linux-2/recommended/image_id"
        ).code
        == "ParameterNotFound"
    )


def test_a_path_is_read_in_pages_of_ten(shop: Any) -> None:
    path = f"{EKS}/1.33/amazon-linux-2023"
    names, token = [], None
    while True:
        more: dict[str, Any] = {"NextToken": token} if token else {}
        answer = shop.call("ssm", "GetParametersByPath", Path=path, Recursive=True, **more)
        assert len(answer["Parameters"]) <= 10
        names += [one["Name"] for one in answer["Parameters"]]
        token = answer.get("NextToken")
        if not token:
            break
    # Five kinds of image; three releases and `recommended`; the document and three values of each.
    assert len(names) == len(set(names)) == 5 * 4 * 4
    below = shop.call("ssm", "GetParametersByPath", Path=f"{path}/x86_64/standard/recommended")[
        "Parameters"
    ]
    assert [one["Name"].rpartition("/")[2] for one in below] == [
        "image_id",
        "image_name",
        "release_version",
    ]


def test_several_parameters_and_unknown_ones(shop: Any) -> None:
    good = "/aws/service/bottlerocket/aws-k8s-1.33/x86_64/latest/image_version"
    answer = shop.call("ssm", "GetParameters", Names=[good, "/no"])
    assert [one["Value"] for one in answer["Parameters"]] == ["1.58.0-c5c37032"]
    assert answer["InvalidParameters"] == ["/no"]


def test_a_new_release_becomes_recommended_and_the_old_one_stays(shop: Any) -> None:
    path = f"{EKS}/1.33/amazon-linux-2023/x86_64/standard"
    before = value(shop, f"{path}/recommended/image_id")
    fresh = catalogue.publish_al2023(shop.account, "1.33", "20260601", "1.33.6")[0]
    assert value(shop, f"{path}/recommended/image_id") == fresh.id != before
    assert value(shop, f"{path}/recommended/release_version") == "1.33.6-20260601"
    assert (
        value(shop, f"{path}/amazon-eks-node-al2023-x86_64-standard-1.33-v20260129/image_id")
        == before
    )


def test_clusters_and_node_groups(world: Any) -> None:
    cluster = build.add_eks_cluster(
        world.account, "prod", "1.33", "https://127.0.0.1:16443", "Q0E="
    )
    build.add_nodegroup(cluster, "workers", world.group(), "1.33.5-20251120")
    seen = world.call("eks", "DescribeCluster", name="prod")["cluster"]
    assert (seen["endpoint"], seen["certificateAuthority"], seen["version"], seen["status"]) == (
        "https://127.0.0.1:16443",
        {"data": "Q0E="},
        "1.33",
        "ACTIVE",
    )
    assert world.call("eks", "ListClusters") == {"clusters": ["prod"]}
    assert world.call("eks", "ListNodegroups", clusterName="prod") == {"nodegroups": ["workers"]}
    nodegroup = world.call("eks", "DescribeNodegroup", clusterName="prod", nodegroupName="workers")[
        "nodegroup"
    ]
    assert nodegroup["resources"]["autoScalingGroups"] == [{"name": "blue"}]
    assert nodegroup["scalingConfig"] == {"minSize": 3, "maxSize": 10, "desiredSize": 6}
    assert (
        world.refused("eks", "DescribeCluster", name="x").code,
        world.refused("eks", "DescribeCluster", name="x").status,
    ) == ("ResourceNotFoundException", 404)


def test_caller_identity_and_assumed_roles(world: Any) -> None:
    me = world.account.call("sts", "GetCallerIdentity", {}, "AKIAEXAMPLE")
    assert me["Arn"] == "arn:aws:iam::123456789012:user/AKIAEXAMPLE"
    assert me["Account"] == "123456789012"
    role = world.call(
        "sts",
        "AssumeRole",
        RoleArn="arn:aws:iam::123456789012:role/rotator",
        RoleSessionName="run",
        DurationSeconds=900,
    )
    key = role["Credentials"]["AccessKeyId"]
    assert (
        world.account.call("sts", "GetCallerIdentity", {}, key)["Arn"]
        == "arn:aws:sts::123456789012:assumed-role/rotator/run"
    )
    world.wait(901)
    with pytest.raises(Exception, match="ExpiredToken"):
        world.account.call("sts", "GetCallerIdentity", {}, key)
