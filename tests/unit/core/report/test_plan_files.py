# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan for others: Markdown, and variables of a pipeline."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.plan_files import (
    markdown,
    variables,
)
from ansible_collections.nodeops.rotator.tests.unit.core.report.plan_builders import (
    MADE,
    a_host,
    a_node,
    a_plan,
    a_result,
    an_info,
    current,
)

FAILED: dict[str, Any] = {"_prepare_ami": {"msg": "No image: none | was\nfound"}}


def values(**hosts: Any) -> dict[str, str]:
    """The variables of the plan of these hosts."""
    return dict(line.split("=", 1) for line in variables(a_plan(**hosts)).splitlines())


def test_the_variables_say_whether_a_rotation_is_due_and_of_how_much() -> None:
    assert values(blue=a_host(), green=current()) == {
        "ROTATION_DUE": "true",
        "ROTATION_OUTCOME": "due",
        "ROTATION_NODES": "3",
        "ROTATION_NODE_GROUPS": "2",
        "ROTATION_NODE_GROUPS_DUE": "1",
        "ROTATION_EVICTIONS": "6",
        "ROTATION_EC2_SURGE": "1",
    }


@pytest.mark.parametrize(
    ("host", "due", "outcome"),
    [
        (a_host(), "true", "due"),
        (current(), "false", "nothing"),
        (FAILED, "unknown", "failed"),
        ({}, "unknown", "failed"),
    ],
)
def test_a_plan_that_failed_does_not_say_that_nothing_is_due(
    host: dict[str, Any], due: str, outcome: str
) -> None:
    found = values(blue=host)
    assert (found["ROTATION_DUE"], found["ROTATION_OUTCOME"]) == (due, outcome)


def test_variables_have_the_form_that_pipelines_read() -> None:
    text = variables(a_plan(blue=a_host(), red=FAILED))
    assert all(re.fullmatch(r"[A-Z0-9_]+=[a-z0-9]+", line) for line in text.splitlines())
    assert text.endswith("\n")


def test_the_page_begins_with_the_last_line_and_an_overview() -> None:
    lines = markdown(a_plan(blue=a_host(), green=current())).splitlines()
    assert lines[0] == "# Rotation plan"
    assert lines[2] == f"**plan: due, 3 nodes in 1 of 2 node groups** ({MADE})"
    assert lines[4:8] == [
        "| Node group | Nodes | Evictions | Time | Outcome |",
        "| --- | --- | --- | --- | --- |",
        "| blue | 3 of 3 | 6 | 13 min | due |",
        "| green | 0 of 3 | 0 | - | nothing to do |",
    ]


def test_each_group_that_is_due_has_its_facts_and_nodes() -> None:
    text = markdown(a_plan())
    assert "## blue" in text
    assert "- to: amazon-eks-node-al2023-x86\\_64-standard-1.33-v20261120 (ami-0new)" in text
    assert (
        "- release notes: https://github.com/awslabs/amazon-eks-ami/releases/tag/v20261120" in text
    )
    assert "- launch template: shop-blue lt-1, version 7 -> 8" in text
    assert "- window: surge 1, max unavailable 0; at most 4 EC2 instances" in text
    assert "- moves: 6 pods, 1 volume" in text
    assert "- time: about 13 min" in text
    assert text.count("| ip-10-0-1-") == text.count("version 7, target is 8") == 3
    assert "| shop/db-0: terminating |" in text


def test_a_group_with_nothing_to_tell_has_no_chapter() -> None:
    assert "## green" not in markdown(a_plan(green=current()))
    assert "## red" in markdown(a_plan(red=FAILED))


def test_findings_are_told_by_their_kind() -> None:
    info = an_info(blockers=["b"], waits=["w"], preflight=["w", "p"])
    text = markdown(a_plan(blue=a_host(_prepare_info=info)))
    told = [line for line in text.splitlines() if line.startswith("- **")]
    assert told == ["- **refused**: b", "- **will wait**: w", "- **warning**: p"]


def test_a_node_that_is_left_says_why() -> None:
    host = a_host(_rotate_result=a_result("i-1", left={"i-2": "beyond the limit of 1"}))
    (line,) = [one for one in markdown(a_plan(blue=host)).splitlines() if "left: " in one]
    assert line.startswith("| - | ip-10-0-1-2")
    assert "| left: beyond the limit of 1 |" in line


@pytest.mark.parametrize(
    "name", ["a|b", "a<script>", "*a*", "[a](javascript:x)", "`a`", "a\\", "a\nb", "a_b_c"]
)
def test_names_stay_names(name: str) -> None:
    """No name of an object becomes a column, a link, HTML or a line of its own."""
    host = a_host(_prepare_info=an_info(nodes=[a_node(1, in_the_way=[name])], preflight=[name]))
    text = markdown(a_plan(blue=host, **{name: current()}))
    rows = [line for line in text.splitlines() if line.startswith("|")]
    columns = {len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows}
    assert columns == {6, 10}
    assert not re.search(r"(?<!\\)<", text)
    assert "](" not in text.replace("\\](", "")


def test_a_failed_plan_has_its_reason_on_one_line() -> None:
    text = markdown(a_plan(red=FAILED))
    assert "**plan: failed, red: No image: none \\| was found**" in text
    assert "- **refused**: No image: none \\| was found" in text
    assert "| red | 0 of ? | 0 | - | failed |" in text


def test_what_others_carry_is_named() -> None:
    host = a_host(_others={"others": ["2 nodes of Karpenter"]})
    text = markdown(a_plan(blue=host))
    assert text.endswith("Not replaced, in cluster shop:\n\n- 2 nodes of Karpenter\n")
