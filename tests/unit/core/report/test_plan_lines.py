# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan on a screen, at each width."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.plan_lines import (
    NODES_SHOWN,
    age_text,
    image_text,
    moves_text,
    plan_lines,
    roughly,
    template_text,
    time_text,
    window_text,
    wrapped,
)
from ansible_collections.nodeops.rotator.tests.unit.core.report.plan_builders import (
    OLD,
    TEMPLATE,
    a_host,
    a_node,
    a_plan,
    a_result,
    an_info,
    current,
)

FAILED: dict[str, Any] = {"_prepare_ami": {"msg": "no image"}}
LONG = (
    "Auto Scaling group shop-blue has a MaxInstanceLifetime of 30 days, which replaces nodes " * 2
)


def shown(width: int = 0, **hosts: Any) -> list[str]:
    """The lines of the plan of these hosts."""
    return [text for text, _tone in plan_lines(a_plan(**hosts), width)]


def tones(**hosts: Any) -> dict[str, str]:
    """The tone of each line."""
    return dict(plan_lines(a_plan(**hosts)))


def test_it_ends_with_its_last_line() -> None:
    assert shown()[-2:] == ["", "plan: due, 3 nodes in 1 of 1 node group"]


def test_the_overview_has_a_row_for_each_group() -> None:
    lines = shown(blue=a_host(), green=current(), red=FAILED)
    assert lines[0].split() == ["NODE", "GROUP", "NODES", "AMI", "PODS", "TIME", "OUTCOME"]
    cells = [" ".join(line.split()) for line in lines[1:4]]
    assert cells == [
        "blue 3 of 3 1.33.5-20261020 -> 1.33.5-20261120 6 ~13 min due",
        "green 0 of 3 1.33.5-20261120 0 - nothing to do",
        "red - - 0 - failed",
    ]


def test_on_a_narrow_screen_the_overview_has_no_images_and_shorter_names() -> None:
    name = "a-node-group-of-a-rather-long-name"
    assert shown(200, **{name: a_host()})[0].split()[3] == "AMI"
    heading, row = shown(80, **{name: a_host()})[:2]
    assert heading.split() == ["NODE", "GROUP", "NODES", "PODS", "TIME", "OUTCOME"]
    assert row.split()[0] == "a-node-group-…long-name"


def test_groups_without_anything_to_tell_stand_only_in_the_overview() -> None:
    lines = shown(blue=a_host(), green=current())
    assert [line for line in lines if line.startswith("green")] == [lines[2]]


def test_a_group_says_what_it_is_and_where() -> None:
    assert "blue (self-managed, cluster shop, eu-west-1)" in shown()
    by_eks = a_host(_prepare_info=an_info(kind="eks_managed"))
    assert "blue (managed by EKS, cluster shop, eu-west-1)" in shown(blue=by_eks)
    plane = a_host(_prepare_info=an_info(kind="kops_control_plane"))
    assert "blue (kops control plane, cluster shop, eu-west-1)" in shown(blue=plane)
    assert "red" in shown(red=FAILED)


def test_each_fact_has_its_label() -> None:
    labels = [line[2:11].strip() for line in shown() if line.startswith("  ")]
    assert labels[:7] == ["from AMI", "to AMI", "notes", "template", "window", "moves", "time"]


def test_the_maintenance_window_is_told_with_when_it_opens() -> None:
    window = "sat, sun 22:00 to 04:00 UTC; it opens on Sat 2026-12-05 22:00 UTC"
    planned = a_result()
    planned["foreseen"] = {**planned["foreseen"], "maintenance": window}
    assert f"  open      {window}" in shown(blue=a_host(_rotate_result=planned))
    assert not any(line.startswith("  open") for line in shown())


def test_each_node_has_a_line_and_what_is_in_its_way_below() -> None:
    lines = shown()
    at = next(at for at, line in enumerate(lines) if line.startswith("  #"))
    assert lines[at + 1].split()[:4] == ["1", "ip-10-0-1-2", "eu-west-1c", "30"]
    assert lines[at + 2].strip() == "shop/db-0: terminating"
    assert lines[at + 3].split()[:2] == ["2", "ip-10-0-1-1"]


def test_the_image_of_each_node_is_told_only_where_they_differ() -> None:
    assert "AMI" not in next(line for line in shown() if line.startswith("  #"))
    nodes = [{**a_node(n), "reason": "x", "image_id": f"ami-{n}"} for n in (1, 2)]
    mixed = a_host(_rotate_result=a_result("i-1", "i-2", nodes=nodes))
    assert "AMI" in next(line for line in shown(blue=mixed) if line.startswith("  #"))


def test_a_node_that_is_left_has_no_number() -> None:
    result = a_result("i-1", left={"i-2": "beyond the limit of 1"})
    lines = shown(blue=a_host(_rotate_result=result))
    assert any(line.startswith("  -  ip-10-0-1-2") for line in lines)
    assert any(line.endswith("left: beyond the limit of 1") for line in lines)


def test_of_many_nodes_the_first_are_shown_and_the_others_counted() -> None:
    nodes = [{**a_node(number), "reason": "x"} for number in range(1, NODES_SHOWN + 6)]
    result = a_result(*(node["instance_id"] for node in nodes), nodes=nodes)
    lines = shown(blue=a_host(_rotate_result=result))
    assert lines[-3] == "  and 5 more nodes"
    assert sum(line.endswith("  x") for line in lines) == NODES_SHOWN


def test_findings_have_the_tone_of_their_kind() -> None:
    info = an_info(blockers=["b"], waits=["w"], preflight=["w", "p"])
    found = tones(blue=a_host(_prepare_info=info))
    assert found["  refused   b"] == "bad"
    assert found["  will wait w"] == found["  warning   p"] == "wait"


@pytest.mark.parametrize(
    ("host", "tone"), [(a_host(), "head"), (current(), "good"), (FAILED, "bad"), ({}, "bad")]
)
def test_the_last_line_has_the_tone_of_the_outcome(host: dict[str, Any], tone: str) -> None:
    assert plan_lines(a_plan(blue=host))[-1][1] == tone


def test_the_row_of_a_failed_group_stands_out() -> None:
    lines = plan_lines(a_plan(blue=a_host(), red=FAILED))
    assert [tone for _text, tone in lines[:3]] == ["head", "", "bad"]


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_no_line_is_longer_than_the_screen(width: int) -> None:
    info = an_info(preflight=[LONG], blockers=[LONG])
    name = "a-node-group-of-a-rather-long-name"
    lines = shown(width, **{name: a_host(_prepare_info=info)})
    wide = [line for line in lines if len(line) > width]
    # Addresses stay whole, so that they can be opened, and so do reasons of nodes.
    assert all("https://" in line or line.startswith("plan:") for line in wide), wide


def test_a_log_has_each_finding_on_one_line() -> None:
    lines = shown(blue=a_host(_prepare_info=an_info(preflight=[LONG])))
    assert "  warning   " + LONG in lines


def test_on_a_narrow_screen_a_text_goes_on_below_its_beginning() -> None:
    lines = shown(80, blue=a_host(_prepare_info=an_info(preflight=[LONG])))
    at = next(at for at, line in enumerate(lines) if line.startswith("  warning"))
    assert (lines[at + 1][:12].strip(), lines[at + 1][12] != " ") == ("", True)


def test_what_others_carry_is_named() -> None:
    others = {"others": ["2 nodes of Karpenter"]}
    lines = shown(blue=a_host(_others=others))
    at = lines.index("Not replaced by this playbook, in cluster shop:")
    assert lines[at + 1] == "2 nodes of Karpenter"


class TestWords:
    """Parts of the lines."""

    def test_an_image(self) -> None:
        group = a_plan()["node_groups"][0]
        assert image_text(group["from"]).endswith(
            "-v20261020 (ami-0old), release 1.33.5-20261020, 39 days old"
        )
        nothing = {"image_ids": [], "name": "", "release": "", "age_days": None}
        assert image_text(nothing) == "unknown"
        assert image_text({**nothing, "image_ids": [OLD, "ami-2"]}) == "ami-0old, ami-2"
        assert image_text({**nothing, "image_ids": [OLD], "age_days": 0}) == "ami-0old, 0 days old"

    def test_a_template(self) -> None:
        group = a_plan()["node_groups"][0]
        assert template_text(group["template"]) == "shop-blue lt-1, version 7 -> 8"
        kept = a_host(_prepare_template={**TEMPLATE, "status": "unchanged", "version": 7})
        text = template_text(a_plan(blue=kept)["node_groups"][0]["template"])
        assert text == "shop-blue lt-1, version 7, stays as it is"

    def test_a_template_of_eks_and_a_launch_configuration(self) -> None:
        nothing = dict.fromkeys(("id", "name", "version", "previous_version", "previous_name"), "")
        assert template_text({**nothing, "changed": False}) == "of EKS, stays as it is"
        made = {**nothing, "name": "red-3", "previous_name": "red-2", "changed": True}
        assert template_text(made) == "launch configuration red-2 -> red-3"

    def test_a_window(self) -> None:
        group = a_plan()["node_groups"][0]
        assert window_text(group) == (
            "surge 1, max unavailable 0; at most 4 EC2 instances; 1 canary first, watched for 1 min"
        )
        wide = {"surge": 0, "unavailable": 2, "canaries": 2, "soak": 5}
        assert window_text({"window": wide, "base": None}) == (
            "surge 0, max unavailable 2; 2 canaries first, watched for 5 s"
        )
        assert window_text({"window": {**wide, "canaries": 0}, "base": None}).endswith("e 2")

    def test_what_moves(self) -> None:
        assert moves_text({"evictions": 1, "volumes": 0}) == "1 pod, 0 volumes"

    def test_an_estimate_says_what_it_rests_on(self) -> None:
        usual = {"likely": 780.0, "least": 330.0, "most": 5760.0, "learned": 0}
        assert time_text(usual) == (
            "about 13 min, 6 min to 1 h 36 min (by usual times: no earlier rotation is recorded)"
        )
        assert time_text({**usual, "learned": 1}).endswith(
            "(by 1 earlier replacement of this group)"
        )

    @pytest.mark.parametrize(
        ("seconds", "text"), [(1, "1 min"), (89, "1 min"), (91, "2 min"), (3600, "1 h")]
    )
    def test_spans_are_told_in_minutes(self, seconds: float, text: str) -> None:
        assert roughly(seconds) == text

    @pytest.mark.parametrize(
        ("seconds", "text"),
        [(None, "?"), (0, "0 h"), (7200, "2 h"), (172799, "47 h"), (172800, "2 d")],
    )
    def test_an_age_that_is_unknown_is_not_told_as_young(
        self, seconds: float | None, text: str
    ) -> None:
        assert age_text(seconds) == text

    def test_words_are_not_broken(self) -> None:
        assert wrapped("x ", "a-long-word and more", "  ", 12) == ["x a-long-word", "  and more"]
        assert wrapped("x ", "", "  ", 12) == ["x "]

    def test_a_number_and_its_unit_stay_together(self) -> None:
        assert wrapped("", "about 13 min, 2 pods", "", 9) == ["about", "13 min,", "2 pods"]
