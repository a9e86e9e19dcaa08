# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image lookups: families, versions and their sources, pins, comparison.

They run on the simulated account and cluster.
"""

from __future__ import annotations

import datetime
from functools import partial
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    NotFoundError,
    RefusedError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.request import Search
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import KubeCall
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami.lookup import Lookup
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.aws.catalogue import (
    publish_al2023,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.catalogue_kops import (
    publish_amazon_linux,
    publish_debian,
    publish_flatcar,
    publish_ubuntu_server,
)
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import kops
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import move
from ansible_collections.nodeops.rotator.tests.simulation.world import World

NOW = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)
GROUP = NamedSource(group="demo-blue")


def look_up(world: World, connected: bool = True, actor: str = "", **asked: Any) -> dict[str, Any]:
    def connect() -> KubeCall:
        if not connected:
            raise UnreachableError("Cannot reach the Kubernetes API server")
        return kube_call(world.cluster)

    return Lookup(Aws(aws_call(world.account, actor)), Search(**asked), NOW, connect).run()


KINDS = [
    (
        {"family": "al2023"},
        "amazon-eks-node-al2023-x86_64-standard-1.32-v20260129",
        "1.32.9-20260129",
    ),
    (
        {"family": "al2023", "variant": "nvidia", "architecture": "arm64"},
        "amazon-eks-node-al2023-arm64-nvidia-1.32-v20260129",
        "1.32.9-20260129",
    ),
    (
        {"family": "al2023", "variant": "neuron"},
        "amazon-eks-node-al2023-x86_64-neuron-1.32-v20260129",
        "1.32.9-20260129",
    ),
    ({"family": "al2"}, "amazon-eks-node-1.32-v20251120", "1.32.9-20251120"),
    (
        {"family": "al2", "architecture": "arm64"},
        "amazon-eks-arm64-node-1.32-v20251120",
        "1.32.9-20251120",
    ),
    ({"family": "al2", "variant": "gpu"}, "amazon-eks-gpu-node-1.32-v20251120", "1.32.9-20251120"),
    (
        {"family": "bottlerocket"},
        "bottlerocket-aws-k8s-1.32-x86_64-v1.58.0-c5c37032",
        "1.58.0-c5c37032",
    ),
    (
        {"family": "bottlerocket", "variant": "fips", "architecture": "arm64"},
        "bottlerocket-aws-k8s-1.32-fips-aarch64-v1.58.0-c5c37032",
        "1.58.0-c5c37032",
    ),
    (
        {"family": "bottlerocket", "variant": "nvidia"},
        "bottlerocket-aws-k8s-1.32-nvidia-x86_64-v1.58.0-c5c37032",
        "1.58.0-c5c37032",
    ),
    (
        {"family": "ubuntu"},
        "ubuntu-eks/k8s_1.32/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260128",
        "20260128",
    ),
    (
        {"family": "windows"},
        "Windows_Server-2022-English-Core-EKS_Optimized-1.32-2026.01.14",
        "2026.01.14",
    ),
    (
        {"family": "windows", "variant": "full"},
        "Windows_Server-2022-English-Full-EKS_Optimized-1.32-2026.01.14",
        "2026.01.14",
    ),
]


@pytest.mark.parametrize(("asked", "name", "release"), KINDS)
def test_the_recommended_image_of_every_family(
    world: World, asked: dict[str, str], name: str, release: str
) -> None:
    found = look_up(world, kubernetes_version="1.32", **asked)
    assert (found["name"], found["release_version"], found["kubernetes_version"]) == (
        name,
        release,
        "1.32",
    )
    assert found["image_id"] in world.account.images
    assert found["parameter"].startswith("/aws/service/")
    assert (found["state"], found["root_device_type"], found["kubernetes_version_source"]) == (
        "available",
        "ebs",
        "given",
    )


@pytest.mark.parametrize(("asked", "name", "release"), KINDS)
def test_every_release_can_be_pinned(
    world: World, asked: dict[str, str], name: str, release: str
) -> None:
    found = look_up(world, kubernetes_version="1.32", release_version=release, **asked)
    assert (found["name"], found["parameter"]) == (name, "")


PLAIN = [
    ({"family": "ubuntu_server"}, publish_ubuntu_server, "20260128"),
    ({"family": "debian", "os_release": "12"}, publish_debian, "20260128-2355"),
    ({"family": "al2023_server"}, publish_amazon_linux, "2023.10.20260128.0"),
    ({"family": "flatcar"}, partial(publish_flatcar, version="4459.2.1"), "4459.2.1"),
]


@pytest.mark.parametrize(("asked", "published", "release"), PLAIN)
def test_the_newest_plain_image_is_for_no_kubernetes_version(
    world: World, asked: dict[str, str], published: Any, release: str
) -> None:
    published(world.account, date="20260128")
    found = look_up(world, kubernetes_version="1.33", **asked)
    assert (found["family"], found["release_version"]) == (asked["family"], release)
    assert found["kubernetes_version"] == ""
    assert found["kops_image"] == f"{found['owner_id']}/{found['name']}"
    assert found["parameter"].startswith("/aws/service/") is (asked["family"] != "flatcar")
    assert look_up(world, release_version=release, **asked)["image_id"] == found["image_id"]


def test_a_family_of_which_there_is_no_image_says_so(world: World) -> None:
    with pytest.raises(NotFoundError, match="No AMI is published for flatcar lts x86_64"):
        look_up(world, family="flatcar", variant="lts")
    with pytest.raises(NotFoundError, match=r"There is none in this region"):
        look_up(world, family="debian")


def test_an_instance_group_of_kops_is_compared_with_the_newest_of_what_it_runs() -> None:
    world = kops.furnish(World(Kernel()))
    group = NamedSource(kops_cluster="demo.example.com", kops_group="nodes-a")
    found = look_up(world, compare=group, connected=False)
    new, old = (world.account.images[world.facts[one]] for one in ("new_image", "old_image"))
    assert (found["family"], found["image_id"]) == ("ubuntu_server", new.id)
    assert (found["update_available"], found["behind_days"]) == (True, 31)
    assert found["kops_image"] == f"099720109477/{new.name}"
    assert found["current"]["kops_image"] == f"099720109477/{old.name}"


def test_all_releases_are_listed_newest_first(world: World) -> None:
    found = look_up(world, family="bottlerocket", kubernetes_version="1.32", releases=True)
    assert [one["release_version"] for one in found["releases"]] == [
        "1.58.0-c5c37032",
        "1.46.0-431fe75a",
        "1.42.0-5ed15786",
    ]


def test_an_ended_family_is_told(world: World) -> None:
    found = look_up(world, family="al2", kubernetes_version="1.32")
    assert any(
        "no images after 2025-11-26. Move the node group to al2023 or bottlerocket" in one
        for one in found["warnings"]
    )


def test_a_release_that_is_too_young_waits(world: World) -> None:
    publish_al2023(world.account, "1.32", "20260528")
    assert (
        look_up(world, family="al2023", kubernetes_version="1.32")["release_version"]
        == "1.32.9-20260528"
    )
    older = look_up(world, family="al2023", kubernetes_version="1.32", min_age=7)
    assert (older["release_version"], older["parameter"]) == ("1.32.9-20260129", "")
    with pytest.raises(RefusedError, match="younger than min_age"):
        look_up(world, family="al2023", kubernetes_version="1.32", min_age=2000)


def test_what_is_published_but_not_yet_recommended_is_not_taken(world: World) -> None:
    publish_al2023(world.account, "1.32", "20260510", recommended=False)
    publish_al2023(world.account, "1.32", "20260507")
    publish_al2023(world.account, "1.32", "20260415", recommended=False)
    assert (
        look_up(world, family="al2023", kubernetes_version="1.32", min_age=30)["release_version"]
        == "1.32.9-20260415"
    )
    assert (
        look_up(world, family="al2023", kubernetes_version="1.32", min_age=10)["release_version"]
        == "1.32.9-20260507"
    )


def test_a_stale_release_is_refused(world: World) -> None:
    with pytest.raises(RefusedError, match="max_age is 30"):
        look_up(world, family="windows", kubernetes_version="1.32", max_age=30)


def test_an_image_that_is_in_use_is_not_read_again(world: World) -> None:
    reads = []
    for name, group in (("outdated", GROUP), ("current", GROUP)):
        if name == "current":
            move(world, "demo-blue", world.facts["new_image"])
            for instance in world.account.instances.values():
                instance.image_id = world.facts["new_image"]
        world.gate.calls.clear()
        found = look_up(world, compare=group)
        assert found["update_available"] is (name == "outdated")
        reads.append(world.gate.calls["ec2:DescribeImages"])
    assert reads == [2, 1]
