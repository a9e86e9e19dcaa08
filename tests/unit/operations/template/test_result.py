# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Return values and diff of an update: templates and launch configurations."""

from __future__ import annotations

import base64
import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    Source,
    Use,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.configurations import (
    ConfigurationPlan,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import Version
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import Plan
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template.outcome import (
    ConfigurationOutcome,
    Outcome,
    Part,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template.result import (
    diff_configuration,
    diff_templates,
    show_configuration,
    show_templates,
)

BEFORE, AFTER = {"ImageId": "ami-1"}, {"ImageId": "ami-2"}
PLAN = Plan(Version(7, BEFORE), BEFORE, AFTER, 8, "$Latest", create=True, changes=("ImageId",))
PART = Part(Use("lt-1", "$Latest"), "web", PLAN)


def outcome(*parts: Part, **more: Any) -> Outcome:
    return Outcome(Source("blue"), parts or (PART,), **more)


def planned(**changes: Any) -> Part:
    return dataclasses.replace(PART, plan=dataclasses.replace(PLAN, **changes))


def test_the_main_template_is_shown_at_the_top_and_each_below() -> None:
    other = dataclasses.replace(PART, use=Use("lt-2", "3"), name="arm", prune=(1, 2))
    shown = show_templates(outcome(PART, other, verified=True))
    assert shown["kind"] == "launch_template"
    assert (shown["autoscaling_group_name"], shown["changed"]) == ("blue", True)
    assert (shown["version"], shown["previous_version"]) == (8, 7)
    assert (shown["image_id"], shown["previous_image_id"]) == ("ami-2", "ami-1")
    assert shown["verified"] is True
    assert [one["launch_template_id"] for one in shown["templates"]] == ["lt-1", "lt-2"]
    assert shown["templates"][1]["versions_deleted"] == [1, 2]
    assert all(shown[name] == value for name, value in shown["templates"][0].items())


@pytest.mark.parametrize(
    ("pointer", "group_version", "said"),
    [
        ("$Latest", None, "$Latest"),
        ("$Default", None, "$Default"),
        ("number", "8", "number"),
        ("$Latest", "8", "number"),
    ],
)
def test_the_pointer_is_shown_as_it_is_afterwards(
    pointer: str, group_version: str | None, said: str
) -> None:
    part = planned(pointer=pointer, group_version=group_version)
    assert show_templates(outcome(part))["pointer"] == said


def test_a_template_without_an_image_has_none() -> None:
    shown = show_templates(outcome(planned(before={}, after={})))
    assert (shown["image_id"], shown["previous_image_id"]) == ("", "")


def test_a_diff_shows_both_versions_under_one_heading() -> None:
    (diff,) = diff_templates(outcome())
    assert diff["before_header"] == diff["after_header"] == "launch template web (lt-1)"
    assert diff["before"] == "version: 7\nImageId: ami-1\n"
    assert diff["after"] == "version: 8\nImageId: ami-2\n"


@pytest.mark.parametrize(
    ("changes", "before", "after"),
    [
        ({"group_version": "8"}, "version of blue: $Latest", "version of blue: 8"),
        ({"default_to": 8}, None, "default version: 8"),
    ],
)
def test_a_diff_shows_what_moves_besides(
    changes: dict[str, Any], before: str | None, after: str
) -> None:
    (diff,) = diff_templates(outcome(planned(**changes)))
    assert after in diff["after"].splitlines()
    assert before is None or before in diff["before"].splitlines()


def test_deleted_versions_are_in_the_diff() -> None:
    (diff,) = diff_templates(outcome(dataclasses.replace(PART, prune=(1, 2))))
    assert "old versions: 1, 2" in diff["before"].splitlines()
    assert "old versions" not in diff["after"]


def test_only_templates_that_change_have_a_diff() -> None:
    same = planned(create=False)
    assert diff_templates(outcome(same)) == []
    assert len(diff_templates(outcome(same, PART))) == 1


def test_user_data_is_decoded_only_where_it_differs() -> None:
    one, other = (base64.b64encode(text).decode() for text in (b"secret", b"public"))
    same = planned(before={**BEFORE, "UserData": one}, after={**AFTER, "UserData": one})
    (diff,) = diff_templates(outcome(same))
    assert "secret" not in str(diff)
    differing = planned(before={**BEFORE, "UserData": one}, after={**AFTER, "UserData": other})
    (diff,) = diff_templates(outcome(differing))
    assert "  secret\n" in diff["before"]
    assert "  public\n" in diff["after"]


MOVE = ConfigurationPlan("red", "red-nodeops-1", BEFORE, AFTER, True, ("ImageId",))
STAY = ConfigurationPlan("red", "red", BEFORE, BEFORE)


def test_a_launch_configuration_is_shown_with_the_one_before() -> None:
    shown = show_configuration(ConfigurationOutcome(Source("blue"), MOVE, ("red-nodeops-0",)))
    assert shown == {
        "kind": "launch_configuration",
        "autoscaling_group_name": "blue",
        "launch_configuration_name": "red-nodeops-1",
        "previous_launch_configuration_name": "red",
        "image_id": "ami-2",
        "previous_image_id": "ami-1",
        "changes": ["ImageId"],
        "configurations_deleted": ["red-nodeops-0"],
        "verified": None,
        "changed": True,
    }


@pytest.mark.parametrize("pruned", [(), ("red-nodeops-0", "red-nodeops-2")])
def test_the_diff_of_a_configuration_names_both_and_what_is_deleted(
    pruned: tuple[str, ...],
) -> None:
    (diff,) = diff_configuration(ConfigurationOutcome(Source("blue"), MOVE, pruned))
    old = f"old configurations: {', '.join(pruned)}\n" if pruned else ""
    assert diff["before"] == f"name: red\n{old}ImageId: ami-1\n"
    assert diff["after"] == "name: red-nodeops-1\nImageId: ami-2\n"


def test_a_configuration_that_stays_has_no_diff() -> None:
    assert diff_configuration(ConfigurationOutcome(Source("blue"), STAY)) == []
