# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which extended resources and CSI drivers a new node must offer, and lacks."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import CsiNode
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.offers import (
    DRIVER,
    RESOURCE,
    missing_offers,
    offers_all,
    offers_of,
    usual_offers,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_node

GPU, EBS, EFS = "nvidia.com/gpu", "ebs.csi.aws.com", "efs.csi.aws.com"


def drivers(name: str, *found: str, owner: str = "") -> CsiNode:
    return CsiNode(name, f"csi-{name}", frozenset(found), owner)


def test_a_node_offers_its_resources_and_the_drivers_of_its_csinode() -> None:
    node = a_node("a", resources=frozenset((GPU,)))
    assert offers_of(node, {"a": drivers("a", EBS), "b": drivers("b", EFS)}) == {
        f"resource {GPU}",
        f"CSI driver {EBS}",
    }


@pytest.mark.parametrize("owner, counts", [("uid-a", True), ("", True), ("uid-former", False)])
def test_a_csinode_of_a_former_node_of_the_name_does_not_count(owner: str, counts: bool) -> None:
    found = offers_of(a_node("a"), {"a": drivers("a", EBS, owner=owner)})
    assert bool(found) is counts


@pytest.mark.parametrize(
    "with_gpu, number, usual",
    [(0, 3, False), (1, 3, False), (2, 3, True), (3, 3, True), (1, 2, False), (2, 4, False)],
)
def test_usual_is_what_more_than_half_offer(with_gpu: int, number: int, usual: bool) -> None:
    resources = [frozenset((GPU,) if index < with_gpu else ()) for index in range(number)]
    nodes = [a_node(str(index), resources=found) for index, found in enumerate(resources)]
    assert usual_offers(nodes, ()) == ((f"resource {GPU}",) if usual else ())


def test_no_nodes_have_nothing_usual() -> None:
    assert usual_offers((), (drivers("a", EBS),)) == ()


def test_what_of_the_usual_a_node_lacks_is_named() -> None:
    usual = usual_offers(
        [a_node("a", resources=frozenset((GPU,)))], [drivers("a", EBS, EFS), drivers("b", EBS)]
    )
    assert missing_offers(usual, a_node("b"), [drivers("b", EFS)]) == (
        f"CSI driver {EBS}",
        f"resource {GPU}",
    )
    whole = a_node("b", resources=frozenset((GPU, "vendor.example/fpga")))
    assert missing_offers(usual, whole, [drivers("b", EFS, EBS)]) == ()


@pytest.mark.parametrize(
    ("resources", "found", "whole"),
    [
        pytest.param((GPU,), drivers("a", EBS, EFS), True, id="all and more"),
        pytest.param((), drivers("a", EBS), False, id="no resource"),
        pytest.param((GPU,), drivers("a", EFS), False, id="another driver"),
        pytest.param((GPU,), drivers("b", EBS), False, id="the drivers of another node"),
        pytest.param((GPU,), drivers("a", EBS, owner="uid-x"), False, id="of a former node"),
    ],
)
def test_a_node_offers_all_or_lacks_something(
    resources: tuple[str, ...], found: CsiNode, whole: bool
) -> None:
    node, usual = a_node("a", resources=frozenset(resources)), (DRIVER + EBS, RESOURCE + GPU)
    assert offers_all(usual, node, {found.name: found}) is whole
    assert (missing_offers(usual, node, [found]) == ()) is whole
    assert offers_all((), node, {})
