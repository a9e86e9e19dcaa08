# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the variables of hosts say about the line."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.line import LinePlace
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.rings import Ring
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.standing import Standing
from ansible_collections.nodeops.rotator.plugins.plugin_utils import line_states

SHOP = {"cluster_name": "shop", "region": "eu-west-1", "aws_account_id": "1"}
CLOSED = {"days": ["mon"], "start": "22:00", "end": "04:00"}
DONE = {
    "_rotation_done": True,
    "_line_ended": "1000.5",
    "_rotate_result": {"changed": True, "replaced": 2, "left_outdated": []},
    "_verify_info": {"nodes": [{"age": 90}, {"age": 30}]},
}


def found(hosts: dict[str, dict[str, Any]], *rings: Ring) -> list[LinePlace]:
    """The members of these hosts."""
    groups = {"all": list(hosts), "ungrouped": [], "stage": [h for h in hosts if h[0] == "s"]}
    variables = {"hostvars": hosts, "groups": groups}
    return line_states.members(hosts, rings, variables)


def test_a_host_says_its_ring_and_its_cluster() -> None:
    assert found({"blue": {**SHOP, "ring": "dev"}}, Ring("dev")) == [
        LinePlace("blue", "shop, eu-west-1, 1", "dev")
    ]


def test_a_ring_may_name_its_hosts() -> None:
    hosts = {"s1": {**SHOP, "ring": "dev"}, "d1": {"ring": "dev"}, "x1": {}}
    rings = [member.ring for member in found(hosts, Ring("dev"), Ring("staging", "stage"))]
    assert rings == ["staging", "dev", ""]


def test_a_host_that_two_rings_name_is_refused() -> None:
    with pytest.raises(InputError, match="s1 is in the rings a and b"):
        found({"s1": SHOP}, Ring("a", "stage"), Ring("b", "s*"))


@pytest.mark.parametrize(
    ("variables", "cluster"),
    [
        (SHOP, "shop, eu-west-1, 1"),
        ({"eks_cluster": "bank", "region": "eu-west-1"}, "bank, eu-west-1"),
        ({"kops_cluster": "k.example.com"}, "k.example.com"),
        ({"region": "eu-west-1"}, "blue, eu-west-1"),
    ],
)
def test_a_cluster_is_known_by_name_region_and_account(
    variables: dict[str, str], cluster: str
) -> None:
    assert line_states.cluster_of(variables, "blue") == cluster


def test_an_image_that_may_change_in_the_middle_of_the_line_is_refused() -> None:
    named = {**SHOP, "ring": "dev", "prepare_image_id": "resolve:ssm:/golden"}
    with pytest.raises(InputError, match="may be another image in a later ring"):
        found({"blue": named}, Ring("dev"))
    assert found({"blue": {**named, "prepare_image_id": "ami-1"}}, Ring("dev"))


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ({"rotate_max_surg": 1}, "policy of ring dev has rotate_max_surg, which is no variable"),
        ({"rotation_hosts": "all"}, "which is no variable of the roles"),
        ({"rotate_soak": "long"}, "In the policy of ring dev: rotate_soak is 'long'"),
    ],
)
def test_a_policy_has_right_variables_of_the_roles(policy: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        line_states.check_policies([Ring("dev", policy=policy)])


def test_a_policy_may_have_any_variable_of_the_roles() -> None:
    policy = {"rotate_max_surge": "25%", "prepare_ami_min_age": 7, "verify_retries": 3}
    line_states.check_policies([Ring("dev", policy=policy)])


def test_what_was_rotated_and_verified_is_done() -> None:
    assert line_states.state_of(DONE) == Standing(
        done=True, ended=1000.5, changed=True, youngest=30.0, left=0
    )


def test_what_no_role_has_run_for_is_not_done() -> None:
    assert line_states.state_of({}) == Standing()


def test_outdated_nodes_that_were_left_are_counted() -> None:
    left = {**DONE, "_rotate_result": {"left_outdated": [{"instance_id": "i-1"}]}}
    assert line_states.state_of(left).left == 1


def test_a_node_whose_age_is_not_known_may_be_new() -> None:
    unknown = {**DONE, "_verify_info": {"nodes": [{"age": 90}, {"age": None}]}}
    assert line_states.state_of(unknown).youngest == 0.0
    assert line_states.state_of({**DONE, "_verify_info": {"nodes": []}}).youngest is None


def test_failures_are_told() -> None:
    assert line_states.state_of({"_line_failed": "No."}).failed == "No."
    assert line_states.state_of({"_line_passed_over": True}).passed_over


def test_states_of_earlier_batches_are_kept_as_values() -> None:
    first = line_states.states({}, ["a"], {"a": DONE})
    second = line_states.states(line_states.as_values(first), ["b"], {"a": {}, "b": {}})
    assert second == {"a": line_states.state_of(DONE), "b": Standing()}


def test_a_ring_opens_by_the_window_of_its_policy_or_its_hosts() -> None:
    assert line_states.opens_in(Ring("dev"), {}) == (0.0, "")
    now = time.gmtime()
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    closed = {**CLOSED, "days": [days[(now.tm_wday + 3) % 7]]}
    name = "rotate_maintenance_window"
    for seconds, text in (
        line_states.opens_in(Ring("dev", policy={name: closed}), {}),
        line_states.opens_in(Ring("dev"), {name: closed}),
    ):
        assert 2 * 86400 < seconds < 4 * 86400
        assert "it opens on" in text
