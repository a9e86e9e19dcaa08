# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in use now: of an image, template, group, node group or cluster."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    NotFoundError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.image import (
    Image,
    parse_time,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import KubeCall
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami.current import (
    Current,
    control_plane_version,
    node_versions,
    of_image,
    of_target,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE
from ansible_collections.nodeops.rotator.tests.simulation.world import World


def aws_of(world: World) -> Aws:
    return Aws(aws_call(world.account))


def test_an_image_by_itself_is_in_use_by_no_group(world: World) -> None:
    found = of_image(aws_of(world), world.facts["new_image"])
    assert found.ids == (world.facts["new_image"],)
    assert [image.id for image in found.found] == list(found.ids)
    assert found.instance_ids is None


def test_an_image_that_does_not_exist_is_an_error(world: World) -> None:
    with pytest.raises(NotFoundError, match="Image ami-0123456789abcdef0 does not exist"):
        of_image(aws_of(world), "ami-0123456789abcdef0")


@pytest.mark.parametrize("lagging", [False, True])
def test_a_group_uses_what_its_instances_run_and_what_it_would_launch(
    world: World, lagging: bool
) -> None:
    """If `lagging`, the template launches the new image and no instance runs it."""
    old, new = world.facts["old_image"], world.facts["new_image"]
    if lagging:
        (template,) = world.account.templates.values()
        params: dict[str, Any] = {
            "LaunchTemplateId": template.id,
            "SourceVersion": "1",
            "LaunchTemplateData": {"ImageId": new},
        }
        world.account.call("ec2", "CreateLaunchTemplateVersion", params, "operator")
        world.kernel.advance(world.kernel.now + 30)
    found = of_target(aws_of(world), NamedSource(group=BLUE))
    assert found.ids == (tuple(sorted((old, new))) if lagging else (old,))
    assert [image.id for image in found.found] == ([old, new] if lagging else [old])
    assert found.instance_ids is not None
    assert len(found.instance_ids) == 4
    assert found.gone == ()


def test_a_template_by_itself_has_no_instances(world: World) -> None:
    (template,) = world.account.templates.values()
    found = of_target(aws_of(world), NamedSource(template_id=template.id))
    assert found.ids == (world.facts["old_image"],)
    assert found.instance_ids is None


def test_images_that_ec2_does_not_show_any_more_are_told() -> None:
    there = Image("ami-1", "n", "x86_64", parse_time("2026-05-01T00:00:00Z"))
    assert Current(("ami-0", "ami-1", "ami-2"), (there,)).gone == ("ami-0", "ami-2")
    assert Current(("ami-1",), (there,)).gone == ()


def test_the_versions_of_nodes_are_those_of_the_instances_or_of_all(world: World) -> None:
    call = kube_call(world.cluster)
    everywhere = node_versions(call, None)
    assert len(everywhere) == 1
    assert everywhere[0].startswith("v1.33.")
    ids = tuple(world.account.groups[BLUE].members)
    assert node_versions(call, ids[:1]) == everywhere
    assert node_versions(call, ()) == []
    assert node_versions(call, ("i-of-another-group",)) == []


def test_eks_tells_the_version_of_its_control_plane_without_a_connection(world: World) -> None:
    def connect() -> KubeCall:
        raise AssertionError("nobody has to connect")

    assert control_plane_version(aws_of(world), "demo", connect) == "1.33"


def test_without_eks_the_api_server_is_asked(world: World) -> None:
    found = control_plane_version(aws_of(world), "", lambda: kube_call(world.cluster))
    assert found.startswith("v1.33")


def test_an_api_server_that_cannot_be_reached_is_an_error(world: World) -> None:
    def connect() -> KubeCall:
        raise UnreachableError("no connection")

    with pytest.raises(UnreachableError):
        control_plane_version(aws_of(world), "", connect)
