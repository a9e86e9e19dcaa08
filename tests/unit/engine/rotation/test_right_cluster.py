# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cluster, before anything is touched and before the first cordon."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    CLUSTER_UID,
    SIGNPOST,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.signpost import (
    Signpost,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import right_cluster
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    a_context,
    a_policy,
)

OLD = (an_instance("w"), an_instance("x"))
FOUR = (*OLD, an_instance("y"), an_instance("n", fresh=True))
TAGS = {"kubernetes.io/cluster/shop": "owned"}


def a_look(*instances: Any, nodes: str = "", surge: int = 1, **more: Any) -> RotationContext:
    policy = dataclasses.replace(a_policy(surge, 1), cluster="shop")
    group = a_group(*instances, tags=more.pop("tags", TAGS))
    return a_context(group, [a_node(name) for name in nodes], policy=policy, **more)


@pytest.mark.parametrize("restore", [False, True])
@pytest.mark.parametrize(
    "more",
    [
        {"lease": Lease("x", notes=((CLUSTER_UID, "uid-2"),))},
        {"tags": {**TAGS, SIGNPOST: Signpost("r0", "kube-system", "uid-2").text}},
    ],
)
def test_the_record_of_another_cluster_is_refused_even_to_restore(
    more: dict[str, Any], restore: bool
) -> None:
    ctx = a_look(*OLD, nodes="wx", **more)
    ctx.policy = dataclasses.replace(ctx.policy, restore_only=restore)
    assert "names another cluster" in str(right_cluster.refusal_of_cluster(ctx))


def test_to_go_on_with_what_was_begun_here_needs_no_proof() -> None:
    """Its nodes may have failed since; what it left has to be restored all the same."""
    ctx = a_look(*OLD)
    assert right_cluster.refusal_of_cluster(ctx) is not None
    ctx.note(resumed=True)
    assert right_cluster.refusal_of_cluster(ctx) is None


def test_to_restore_needs_no_proof() -> None:
    ctx = a_look(*OLD)
    assert "Only 0 of 2 instances" in str(right_cluster.refusal_of_cluster(ctx))
    ctx.policy = dataclasses.replace(ctx.policy, restore_only=True)
    assert right_cluster.refusal_of_cluster(ctx) is None


@pytest.mark.parametrize(
    "nodes, surge, joined, proven",
    [
        ("wx", 1, "", True),
        ("w", 1, "", False),
        ("wn", 1, "n", True),
        ("", 1, "", False),
        ("w", 0, "", True),
        ("", 0, "", False),
    ],
)
def test_half_of_the_nodes_or_a_new_one_prove_the_cluster(
    nodes: str, surge: int, joined: str, proven: bool
) -> None:
    marks = Marks(joined=frozenset(f"i-{name}" for name in joined))
    many = (*FOUR, an_instance("z")) if "n" in nodes else FOUR
    ctx = a_look(*many, nodes=nodes, surge=surge, marks=marks, cluster_proven=False)
    assert right_cluster.unproven(ctx) != ""
    right_cluster.note_proof(ctx)
    assert (right_cluster.unproven(ctx) == "") is proven


def test_what_tags_do_not_say_is_told_once() -> None:
    ctx = a_look(*OLD, nodes="wx", tags={})
    right_cluster.note_proof(ctx)
    right_cluster.note_proof(ctx)
    (event,) = ctx.events
    assert event.phase == "cluster"
    assert "No tag names the cluster" in event.text


@pytest.mark.parametrize(
    ("nodes", "policy", "words"),
    [
        pytest.param("wxyn", {}, "", id="all have one"),
        pytest.param("wx", {}, "", id="half have one"),
        pytest.param("w", {}, "only 1 of 4 instances", id="most have none"),
        pytest.param("", {}, "not so i-w, i-x, i-y and 1 more: find out", id="none has one"),
        pytest.param("w", {"repair": True}, "", id="under repair"),
    ],
)
def test_of_instances_without_nodes_most_hold_everything(
    nodes: str, policy: dict[str, Any], words: str
) -> None:
    ctx = a_look(*FOUR, nodes=nodes)
    ctx.policy = dataclasses.replace(ctx.policy, boot_timeout=600.0, **policy)
    assert words in right_cluster.lost_sight(ctx)
    assert bool(right_cluster.lost_sight(ctx)) is bool(words)


def test_instances_that_we_have_ended_need_none_whatever_a_late_read_says() -> None:
    new = an_instance("n", fresh=True, launched_at=1990.0)
    ctx = a_look(*OLD, new, marks=Marks(gone=frozenset(("i-w", "i-x"))))
    ctx.policy = dataclasses.replace(ctx.policy, boot_timeout=600.0)
    assert right_cluster.lost_sight(ctx) == ""


def test_young_instances_need_no_node_yet() -> None:
    young = [an_instance(name, fresh=True, launched_at=1990.0) for name in "no"]
    ctx = a_look(OLD[0], *young, nodes="w")
    ctx.policy = dataclasses.replace(ctx.policy, boot_timeout=600.0)
    assert right_cluster.lost_sight(ctx) == ""
