# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a lookup gets its Kubernetes version; golden images, and refusals."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    InputError,
    NotFoundError,
    RefusedError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.request import Search
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami.lookup import Lookup
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.aws import build
from ansible_collections.nodeops.rotator.tests.simulation.aws.catalogue import (
    publish_al2,
)
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import small
from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.operations.ami.test_lookup import (
    GROUP,
    NOW,
    look_up,
)


def test_by_default_the_version_is_the_nodes_own(world: World) -> None:
    found = look_up(world, compare=GROUP, eks_cluster="demo")
    assert (
        found["kubernetes_version"],
        found["kubernetes_version_source"],
        found["control_plane_version"],
    ) == ("1.33", "nodes", "1.33")
    assert found["update_available"]
    assert found["image_id"] == world.facts["new_image"]
    assert (found["behind_days"], found["current"]["image_id"]) == (31, world.facts["old_image"])
    assert found["current_image_ids"] == [world.facts["old_image"]]


def test_an_upgraded_control_plane_is_no_minor_upgrade_of_the_nodes(world: World) -> None:
    world.account.eks_clusters["demo"].version = "1.34"
    assert look_up(world, compare=GROUP, eks_cluster="demo")["kubernetes_version"] == "1.33"
    asked = look_up(world, compare=GROUP, eks_cluster="demo", kubernetes_version="control_plane")
    assert (asked["kubernetes_version"], asked["kubernetes_version_source"]) == (
        "1.34",
        "control_plane",
    )


def test_without_kubernetes_the_images_name_says_the_version(world: World) -> None:
    found = look_up(world, connected=False, compare=GROUP)
    assert (found["kubernetes_version"], found["kubernetes_version_source"], found["warnings"]) == (
        "1.33",
        "image",
        [],
    )
    told = look_up(world, connected=False, compare=GROUP, eks_cluster="demo")
    assert "The nodes could not be asked for their version" in told["warnings"][0]


def test_only_the_nodes_asked_for_by_name_have_to_answer(world: World) -> None:
    with pytest.raises(UnreachableError, match="Cannot reach the Kubernetes API server"):
        look_up(world, connected=False, compare=GROUP, kubernetes_version="nodes")


def test_nodes_of_another_cluster_do_not_count(world: World) -> None:
    other = small.furnish(World(Kernel(seed=2), name="other"))
    found = Lookup(
        Aws(aws_call(world.account)), Search(compare=GROUP), NOW, lambda: kube_call(other.cluster)
    ).run()
    assert found["kubernetes_version_source"] == "image"


def test_nodes_of_several_minors_are_refused(world: World) -> None:
    node = next(iter(world.cluster.objects("nodes")))
    world.cluster.change(
        "nodes", node, {"status": {"nodeInfo": {"kubeletVersion": "v1.32.9-eks-1"}}}
    )
    for asked in ("", "nodes"):
        with pytest.raises(
            RefusedError,
            match=r"The nodes of the node group run several Kubernetes versions: 1\.32, 1\.33",
        ):
            look_up(world, compare=GROUP, kubernetes_version=asked)


def test_skew_is_refused(world: World) -> None:
    with pytest.raises(RefusedError, match=r"1\.34 is newer than the control plane \(1\.33\)"):
        look_up(world, compare=GROUP, eks_cluster="demo", kubernetes_version="1.34")
    with pytest.raises(RefusedError, match=r"1\.32 is older than the nodes \(1\.33\)"):
        look_up(world, compare=GROUP, eks_cluster="demo", kubernetes_version="1.32")
    assert (
        look_up(world, compare=GROUP, kubernetes_version="1.32", allow_downgrade=True)[
            "kubernetes_version"
        ]
        == "1.32"
    )


def test_a_managed_node_group_is_compared_by_its_instances(world: World) -> None:
    cluster = world.account.eks_clusters["demo"]
    build.add_nodegroup(cluster, "managed", world.account.groups["demo-blue"], "1.33.5-20260422")
    target = NamedSource(eks_cluster="demo", eks_nodegroup="managed")
    found = look_up(world, connected=False, compare=target)
    assert (found["kubernetes_version_source"], found["update_available"]) == ("nodegroup", True)
    with pytest.raises(InputError, match="Node group managed needs its cluster. Set eks_cluster"):
        look_up(world, compare=NamedSource(eks_nodegroup="managed"))


def test_variant_and_architecture_come_from_what_is_in_use(world: World) -> None:
    arm = publish_al2(world.account, "1.32", "20251103", recommended=False)[1]
    template = build.add_template(
        world.account, "arm", [{"ImageId": arm.id, "InstanceType": "m6g.large"}]
    )
    found = look_up(world, compare=NamedSource(template_id=template.id, version="$Latest"))
    assert (found["name"], found["kubernetes_version_source"]) == (
        "amazon-eks-arm64-node-1.32-v20251120",
        "image",
    )
    to_al2023 = look_up(
        world, compare=NamedSource(template_id=template.id, version="$Latest"), family="al2023"
    )
    assert to_al2023["name"] == "amazon-eks-node-al2023-arm64-standard-1.32-v20260129"


def test_the_newest_is_not_behind(world: World) -> None:
    found = look_up(world, connected=False, compare_image=world.facts["new_image"])
    assert (found["update_available"], found["behind_days"]) == (False, 0)


def test_a_template_that_is_ahead_of_its_instances_leaves_an_update_due(world: World) -> None:
    data = {"ImageId": world.facts["new_image"], "InstanceType": "m6i.large"}
    params = {"LaunchTemplateName": "demo-blue", "LaunchTemplateData": data}
    world.account.call("ec2", "CreateLaunchTemplateVersion", params)
    world.kernel.advance(60)
    found = look_up(world, compare=GROUP)
    assert found["update_available"]
    assert len(found["current_image_ids"]) == 2


def test_an_image_that_is_gone_leaves_an_update_due(world: World) -> None:
    del world.account.images[world.facts["old_image"]]
    found = look_up(world, compare=GROUP, family="al2023")
    assert found["update_available"]
    assert found["current"] is None


def golden(world: World, name: str, created: str, stage: str = "released", **more: Any) -> str:
    return build.add_image(world.account, name, created=created, tags={"stage": stage}, **more).id


def test_golden_images_are_found_by_name_tag_and_filter(world: World) -> None:
    golden(world, "golden-7", "2026-05-01T00:00:00.000Z")
    newest = golden(world, "golden-8", "2026-05-08T00:00:00.000Z")
    golden(world, "golden-9", "2026-05-15T00:00:00.000Z", stage="test")
    golden(world, "golden-9-arm", "2026-05-16T00:00:00.000Z", architecture="arm64")
    golden(world, "golden-99", "2026-05-17T00:00:00.000Z", owner="111122223333")
    found = look_up(world, family="custom", name_pattern="golden-*", tags={"stage": "released"})
    assert (found["image_id"], found["family"], found["kubernetes_version_source"]) == (
        newest,
        "custom",
        "none",
    )
    assert look_up(world, family="custom", filters={"name": ["golden-7"]})["name"] == "golden-7"
    foreign = look_up(world, family="custom", name_pattern="golden-*", owners=("111122223333",))
    assert foreign["name"] == "golden-99"


@pytest.mark.parametrize(
    ("asked", "kind", "complaint"),
    [
        (
            {"family": "custom", "name_pattern": "silver-*"},
            NotFoundError,
            "No image of self matches: state = available; architecture = x86_64; name = silver-*",
        ),
        ({"family": "custom"}, InputError, "Set name_pattern, tags or filters"),
        (
            {"family": "custom", "name_pattern": "g*", "release_version": "7"},
            InputError,
            "Pin a custom image by its name_pattern",
        ),
        (
            {"family": "al2023", "kubernetes_version": "1.99"},
            NotFoundError,
            "There are images for Kubernetes 1.31, 1.32, 1.33, 1.34",
        ),
        (
            {"family": "al2", "kubernetes_version": "1.33"},
            NotFoundError,
            "There are images for Kubernetes 1.31, 1.32",
        ),
        (
            {"family": "al2023", "kubernetes_version": "latest"},
            InputError,
            "'latest' is not a Kubernetes version. Write it as 1.31 (quoted)",
        ),
        (
            {"family": "al2023"},
            InputError,
            "Set kubernetes_version, or compare_to with a node group",
        ),
        (
            {"family": "al2023", "kubernetes_version": "1.32", "release_version": "20200101"},
            NotFoundError,
            "The newest are: 1.32.9-20260129, 1.32.9-20251217",
        ),
        (
            {
                "family": "al2023",
                "kubernetes_version": "1.32",
                "release_version": "1.32.1-20260129",
            },
            NotFoundError,
            "There is no release 1.32.1-20260129",
        ),
        (
            {"family": "gentoo", "kubernetes_version": "1.32"},
            InputError,
            "Choose one of: al2023, al2, bottlerocket, ubuntu, windows, ubuntu_server, debian,",
        ),
        (
            {"compare_image": "ami-0123456789abcdef0"},
            NotFoundError,
            "Image ami-0123456789abcdef0 does not exist in this region",
        ),
        (
            {"eks_cluster": "shop", "kubernetes_version": "control_plane"},
            NotFoundError,
            "No cluster found for name: shop",
        ),
    ],
)
def test_what_cannot_be_found_says_what_there_is(
    world: World, asked: dict[str, Any], kind: type[Exception], complaint: str
) -> None:
    with pytest.raises(kind) as caught:
        look_up(world, **asked)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_golden_image_in_use_wants_its_family_said(world: World) -> None:
    image = golden(world, "golden-7", "2026-05-01T00:00:00.000Z")
    with pytest.raises(
        InputError, match=r"\(golden-7\) is of none of the published families. Set family: custom"
    ):
        look_up(world, compare_image=image)


@pytest.mark.parametrize(("name", "value"), [("min_age", -1), ("max_age", -5)])
def test_negative_ages_are_refused(name: str, value: int) -> None:
    with pytest.raises(InputError, match=f"{name} is {value}"):
        Search(**{name: value})


def test_no_permission_names_the_action(world: World) -> None:
    world.account.denied.append(("reader", "ssm:GetParameters"))
    with pytest.raises(ForbiddenError, match="Allow GetParameters in the caller's IAM policy"):
        look_up(world, actor="reader", family="al2023", kubernetes_version="1.32")


def test_a_lookup_writes_nothing(world: World) -> None:
    look_up(world, compare=GROUP, eks_cluster="demo", releases=True)
    assert all(
        name.split(":")[1].startswith(("Describe", "Get", "list", "GET"))
        for name in world.account.gate.calls
    )
