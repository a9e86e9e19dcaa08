# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node group as node_group_info returns it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.describe import describe
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)

OLD, NEW = an_instance("w", type="m5.large"), an_instance("n", fresh=True, zone="b")
GROUP = a_group(OLD, NEW, min_size=1, max_size=5, zones=("a", "b"))
NODES = {"i-w": a_node("w", kubelet_version="v1.33.1"), "i-n": a_node("n", False)}


def described(group: Any = GROUP, before: Any = None, **more: Any) -> dict[str, Any]:
    """What the module returns of the group."""
    return describe(Look(group, more.pop("nodes", NODES), **more), before)


def test_it_says_what_its_nodes_lead() -> None:
    assert described()["leads"] == []
    assert described(leads=("kube-scheduler",))["leads"] == ["kube-scheduler"]


def test_it_says_what_the_group_is_and_how_large() -> None:
    found = described()
    assert (found["autoscaling_group_name"], found["kind"]) == ("blue", "self_managed")
    assert found["sizes"] == {"desired": 2, "min": 1, "max": 5, "launched": 2}
    assert found["zones"] == ["a", "b"]
    assert found["target"] == {
        "template": "lt-1",
        "template_name": "blue",
        "version": "2",
        "image_id": "ami-new",
    }


def test_it_says_of_each_node_what_it_runs() -> None:
    found = described()
    assert found["nodes"][0] == {
        "name": "w",
        "instance_id": "i-w",
        "instance_type": "m5.large",
        "zone": "a",
        "image_id": "ami-old",
        "lifecycle": "InService",
        "ready": True,
        "kubelet_version": "v1.33.1",
        "age": 1900,
        "outdated": "version 1, target is 2",
        "pods": 0,
        "volumes": [],
        "in_the_way": [],
    }
    assert (found["nodes"][1]["ready"], found["nodes"][1]["outdated"]) == (False, "")
    assert (found["outdated"], found["image_ids"]) == (1, ["ami-new", "ami-old"])


@pytest.mark.parametrize("ready", [None, False])
def test_a_node_that_is_not_known_to_be_ready_is_not(ready: bool | None) -> None:
    nodes = {"i-w": a_node("w", ready)}
    assert described(nodes=nodes)["nodes"][0]["ready"] is False


def test_an_instance_without_a_node_has_no_name() -> None:
    (node, *_rest) = described(nodes={})["nodes"]
    assert (node["name"], node["ready"], node["kubelet_version"]) == ("", False, "")


def test_instances_that_are_ending_are_left_out() -> None:
    group = a_group(OLD, dataclasses.replace(NEW, lifecycle="Terminating"))
    assert [node["instance_id"] for node in described(group)["nodes"]] == ["i-w"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, ""),
        ({"resolved": None}, "does not exist"),
        ({"refreshing": True}, "instance refresh"),
        ({"suspended": frozenset(("Terminate",))}, "Terminate suspended"),
    ],
)
def test_a_refusal_is_told_with_all_the_rest(fields: dict[str, Any], words: str) -> None:
    found = described(dataclasses.replace(GROUP, **fields))
    assert len(found["refusals"]) == (1 if words else 0)
    assert words in "".join(found["refusals"])
    assert len(found["nodes"]) == 2
    assert (found["target"] is None) is ("resolved" in fields)


def test_problems_are_compared_with_what_was_before() -> None:
    before = {"max_size": 3}
    assert not any("MaxSize" in one for one in described()["problems"])
    assert any(
        "MaxSize of Auto Scaling group blue is 5, it was 3" in one
        for one in described(before=before)["problems"]
    )


def test_preflight_and_snapshot_are_part_of_it() -> None:
    found = described(nodes={"i-w": NODES["i-w"]})
    assert any("i-n" in one for one in found["preflight"])
    assert found["blockers"] == []
    assert found["snapshot"]["max_size"] == 5


EKS = {"eks:cluster-name": "prod", "eks:nodegroup-name": "web"}
BARE = Pod("shop", "job", "p-1", node="w", empty_dir=True)
"""A pod that a drain of ours refuses to remove: nobody makes it anew, and it has local data."""


def test_a_managed_node_group_is_not_refused_for_being_one() -> None:
    group = dataclasses.replace(GROUP, tags=EKS, unsupported=("belongs to EKS",))
    found = described(group)
    assert (found["kind"], found["refusals"]) == ("eks_managed", [])
    other = described(dataclasses.replace(GROUP, unsupported=("belongs to EKS",)))
    assert len(other["refusals"]) == 1


def test_the_pods_of_a_managed_node_group_are_judged_by_the_drain_of_eks() -> None:
    ours = described(pods=(BARE,))
    assert "A drain would stop at shop/job" in ours["blockers"][0]
    theirs = described(dataclasses.replace(GROUP, tags=EKS), pods=(BARE,))
    assert theirs["blockers"] == []


def test_a_free_group_is_locked_by_nobody_and_has_learnt_nothing() -> None:
    found = described()
    assert (found["locked_by"], found["interrupted"]) == ("", False)
    assert found["durations"] == {"boots": [], "drains": []}


def test_it_says_who_holds_the_lock_and_what_earlier_runs_have_learnt() -> None:
    journal = Journal(run="r1", fenced=True, boots=(90,), drains=(30, 31))
    found = described(lease=Lease("l", holder="somebody/r1"), journal=journal)
    assert (found["locked_by"], found["interrupted"]) == ("somebody/r1", True)
    assert found["durations"] == {"boots": [90], "drains": [30, 31]}


def test_what_a_rotation_waits_for_is_part_of_what_it_may_meet() -> None:
    found = described(dataclasses.replace(GROUP, desired=4))
    assert "has 2 of 4 instances" in found["waits"][0]
    assert set(found["waits"]) <= set(found["preflight"])
    assert described()["waits"] == []


def test_an_instance_has_its_age_by_the_clock_of_the_read() -> None:
    group = a_group(dataclasses.replace(OLD, launched_at=400.0), read_at=1000.0)
    assert [node["age"] for node in described(group)["nodes"]] == [600]
