# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the world differs from what was planned."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.departures import (
    departures,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.plan import plan_document
from ansible_collections.nodeops.rotator.tests.unit.core.report.plan_builders import (
    MADE,
    NEW,
    NODES,
    OLD,
    a_host,
    a_node,
    an_info,
    current,
)

GIVEN = {"rotate_max_surge": "1"}


@dataclasses.dataclass(frozen=True)
class Now:
    """The world when the rotation begins."""

    info: Mapping[str, Any] = dataclasses.field(default_factory=an_info)
    image: str = NEW
    options: Mapping[str, str] = dataclasses.field(default_factory=lambda: GIVEN)
    name: str = "blue"

    def against(self, plan: Mapping[str, Any] | None = None) -> tuple[str, ...]:
        """How it differs from a plan, by default that of three outdated nodes."""
        document = a_plan() if plan is None else plan
        return departures(document, self.name, self.info, self.image, self.options)


def a_target(**more: Any) -> dict[str, Any]:
    """What the group launches from, as node_group_info returns it."""
    return {"template": "lt-1", "template_name": "shop-blue", "version": "7", **more}


def a_plan(host: dict[str, Any] | None = None) -> dict[str, Any]:
    """A plan that was made with GIVEN."""
    return plan_document({"blue": a_host() if host is None else host}, MADE, {"blue": GIVEN})


def test_a_world_that_is_as_it_was_planned_does_not_differ() -> None:
    assert Now().against() == ()


def test_an_interrupted_rotation_may_be_resumed_with_its_plan() -> None:
    left = [{**NODES[0], "outdated": ""}, *NODES[1:], a_node(9, outdated="", image_id=NEW)]
    sizes = {"desired": 4, "min": 1, "max": 4, "launched": 4}
    info = an_info(nodes=left, sizes=sizes, interrupted=True)
    info["target"] = a_target(image_id=NEW)
    assert Now(info, image="").against() == ()


@pytest.mark.parametrize("plan", [{}, {"schema": 2}, {"schema": "1"}, {"schema": None}], ids=str)
def test_what_is_no_plan_is_not_taken_for_one(plan: dict[str, Any]) -> None:
    assert Now().against(plan) == ("it is no plan of schema 1",)


def test_a_group_that_is_not_in_the_plan_differs() -> None:
    assert Now(name="green").against() == ("node group green is not in it",)


def test_a_plan_that_failed_allows_nothing() -> None:
    (found,) = Now().against(a_plan({"_prepare_ami": {"msg": "no image"}}))
    assert found == "the plan of node group blue failed: no image"


@pytest.mark.parametrize(
    ("info", "found"),
    [
        (
            {"autoscaling_group_name": "shop-red"},
            "its Auto Scaling group is shop-red, and was shop-blue",
        ),
        ({"sizes": {"desired": 7}}, "the desired capacity is 7, and was 3"),
        (
            {"nodes": [*NODES, a_node(4), a_node(5, name="")]},
            "nodes are outdated that were not: i-5, ip-10-0-1-4.eu-west-1.compute.internal",
        ),
    ],
)
def test_a_group_that_has_changed_differs(info: dict[str, Any], found: str) -> None:
    assert Now(an_info(**info)).against() == (found,)


def test_nodes_that_are_current_by_now_are_no_difference() -> None:
    assert Now(an_info(nodes=NODES[1:])).against() == ()


class TestImage:
    """What the nodes would run."""

    def test_a_newer_image_was_not_planned(self) -> None:
        assert Now(image="ami-0newer").against() == (f"the image is ami-0newer, and was {NEW}",)

    def test_a_template_that_stays_has_to_name_the_planned_image(self) -> None:
        info = an_info()
        info["target"] = a_target(image_id=OLD)
        assert Now(info, image="").against() == (f"the image is {OLD}, and was {NEW}",)
        info["target"] = a_target(image_id=NEW)
        assert Now(info, image="").against() == ()

    @pytest.mark.parametrize("target", [None, {}, {"image_id": ""}])
    def test_an_image_that_is_unknown_is_not_the_planned_one(self, target: Any) -> None:
        info = an_info()
        info["target"] = target
        assert Now(info, image="").against() == (
            f"the image is unknown, and was {NEW}",
            "the launch template is unknown, and was shop-blue",
        )

    def test_where_nothing_is_due_any_more_it_is_no_matter(self) -> None:
        nodes = [{**node, "outdated": ""} for node in NODES]
        info = an_info(nodes=nodes)
        info["target"] = {"image_id": "ami-0newer"}
        assert Now(info, image="").against() == ()

    def test_where_nothing_was_due_nothing_may_become_due(self) -> None:
        found = Now(image="ami-0newer").against(a_plan(current()))
        assert [one.partition(":")[0] for one in found] == [
            "nodes are outdated that were not",
            f"the image is ami-0newer, and was {NEW}",
        ]


class TestTemplate:
    """What the group launches from."""

    @pytest.mark.parametrize("version", ["7", "8"])
    def test_it_may_be_at_the_version_of_before_or_at_the_one_that_was_to_be_made(
        self, version: str
    ) -> None:
        assert Now(an_info(target=a_target(version=version))).against() == ()

    def test_a_version_that_somebody_else_has_made_was_not_planned(self) -> None:
        info = an_info(target=a_target(version="9"))
        assert Now(info).against() == ("the launch template is at version 9, and was at 7",)

    def test_a_version_that_is_not_known_is_not_the_planned_one(self) -> None:
        info = an_info(target=a_target(version=""))
        assert Now(info).against() == ("the launch template is at version unknown, and was at 7",)

    def test_a_rotation_under_way_may_have_made_a_later_one(self) -> None:
        info = an_info(target=a_target(version="9"), interrupted=True)
        assert Now(info).against() == ()

    @pytest.mark.parametrize(("image", "differs"), [(NEW, False), (OLD, True)])
    def test_kops_may_have_made_a_version_with_the_planned_image(
        self, image: str, differs: bool
    ) -> None:
        plan = a_plan(a_host(_prepare_info=an_info(kind="kops_node")))
        info = an_info(kind="kops_node", target=a_target(version="9", image_id=image))
        assert bool(Now(info).against(plan)) is differs

    def test_another_template_was_not_planned(self) -> None:
        info = an_info(target=a_target(template="lt-2"), interrupted=True)
        assert Now(info).against() == ("the launch template is lt-2, and was shop-blue",)

    @pytest.mark.parametrize(
        ("name", "found"),
        [
            ("lc-old", ()),
            ("lc-new", ()),
            ("lc-other", ("the launch template is lc-other, and was lc-old",)),
        ],
    )
    def test_a_launch_configuration_is_the_one_of_before_or_the_copy(
        self, name: str, found: tuple[str, ...]
    ) -> None:
        target = {"template": "lc-old", "template_name": "lc-old", "version": ""}
        made = {
            "status": "planned",
            "kind": "launch_configuration",
            "launch_configuration_name": "lc-new",
            "previous_launch_configuration_name": "lc-old",
            "image_id": NEW,
        }
        plan = a_plan(a_host(_prepare_info=an_info(target=target), _prepare_template=made))
        info = an_info(target={**target, "template": name})
        assert Now(info).against(plan) == found

    def test_where_nothing_is_due_any_more_it_is_no_matter(self) -> None:
        nodes = [{**node, "outdated": ""} for node in NODES]
        info = an_info(nodes=nodes, target=a_target(version="9", image_id=NEW))
        assert Now(info, image="").against() == ()


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"rotate_max_surge": "3"}, "rotate_max_surge is 3, and was 1"),
        ({}, "rotate_max_surge is not set, and was 1"),
        (
            {**GIVEN, "rotate_drain_force": "true"},
            "rotate_drain_force is true, and was not set",
        ),
    ],
)
def test_variables_that_are_set_in_another_way_differ(options: dict[str, str], found: str) -> None:
    assert Now(options=options).against() == (found,)
