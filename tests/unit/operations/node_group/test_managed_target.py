# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the nodes of a managed node group are to run is resolved once."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    NotFoundError,
    RefusedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    SOURCE_VERSION,
    ManagedTarget,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.node_group import (
    managed_target,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.aws import build as aws
from ansible_collections.nodeops.rotator.tests.simulation.aws.catalogue import publish_al2023
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.managed import ManagedNodes
from ansible_collections.nodeops.rotator.tests.simulation.nodegroup import NEW, OLD, BuiltNodegroup
from ansible_collections.nodeops.rotator.tests.simulation.world import World

NOW = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)


def resolved(world: World, **options: Any) -> ManagedTarget:
    wanted = managed_target.WantedRelease(world.name, "web", **options)
    call = Aws(aws_call(world.account))
    return managed_target.resolve_target(call, wanted, NOW, lambda: kube_call(world.cluster, "run"))


@pytest.fixture
def own() -> World:
    """A node group whose launch template names the image."""
    world = World(Kernel())
    image = aws.add_image(world.account, "own").id
    aws.add_subnets(world.account)
    aws.add_eks_cluster(world.account, world.name)
    alias = {"ImageId": "resolve:ssm:/own/image"}
    template = aws.add_template(world.account, "own", [{"ImageId": image}])
    ManagedNodes(world).add("web", 1, "x", image, template, ami_type="CUSTOM")
    for data in (alias, {"InstanceType": "m5.large"}):
        params = {"LaunchTemplateId": template.id, "LaunchTemplateData": data}
        world.account.call("ec2", "CreateLaunchTemplateVersion", params, "operator")
    world.begin()
    return world


def test_by_default_it_is_the_recommended_release_of_the_version_in_use() -> None:
    built = BuiltNodegroup()
    assert resolved(built.world) == ManagedTarget(NEW, built.new)


def test_a_release_that_is_named_has_its_image() -> None:
    built = BuiltNodegroup()
    assert resolved(built.world, release_version=OLD) == ManagedTarget(OLD, built.old)
    given = resolved(built.world, release_version="r", image_id="ami-1")
    assert given == ManagedTarget("r", "ami-1")


def test_the_release_that_the_node_group_has_may_be_meant() -> None:
    built = BuiltNodegroup()
    assert resolved(built.world, release_version="current") == ManagedTarget(OLD, built.old)


def test_after_a_failed_update_it_is_the_release_that_instances_run() -> None:
    built = BuiltNodegroup(max_unavailable=0)
    built.update(releaseVersion=NEW)
    built.until("upgrade")
    built.go(3600)
    assert (built.web.status, built.web.release_version) == ("ACTIVE", OLD)
    assert built.images() == {built.old, built.new}
    assert resolved(built.world, release_version="current") == ManagedTarget(NEW, built.new)


def test_a_minor_upgrade_that_failed_is_led_on_too() -> None:
    built = BuiltNodegroup()
    built.web.version, built.web.release_version = "1.32", "1.32.9-20260401"
    before = publish_al2023(built.world.account, "1.32", "20260401")[0]
    member = next(iter(built.group.members))
    built.world.account.instances[member].image_id = before.id
    target = resolved(built.world, release_version="current")
    assert (target.version, target.image_id) == ("1.33", built.old)


def test_a_later_minor_counts_more_than_a_later_hour() -> None:
    """Images of two minors are published minutes apart, in any order."""
    built = BuiltNodegroup()
    upgraded = publish_al2023(built.world.account, "1.34", "20260422")[0]
    upgraded.created = "2026-04-22T00:00:00.000Z"
    assert upgraded.created < built.world.account.images[built.old].created
    member = next(iter(built.group.members))
    built.world.account.instances[member].image_id = upgraded.id
    built.world.account.eks_clusters[built.world.name].version = "1.34"
    target = resolved(built.world, release_version="current")
    assert (target.version, target.image_id) == ("1.34", upgraded.id)


def test_an_image_that_is_newer_and_of_no_known_release_is_refused() -> None:
    built = BuiltNodegroup()
    strange = aws.add_image(built.world.account, "strange", created="2026-05-30T00:00:00.000Z")
    member = next(iter(built.group.members))
    built.world.account.instances[member].image_id = strange.id
    with pytest.raises(RefusedError, match="newer than its release .* and of no known release"):
        resolved(built.world, release_version="current")


def test_a_template_version_that_nodes_run_counts_more_than_an_older_one_on_record(
    own: World,
) -> None:
    (node,) = own.cluster.objects("nodes")
    own.cluster.change("nodes", node, {"metadata": {"labels": {SOURCE_VERSION: "2"}}})
    with pytest.raises(RefusedError, match="Version 2 .* by an SSM parameter"):
        resolved(own)
    assert resolved(own, launch_template_version="1").template_version == "1", "it is asked for"


def test_a_plan_takes_the_image_of_a_version_that_would_be_made(own: World) -> None:
    assert resolved(own, image_id="ami-1", plan=True) == ManagedTarget("", "ami-1")
    assert resolved(own, image_id="ami-1").image_id != "ami-1"


def test_a_minor_version_is_part_of_the_target_only_where_it_is_another_one() -> None:
    built = BuiltNodegroup()
    built.web.version = "1.32"
    target = resolved(built.world, kubernetes_version="1.33")
    assert (target.version, target.image_id) == ("1.33", built.new)
    built.web.version = "1.33"
    assert resolved(built.world, kubernetes_version="1.33").version == ""


def test_an_image_of_its_own_is_that_of_the_template_version(own: World) -> None:
    target = resolved(own)
    assert (target.release_version, target.template_version) == ("", "1")
    assert target.image_id in own.account.images
    assert resolved(own, launch_template_version="1") == target


@pytest.mark.parametrize(
    ("options", "kind", "why"),
    [
        ({"launch_template_version": "2"}, RefusedError, "by an SSM parameter"),
        ({"launch_template_version": "$Latest"}, RefusedError, "names no image"),
        ({"launch_template_version": "9"}, NotFoundError, "no version 9"),
        ({"launch_template_version": "$Default"}, RefusedError, "older than version 3"),
        ({"release_version": "r"}, InputError, "an image of its own"),
        ({"kubernetes_version": "1.33"}, InputError, "an image of its own"),
    ],
)
def test_what_eks_does_not_take_is_refused(
    own: World, options: Any, kind: type[RotatorError], why: str
) -> None:
    web = own.account.eks_clusters[own.name].nodegroups["web"]
    if options.get("launch_template_version") == "$Default":
        web.template = {**(web.template or {}), "version": "3"}
    with pytest.raises(kind, match=why):
        resolved(own, **options)


def test_a_template_version_needs_a_template() -> None:
    with pytest.raises(InputError, match="no launch template of its own"):
        resolved(BuiltNodegroup().world, launch_template_version="1")


def test_an_ami_type_that_is_not_known_needs_a_release_and_an_image() -> None:
    built = BuiltNodegroup(ami_type="NEW_TYPE")
    with pytest.raises(InputError, match="Give release_version and image_id"):
        resolved(built.world)
