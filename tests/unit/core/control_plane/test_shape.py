# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which control planes have the shape that kops gives them."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    Hardware,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shape import (
    control_groups,
    misshapen,
    serving_groups,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
)
from ansible_collections.nodeops.rotator.tests.unit.core.control_plane.builders import (
    API_SERVERS,
    a_plane_group,
    machines,
    volumes,
)

NODE = {"k8s.io/role/node": "1"}


def test_three_groups_of_one_node_in_three_zones_are_well_shaped() -> None:
    assert misshapen(machines()) == []


def test_api_servers_beside_the_control_plane_serve_with_it_and_have_any_size() -> None:
    beside = a_plane_group("x", tags=API_SERVERS, DesiredCapacity=3, MinSize=2, MaxSize=5)
    nodes = a_plane_group("nodes", tags=NODE)
    found = machines(x=beside, nodes=nodes)
    assert misshapen(found) == []
    assert [group.name for group in control_groups(found.groups)] == ["a", "b", "c"]
    assert [group.name for group in serving_groups(found.groups)] == ["a", "b", "c", "x"]


def test_workers_and_bastions_of_the_cluster_do_not_count() -> None:
    more = {
        "nodes": a_plane_group("nodes", tags=NODE, MaxSize=9),
        "bastions": a_plane_group("bastions", tags={"k8s.io/role/bastion": "1"}),
    }
    assert misshapen(machines(**more)) == []
    assert [group.name for group in control_groups(machines(**more).groups)] == ["a", "b", "c"]


def test_three_nodes_in_two_zones_are_ordinary() -> None:
    found = machines(c=a_plane_group("c", AvailabilityZones=["b"]))
    own = [dataclasses.replace(one, zone="b") if one.zone == "c" else one for one in volumes()]
    assert misshapen(dataclasses.replace(found, volumes=tuple(own))) == []


@pytest.mark.parametrize(
    ("group", "words"),
    [
        (a_plane_group("c", MaxSize=2), "c has the sizes 1/1/2 instead of 1/1/1"),
        (a_plane_group("c", MinSize=0), "c has the sizes 0/1/1 instead of 1/1/1"),
        (
            a_plane_group("c", DesiredCapacity=0, MinSize=0),
            "c has the sizes 0/0/1 instead of 1/1/1",
        ),
        (
            a_plane_group("c", AvailabilityZones=["b", "c"]),
            "c launches in 2 zones instead of one",
        ),
        (
            a_plane_group("c", tags={"k8s.io/role/etcd": "1"}),
            "the role of instance group c is not known (etcd)",
        ),
        (a_plane_group("c", tags={}), "the role of instance group c is not known (none)"),
    ],
)
def test_a_group_of_another_shape_is_named(group: DescribedGroup, words: str) -> None:
    assert words in misshapen(machines(c=group))


def test_a_single_node_is_an_outage_of_the_api() -> None:
    (why,) = misshapen(machines("a"))
    assert why.startswith("it has one node, and without that the API")


def test_no_group_at_all_is_no_control_plane() -> None:
    assert misshapen(Hardware())[0] == "no control plane group of it is found"


def test_without_volumes_nothing_is_known_of_etcd() -> None:
    found = dataclasses.replace(machines(), volumes=())
    assert misshapen(found) == ["no volume of etcd is found"]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("ab", "etcd cluster main has 2 volumes for 3 control plane groups"),
        ("abcd", "etcd cluster main has 4 volumes for 3 control plane groups"),
    ],
)
def test_each_etcd_cluster_has_a_volume_for_each_group(names: str, words: str) -> None:
    found = dataclasses.replace(machines(), volumes=tuple(volumes(names)))
    assert words in misshapen(found)


def test_a_volume_too_few_counts_whatever_its_tag_says_of_the_others() -> None:
    found = dataclasses.replace(machines(), volumes=tuple(volumes()[1:]))
    assert misshapen(found) == ["etcd cluster main has 2 volumes for 3 control plane groups"]


def test_volumes_are_in_the_zones_of_the_groups() -> None:
    moved = [dataclasses.replace(one, zone="z") if one.zone == "c" else one for one in volumes()]
    found = dataclasses.replace(machines(), volumes=tuple(moved))
    assert misshapen(found) == [
        "the volumes of etcd cluster events are in a, b, z",
        "the volumes of etcd cluster main are in a, b, z",
    ]


def test_one_node_is_a_shape_where_an_outage_is_allowed() -> None:
    found = machines()
    own = found.groups[:1]
    zone = own[0].zones[0]
    volumes = tuple(
        dataclasses.replace(one, members=1) for one in found.volumes if one.zone == zone
    )
    single = dataclasses.replace(found, groups=own, volumes=volumes)
    (why,) = misshapen(single)
    assert "it has one node" in why
    assert "allow_api_outage" in why
    assert misshapen(single, outage_allowed=True) == []
    assert misshapen(found, outage_allowed=True) == []
