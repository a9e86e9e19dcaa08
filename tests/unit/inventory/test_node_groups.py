# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name the inventory hosts of node groups and set their variables."""

from __future__ import annotations

import dataclasses
import inspect
import re

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.plugins import inventory
from ansible.template import Templar, is_trusted_as_template
from ansible_collections.amazon.aws.plugins.plugin_utils import inventory as aws_inventory

from ansible_collections.nodeops.rotator.plugins.inventory import node_groups
from ansible_collections.nodeops.rotator.plugins.inventory.node_groups import _load, plain
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.identity import (
    NodeGroup,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.hosts import (
    make_variables,
    name_hosts,
)

BLUE = NodeGroup(
    "shop",
    "eu-west-1",
    "shop-blue",
    zones=("eu-west-1a",),
    instance_types=("m6i.large",),
    tags={"team": "web"},
    account="123456789012",
)


def names(*found: NodeGroup) -> list[str]:
    return [name for name, _node_group in name_hosts(found)]


def test_a_host_has_the_name_of_its_auto_scaling_group() -> None:
    assert names(BLUE) == ["shop-blue"]


def test_a_managed_node_group_has_the_names_of_cluster_and_node_group() -> None:
    assert names(NodeGroup("shop", "eu-west-1", "eks-web-8cc1a2b3", nodegroup="web")) == [
        "shop-web"
    ]


def test_a_name_used_in_two_regions_gets_the_region_appended() -> None:
    other = dataclasses.replace(BLUE, region="us-east-1")
    assert names(BLUE, other, dataclasses.replace(BLUE, group="green")) == [
        "shop-blue.eu-west-1",
        "shop-blue.us-east-1",
        "green",
    ]


@pytest.mark.parametrize(
    ("group", "name"), [("a b", "a_b"), ("a:b,c", "a_b_c"), ("web[1]", "web_1_")]
)
def test_characters_of_host_patterns_are_replaced_in_names(group: str, name: str) -> None:
    assert names(dataclasses.replace(BLUE, group=group)) == [name]


def test_variables_describe_the_node_group() -> None:
    assert make_variables(BLUE) == {
        "eks_cluster": "shop",
        "cluster_name": "shop",
        "region": "eu-west-1",
        "aws_account_id": "123456789012",
        "autoscaling_group_name": "shop-blue",
        "node_group_kind": "self_managed",
        "zones": ["eu-west-1a"],
        "instance_types": ["m6i.large"],
        "node_group_labels": {},
        "node_group_tags": {"team": "web"},
    }


def test_a_managed_node_group_has_the_variable_eks_nodegroup() -> None:
    variables = make_variables(
        dataclasses.replace(BLUE, nodegroup="web", tags={"eks:nodegroup-name": "web"})
    )
    assert (variables["node_group_kind"], variables["eks_nodegroup"]) == ("eks_managed", "web")


KOPS = NodeGroup(
    "blue.example.com",
    "eu-west-1",
    "bastions.blue.example.com",
    tags={"kops.k8s.io/instancegroup": "bastions", "k8s.io/role/bastion": "1"},
)


def test_an_instance_group_has_the_names_of_kops_instead_of_those_of_eks() -> None:
    variables = make_variables(KOPS)
    assert variables["kops_cluster"] == variables["cluster_name"] == "blue.example.com"
    assert variables["kops_instance_group"] == "bastions"
    assert (variables["node_group_kind"], variables["node_group_role"]) == ("kops", "bastion")
    assert not {"eks_cluster", "eks_nodegroup"} & set(variables)


@pytest.mark.parametrize("group", ["kops", "bastion", "cluster_blue.example.com"])
def test_no_host_has_the_name_of_a_group_of_kops(group: str) -> None:
    assert names(KOPS, dataclasses.replace(BLUE, group=group))[1] == f"{group}.eu-west-1"


def test_a_cached_node_group_is_read_back_unchanged() -> None:
    kept = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in dataclasses.asdict(BLUE).items()
    }
    assert _load(kept) == BLUE


def test_host_names_are_unique() -> None:
    """Names may collide with a managed node group's.

    So they may after characters are replaced.
    """
    managed = dataclasses.replace(BLUE, group="eks-blue-0ac1", nodegroup="blue")
    found = [BLUE, managed, *(dataclasses.replace(BLUE, group=name) for name in ("a b", "a,b"))]
    assert len(set(names(*found))) == len(found)
    assert names(BLUE, managed) == [
        "shop-blue.eu-west-1.shop.shop-blue",
        "shop-blue.eu-west-1.shop.eks-blue-0ac1",
    ]


def test_a_name_with_its_region_does_not_collide_with_another_group() -> None:
    other = dataclasses.replace(BLUE, region="us-east-1")
    third = dataclasses.replace(BLUE, group="shop-blue.us-east-1")
    found = names(BLUE, other, third)
    assert len(set(found)) == 3


@pytest.mark.parametrize(
    "group", ["all", "ungrouped", "node_groups", "self_managed", "cluster_shop"]
)
def test_no_host_has_the_name_of_an_inventory_group(group: str) -> None:
    assert names(dataclasses.replace(BLUE, group=group)) == [f"{group}.eu-west-1"]


def test_equal_names_in_two_accounts_get_the_account_appended_at_last() -> None:
    ours = make_variables(BLUE)
    other = dataclasses.replace(BLUE, account="210987654321")
    assert name_hosts([BLUE], {"shop-blue": ours}) == [("shop-blue", BLUE)]
    assert [name for name, _group in name_hosts([other], {"shop-blue": ours})] == [
        "shop-blue.eu-west-1"
    ]
    shown = {"shop-blue.eu-west-1.shop.shop-blue": ours, "shop-blue.eu-west-1.shop": ours}
    taken = {"shop-blue": ours, "shop-blue.eu-west-1": ours, **shown}
    assert [name for name, _group in name_hosts([other], taken)] == [
        "shop-blue.eu-west-1.shop.shop-blue.210987654321"
    ]


def test_a_node_group_that_was_found_twice_is_one_host() -> None:
    """As in a Region that is named twice."""
    assert names(BLUE, dataclasses.replace(BLUE, zones=())) == ["shop-blue"]


def test_one_group_of_two_clusters_is_two_hosts() -> None:
    other = dataclasses.replace(BLUE, cluster="search")
    assert names(BLUE, other) == ["shop-blue.eu-west-1.shop", "shop-blue.eu-west-1.search"]
    alike = (
        dataclasses.replace(BLUE, cluster="shop one"),
        dataclasses.replace(BLUE, cluster="shop:one"),
    )
    first, second = names(*alike)
    assert first != second, "even where their names become alike"


def test_a_host_that_another_file_only_names_is_the_same_one() -> None:
    """A static inventory may put node groups into groups of its own."""
    assert names_with({"shop-blue": {}}) == ["shop-blue"]
    assert names_with({"shop-blue": {"region": "eu-west-1"}}) == ["shop-blue"]
    assert names_with({"shop-blue": {"region": "us-east-1"}}) == ["shop-blue.eu-west-1"]


def names_with(present: dict[str, dict[str, str]]) -> list[str]:
    return [name for name, _node_group in name_hosts([BLUE], present)]


def test_no_host_has_the_name_of_a_group_of_another_file() -> None:
    assert [name for name, _group in name_hosts([BLUE], groups=["shop-blue"])] == [
        "shop-blue.eu-west-1"
    ]


def test_no_documented_option_is_dropped() -> None:
    """Each is read by the plugin, or by the base classes whose fragments document it."""
    documentation = yaml.safe_load(node_groups.DOCUMENTATION)
    own = set(documentation["options"]) - {"plugin"}
    constructed = {"strict", "compose", "groups", "keyed_groups", "use_extra_vars"}
    read = set(re.findall(r'get_option\("(\w+)"\)', inspect.getsource(node_groups)))
    assert (own | constructed) - read == set()
    bases = inspect.getsource(inventory) + inspect.getsource(aws_inventory)
    for option in ("leading_separator", "cache", "cache_plugin", "assume_role_arn"):
        assert f"'{option}'" in bases or f'"{option}"' in bases


@pytest.mark.parametrize("text", ["prod", "a: b", "#1", "{ }"])
def test_a_text_without_a_template_is_listed_as_a_string(text: str) -> None:
    assert is_trusted_as_template(plain({"key": [text]})["key"][0])


@pytest.mark.parametrize(
    "text",
    [
        "{{ 1 + 1 }}",
        "{% if true %}x{% endif %}",
        "{# a comment #}",
        "#jinja2: variable_start_string:'[[' , variable_end_string:']]'\n[[ 1 + 1 ]]",
    ],
)
def test_what_aws_returns_is_never_a_template(text: str) -> None:
    value = plain({"key": [text]})["key"][0]
    assert not is_trusted_as_template(value)
    assert Templar(DataLoader()).template(value) == text
