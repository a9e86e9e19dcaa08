# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images by the names that instance groups give them."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    NotFoundError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.images import (
    find_image,
    fitting_image,
    name_of,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws import build
from ansible_collections.nodeops.rotator.tests.unit.operations.kops.conftest import KopsCluster

PARAMETER = "/aws/service/canonical/ubuntu/server/24.04/stable/current/{}/hvm/ebs-gp3/ami-id"


def test_an_image_is_found_by_id_name_and_parameter(cluster: KopsCluster) -> None:
    new = cluster.world.facts["new_image"]
    texts = (new, cluster.named("new_image"), f"ssm:{PARAMETER.format('amd64')}")
    assert [find_image(cluster.aws, text).id for text in texts] == [new] * 3


def test_of_several_images_of_a_name_the_newest_is_meant(cluster: KopsCluster) -> None:
    account = cluster.world.account
    build.add_image(account, "golden", created="2026-01-01T00:00:00.000Z")
    newest = build.add_image(account, "golden", created="2026-02-01T00:00:00.000Z")
    assert find_image(cluster.aws, f"{account.id}/golden").id == newest.id


@pytest.mark.parametrize(
    "text", ["ami-0123456789abcdef0", "123456789012/none", "000000000000/golden", "ssm:/none"]
)
def test_an_image_that_is_not_there_is_an_error(cluster: KopsCluster, text: str) -> None:
    build.add_image(cluster.world.account, "golden")
    with pytest.raises(NotFoundError):
        find_image(cluster.aws, text)


def test_an_image_that_fits_is_taken_as_it_is(cluster: KopsCluster) -> None:
    text = cluster.named("new_image")
    found, image = fitting_image(cluster.aws, text, ["m6i.large", "t3.medium"], "nodes-a")
    assert (found, image.id) == (text, cluster.world.facts["new_image"])


def test_a_group_of_another_architecture_gets_the_twin_of_the_name(cluster: KopsCluster) -> None:
    found, image = fitting_image(cluster.aws, cluster.named("new_image"), ["m6g.large"], "arm")
    assert image.architecture == "arm64"
    assert found == cluster.named("new_image").replace("amd64", "arm64")


def test_the_twin_of_an_id_is_an_id_and_that_of_a_parameter_one(cluster: KopsCluster) -> None:
    new = cluster.world.facts["new_image"]
    found, image = fitting_image(cluster.aws, new, ["m6g.large"], "arm")
    assert (found, image.architecture) == (image.id, "arm64")
    text = f"ssm:{PARAMETER.format('amd64')}"
    found, again = fitting_image(cluster.aws, text, ["m6g.large"], "arm")
    assert (found, again) == (f"ssm:{PARAMETER.format('arm64')}", image)


def test_without_a_twin_the_image_is_refused(cluster: KopsCluster) -> None:
    golden = build.add_image(cluster.world.account, "golden-amd64")
    with pytest.raises(RefusedError, match="no image of the same name"):
        fitting_image(cluster.aws, golden.id, ["m6g.large"], "arm")


def test_a_group_of_two_architectures_is_refused(cluster: KopsCluster) -> None:
    with pytest.raises(RefusedError, match="different architectures"):
        fitting_image(cluster.aws, cluster.named("new_image"), ["m6g.large", "m6i.large"], "mix")


def test_an_image_that_is_not_available_is_refused(cluster: KopsCluster) -> None:
    cluster.world.account.images[cluster.world.facts["new_image"]].state = "pending"
    with pytest.raises(RefusedError, match="pending"):
        fitting_image(cluster.aws, cluster.world.facts["new_image"], ["m6i.large"], "nodes-a")


def test_the_name_of_an_image_is_that_of_owner_and_image(cluster: KopsCluster) -> None:
    old = cluster.world.facts["old_image"]
    assert name_of(cluster.aws, old) == cluster.named("old_image")
    assert name_of(cluster.aws, "ami-0123456789abcdef0") == "ami-0123456789abcdef0"
