# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances that nobody sees into are unknown, not empty.

The wrong cluster is refused.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import NEEDS_UPDATE
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    right_cluster,
    unknown,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodeRecord,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    TARGET,
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
    a_policy,
)

READ_AT = 2000.0


def a_look(*instances: Any, nodes: str = "", **more: Any) -> RotationContext:
    """A look at these instances, of which those with these names have a Node."""
    group = a_group(*instances, **more.pop("group", {}))
    return a_context(group, [a_node(name) for name in nodes], **more)


W, X, NEW = an_instance("w"), an_instance("x"), an_instance("n", fresh=True, launched_at=READ_AT)


class TestWhoseNodeWasSeen:
    @pytest.mark.parametrize(
        ("more", "seen"),
        [
            pytest.param({}, False, id="nobody's"),
            pytest.param({"seen_nodes": frozenset(("i-w",))}, True, id="in this run"),
            pytest.param(
                {"records": {"i-w": NodeRecord("w.internal", "i-w", "a", "x")}}, True, id="by name"
            ),
            pytest.param(
                {"records": {"i-w": NodeRecord("i-w", "i-w", "a", "x")}}, False, id="never named"
            ),
        ],
    )
    def test_is_known_from_this_run(self, more: dict[str, Any], seen: bool) -> None:
        ctx = a_look(W, **more)
        (member,) = ctx.situation.members
        assert unknown.was_seen(ctx, member) is seen
        assert unknown.is_unknown(ctx, member) is not seen

    @pytest.mark.parametrize(
        ("instance", "nodes", "is_unknown"),
        [
            pytest.param(W, "", True, id="an outdated one without a Node"),
            pytest.param(W, "w", False, id="with one"),
            pytest.param(NEW, "", False, id="a new one is on its way"),
        ],
    )
    def test_an_outdated_instance_without_a_node_is_unknown(
        self, instance: Any, nodes: str, is_unknown: bool
    ) -> None:
        ctx = a_look(instance, nodes=nodes)
        assert unknown.is_unknown(ctx, ctx.situation.members[0]) is is_unknown

    def test_what_is_seen_is_remembered_when_it_goes(self) -> None:
        ctx = a_look(W, X, nodes="w", seen_nodes=frozenset(("i-before",)))
        unknown.note_seen(ctx)
        assert ctx.memory.nodes.seen_nodes == {"i-w", "i-before"}

    @pytest.mark.parametrize(("waited", "missing"), [(89, False), (90, True)])
    def test_a_node_is_long_missing_after_ninety_seconds(
        self, waited: float, missing: bool
    ) -> None:
        ctx = a_look(W, timers={"node of i-w": NOW - waited})
        assert unknown.long_missing(ctx, ctx.situation.members[0]) is missing

    def test_it_is_missed_from_the_first_look_without_it_until_it_comes_back(self) -> None:
        ctx = a_look(
            W, X, NEW, nodes="w", timers={"node of i-w": NOW - 900, "node of i-x": NOW - 9}
        )
        assert unknown.long_missing(ctx, ctx.situation.members[0]) is False
        unknown.note_seen(ctx)
        assert ctx.memory.timers == {"node of i-x": NOW - 9, "node of i-n": NOW}


@pytest.mark.parametrize(
    ("launched_at", "may"),
    [
        pytest.param(READ_AT - 899, True, id="young"),
        pytest.param(READ_AT - 900, False, id="as old as a boot may take"),
        pytest.param(0.0, False, id="nobody knows how old"),
    ],
)
def test_a_young_instance_may_still_join(launched_at: float, may: bool) -> None:
    ctx = a_look(dataclasses.replace(W, launched_at=launched_at))
    assert unknown.may_still_join(ctx, ctx.situation.members[0]) is may


class TestStrays:
    """Instances that are outdated although they were launched late.

    That is, after the target was resolved.
    """

    LATE = TARGET.resolved_at + 60

    @pytest.mark.parametrize(
        ("fields", "node", "stray"),
        [
            pytest.param({"launched_at": LATE + 1}, {}, True, id="launched late, from an old one"),
            pytest.param({"launched_at": LATE}, {}, False, id="within what clocks may differ"),
            pytest.param(
                {"launched_at": LATE + 1, "source": ("lt-1", "2"), "image_id": "ami-new"},
                {},
                False,
                id="launched late, from the target",
            ),
            pytest.param(
                {"launched_at": LATE + 1, "source": ("lt-1", "2")},
                {"annotations": {NEEDS_UPDATE: ""}},
                False,
                id="marked by a person",
            ),
        ],
    )
    def test_show_that_new_instances_do_not_come_from_the_target(
        self, fields: dict[str, Any], node: dict[str, Any], stray: bool
    ) -> None:
        group = a_group(an_instance("w", **fields))
        ctx = a_context(group, [a_node("w", **node)])
        assert bool(unknown.strays(ctx)) is stray
        error = unknown.stray_error(ctx)
        assert (error is not None) is stray
        if error is not None:
            assert isinstance(error, FailedError)
            assert "i-w was launched meanwhile" in str(error)
            assert unknown.left_alone(ctx) == {"i-w"}

    def test_that_grew_too_old_in_this_run_are_none(self) -> None:
        new = an_instance("n", fresh=True, launched_at=self.LATE + 1)
        ctx = a_look(new, nodes="n", policy=dataclasses.replace(a_policy(), max_node_age=1.0))
        assert ctx.situation.outdated[0].outdated == "older than 1 s"
        assert unknown.strays(ctx) == ()

    def test_are_none_where_nobody_knows_when_the_target_was_resolved(self) -> None:
        target = dataclasses.replace(TARGET, resolved_at=0.0)
        late = an_instance("w", launched_at=READ_AT)
        assert unknown.strays(a_look(late, nodes="w", target=target)) == ()


@pytest.mark.parametrize(
    ("skipped", "nodes", "left", "replaced"),
    [
        pytest.param((), "wx", set(), ["i-w", "i-x"], id="all"),
        pytest.param((), "x", {"i-w"}, ["i-x"], id="not an unknown one"),
        pytest.param(("i-x",), "wx", set(), ["i-w"], id="not one that was given up"),
        pytest.param(("i-x",), "", {"i-w", "i-x"}, [], id="none"),
    ],
)
def test_what_a_run_means_to_replace(
    skipped: tuple[str, ...], nodes: str, left: set[str], replaced: list[str]
) -> None:
    ctx = a_look(W, X, NEW, nodes=nodes, marks=Marks(skipped=frozenset(skipped)))
    assert unknown.left_alone(ctx) == left
    assert [member.id for member in unknown.to_replace(ctx)] == replaced


def test_a_run_that_leaves_unknown_instances_is_never_complete() -> None:
    assert unknown.unknown_error(a_look(W, X, nodes="wx")) is None
    error = unknown.unknown_error(a_look(W, X, nodes="w"))
    assert isinstance(error, FailedError)
    assert str(error).startswith("Instance i-x of blue has no Node in this cluster and was left")
    assert "unknown_instances: end" in str(error)


class TestTheRightCluster:
    @pytest.mark.parametrize(
        ("nodes", "more", "refused"),
        [
            pytest.param("wxy", {}, False, id="all have a Node here"),
            pytest.param("wx", {}, False, id="half of them"),
            pytest.param("w", {}, True, id="fewer"),
            pytest.param("", {}, True, id="none"),
            pytest.param("", {"repair": True}, False, id="none, and the nodes are to be repaired"),
        ],
    )
    def test_is_the_one_in_which_half_of_the_instances_have_nodes(
        self, nodes: str, more: dict[str, Any], refused: bool
    ) -> None:
        policy = dataclasses.replace(a_policy(), **more)
        four = [an_instance(name) for name in "wxyz"]
        error = right_cluster.refusal_of_cluster(a_look(*four, nodes=nodes, policy=policy))
        assert isinstance(error, RefusedError) is refused
        if error is not None:
            assert f"Only {len(nodes)} of 4 instances" in str(error)

    @pytest.mark.parametrize(
        "instance",
        [
            pytest.param(an_instance("w", launched_at=READ_AT - 10), id="young ones"),
            pytest.param(an_instance("w", lifecycle="Pending"), id="pending ones"),
        ],
    )
    def test_is_not_judged_by(self, instance: Any) -> None:
        policy = dataclasses.replace(a_policy(), cluster="shop")
        tags = {"kubernetes.io/cluster/shop": "owned"}
        look = a_look(instance, group={"tags": tags}, policy=policy)
        assert right_cluster.refusal_of_cluster(look) is None
        unnamed = right_cluster.refusal_of_cluster(a_look(instance, policy=policy))
        assert "no tag of it names shop" in str(unnamed)

    def test_of_an_empty_group_is_any(self) -> None:
        assert right_cluster.refusal_of_cluster(a_look()) is None

    @pytest.mark.parametrize(
        ("tags", "cluster", "refused"),
        [
            pytest.param({}, "shop", False, id="no tags"),
            pytest.param({"kubernetes.io/cluster/shop": "owned"}, "shop", False, id="its tag"),
            pytest.param({"kubernetes.io/cluster/bank": "owned"}, "shop", True, id="another's"),
            pytest.param(
                {"kubernetes.io/cluster/bank": "owned", "kubernetes.io/cluster/shop": "shared"},
                "shop",
                False,
                id="one of several",
            ),
            pytest.param({"kubernetes.io/cluster/bank": "owned"}, "", False, id="not said which"),
        ],
    )
    def test_is_not_one_that_the_tags_contradict(
        self, tags: dict[str, str], cluster: str, refused: bool
    ) -> None:
        policy = dataclasses.replace(a_policy(), cluster=cluster)
        error = right_cluster.refusal_of_cluster(
            a_look(W, nodes="w", group={"tags": tags}, policy=policy)
        )
        assert (error is not None) is refused
        if error is not None:
            assert "belongs to cluster bank" in str(error)
