# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rotation of one node group would do."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.plan_group import (
    NO_WHOLE_PLAN,
    plan_group,
)
from ansible_collections.nodeops.rotator.tests.unit.core.report.plan_builders import (
    AMI,
    NEW,
    NODES,
    OLD,
    TEMPLATE,
    WHY,
    a_host,
    a_node,
    a_result,
    an_info,
    current,
)


def planned(**more: Any) -> dict[str, Any]:
    """The plan of a node group with these variables of its host."""
    return plan_group("blue", a_host(**more))


def texts(group: dict[str, Any], kind: str) -> list[str]:
    """The findings of one kind."""
    return [one["text"] for one in group["findings"] if one["kind"] == kind]


def test_a_group_whose_nodes_are_outdated_is_due() -> None:
    group = planned()
    assert (group["outcome"], group["due"], group["failed"]) == ("due", True, "")
    assert (group["node_group"], group["cluster"], group["region"]) == ("blue", "shop", "eu-west-1")
    assert (group["kind"], group["autoscaling_group_name"]) == ("self_managed", "shop-blue")
    assert (group["base"], group["locked_by"], group["findings"]) == (3, "", [])


@pytest.mark.parametrize(
    ("result", "why"),
    [({"failed": True, "msg": "Unable to compile"}, "Unable to compile"), ({"failed": True}, "")],
)
def test_a_rotation_that_could_not_even_begin_fails_the_plan(result: Any, why: str) -> None:
    group = planned(_rotate_result=result)
    assert group["outcome"] == "failed"
    assert group["failed"] == (why or NO_WHOLE_PLAN)
    assert [node["why"] for node in group["nodes"]] == [WHY] * len(group["nodes"])
    assert group["nodes"]


def test_a_group_whose_nodes_are_current_has_nothing_to_do() -> None:
    group = plan_group("blue", current())
    assert (group["outcome"], group["due"], group["failed"]) == ("nothing to do", False, "")
    assert (group["nodes"], group["evictions"], group["estimate"]) == ([], 0, None)
    assert group["template"]["changed"] is False
    assert group["to"]["release"] == "1.33.5-20261120"


class TestImages:
    """The images before and after."""

    def test_both_have_name_release_and_age(self) -> None:
        group = planned()
        assert group["from"] == {
            "image_ids": [OLD],
            "name": "amazon-eks-node-al2023-x86_64-standard-1.33-v20261020",
            "release": "1.33.5-20261020",
            "age_days": 39,
            "release_notes": "",
        }
        assert group["to"]["image_ids"] == [NEW]
        assert (group["to"]["release"], group["to"]["age_days"]) == ("1.33.5-20261120", 8)
        assert group["to"]["release_notes"].endswith("/amazon-eks-ami/releases/tag/v20261120")

    def test_all_images_in_use_are_named(self) -> None:
        group = planned(_prepare_info=an_info(image_ids=[OLD, "ami-0older"]))
        assert group["from"]["image_ids"] == [OLD, "ami-0older"]

    def test_of_an_image_that_was_given_only_the_id_is_known(self) -> None:
        group = planned(
            _prepare_ami={"skipped": True}, _prepare_template={**TEMPLATE, "image_id": "ami-0own"}
        )
        expected = {"image_ids": ["ami-0own"], "name": "", "release": "", "age_days": None}
        assert group["to"] == {**expected, "release_notes": ""}
        assert (group["from"]["image_ids"], group["from"]["age_days"]) == ([OLD], None)

    def test_an_image_that_was_found_is_not_told_of_another(self) -> None:
        group = planned(_prepare_template={**TEMPLATE, "image_id": "ami-0own"})
        assert (group["to"]["image_ids"], group["to"]["name"]) == (["ami-0own"], "")

    def test_the_image_that_the_nodes_keep_is_that_in_use(self) -> None:
        result = a_result(target={"template": "lt-1", "version": "7", "image_id": OLD})
        group = planned(
            _prepare_ami={**AMI, "update_available": False},
            _prepare_template={"skipped": True},
            _rotate_result=result,
        )
        assert (group["to"]["image_ids"], group["to"]["age_days"]) == ([OLD], 39)

    def test_an_image_that_nothing_names_is_not_made_up(self) -> None:
        group = plan_group("blue", {"_prepare_ami": {"msg": "no image"}})
        assert group["to"]["image_ids"] == group["from"]["image_ids"] == []

    def test_eks_names_a_release_of_its_own(self) -> None:
        target = {"image_id": "", "release_version": "1.33.5-20261120", "template_version": ""}
        group = planned(_prepare_template={"skipped": True}, _rotate_result=a_result(target=target))
        assert (group["to"]["image_ids"], group["to"]["release"]) == ([], "1.33.5-20261120")
        assert group["to"]["release_notes"].endswith("v20261120")


class TestTemplate:
    """What the nodes are launched from."""

    def test_the_version_that_would_be_made_is_named(self) -> None:
        assert planned()["template"] == {
            "id": "lt-1",
            "name": "shop-blue",
            "version": "8",
            "previous_version": "7",
            "previous_name": "",
            "changed": True,
        }

    def test_a_template_that_stays_has_one_version(self) -> None:
        template = planned(_prepare_template={"skipped": True})["template"]
        assert (template["id"], template["name"]) == ("lt-1", "shop-blue")
        assert (template["version"], template["previous_version"]) == ("7", "7")
        assert template["changed"] is False

    def test_one_that_has_the_image_already_is_not_changed(self) -> None:
        assert (
            planned(_prepare_template={**TEMPLATE, "status": "unchanged"})["template"]["changed"]
            is False
        )

    def test_a_launch_configuration_is_a_new_one(self) -> None:
        made = {
            "status": "planned",
            "launch_configuration_name": "red-3",
            "previous_launch_configuration_name": "red-2",
        }
        template = planned(_prepare_template=made)["template"]
        assert (template["name"], template["previous_name"]) == ("red-3", "red-2")

    def test_a_new_template_is_due_even_if_no_node_is_outdated(self) -> None:
        group = plan_group("blue", current(_prepare_template=TEMPLATE))
        assert (group["due"], group["outcome"], group["nodes"]) == (True, "due", [])


class TestNodes:
    """Each node, in its order."""

    def test_they_go_in_the_order_that_is_foreseen(self) -> None:
        group = planned()
        assert [node["instance_id"] for node in group["nodes"]] == ["i-2", "i-1", "i-3"]
        assert (group["evictions"], group["volumes"]) == (6, 1)

    def test_each_is_told_with_what_stands_in_its_way(self) -> None:
        assert planned()["nodes"][0] == {
            "name": "ip-10-0-1-2.eu-west-1.compute.internal",
            "instance_id": "i-2",
            "zone": "eu-west-1c",
            "age": 30 * 86400,
            "image_id": OLD,
            "why": WHY,
            "pods": 2,
            "volumes": ["shop/data-0"],
            "in_the_way": ["shop/db-0: terminating"],
            "left": "",
        }

    def test_those_that_are_left_come_last_and_move_nothing(self) -> None:
        left = {"i-2": "beyond the limit of 2"}
        group = planned(_rotate_result=a_result("i-1", "i-3", left=left))
        assert [(node["instance_id"], node["left"]) for node in group["nodes"]] == [
            ("i-1", ""),
            ("i-3", ""),
            ("i-2", "beyond the limit of 2"),
        ]
        assert (group["evictions"], group["volumes"]) == (4, 0)

    def test_a_group_all_of_whose_outdated_nodes_are_left_is_not_due(self) -> None:
        left = dict.fromkeys(("i-1", "i-2", "i-3"), "annotation skip")
        result = a_result("i-9", left=left, status="partial")
        group = planned(_prepare_template={"skipped": True}, _rotate_result=result)
        assert (group["due"], group["outcome"], len(group["nodes"])) == (False, "nothing to do", 3)

    def test_a_node_that_was_not_read_before_is_not_taken_for_empty(self) -> None:
        group = planned(_prepare_info=an_info(nodes=[a_node(1), a_node(3)]))
        assert group["nodes"][0]["in_the_way"] == ["it was not read"]
        assert group["nodes"][0]["age"] is None

    def test_a_node_without_a_name_is_told_by_its_instance(self) -> None:
        nodes = [{**node, "name": "", "reason": WHY} for node in NODES]
        group = planned(_rotate_result=a_result(nodes=nodes))
        assert [node["name"] for node in group["nodes"]] == ["i-2", "i-1", "i-3"]

    def test_without_an_order_they_stand_as_they_were_read(self) -> None:
        foreseen = {"surge": 6, "unavailable": 1, "canaries": 0, "soak": 0, "order": []}
        group = planned(_rotate_result=a_result(foreseen=foreseen))
        assert [node["instance_id"] for node in group["nodes"]] == ["i-1", "i-2", "i-3"]

    def test_a_plan_that_did_not_come_so_far_names_what_was_read(self) -> None:
        nodes = [*NODES, a_node(4, outdated="")]
        group = planned(
            _prepare_info=an_info(nodes=nodes, blockers=["A drain would stop"]), _rotate_result={}
        )
        assert [node["why"] for node in group["nodes"]] == [WHY] * 3
        assert group["window"]["surge"] is None


class TestEstimate:
    """How long it would take."""

    def test_it_is_that_of_usual_times_at_first(self) -> None:
        found = planned()["estimate"]
        assert found == {"likely": 780.0, "least": 330.0, "most": 2760.0, "learned": 0}

    def test_it_rests_on_what_earlier_rotations_took(self) -> None:
        info = an_info(durations={"boots": [60, 70], "drains": [30, 30]})
        found = planned(_prepare_info=info)["estimate"]
        assert found == {"likely": 360.0, "least": 330.0, "most": 360.0, "learned": 2}

    def test_a_wider_window_takes_less_time(self) -> None:
        foreseen = {"surge": 2, "unavailable": 1, "canaries": 0, "soak": 60, "order": []}
        assert planned(_rotate_result=a_result(foreseen=foreseen))["estimate"]["likely"] == 240.0

    def test_the_surge_of_eks_does_not_make_it_faster_and_its_soak_is_the_end(self) -> None:
        foreseen = {"surge": 6, "unavailable": 1, "canaries": 0, "soak": 60, "order": []}
        info = an_info(kind="eks_managed")
        group = planned(_prepare_info=info, _rotate_result=a_result(foreseen=foreseen))
        assert group["estimate"]["likely"] == 3 * 240 + 60
