# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dead nodes are ended instead of waited for, unless it may be the network."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ChangeNode
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import UnreachableError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Attachment,
    Node,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    ATTACHMENTS,
    Feed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.heartbeats import (
    Heartbeat,
    ReadHeartbeat,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import dead
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import a_pod
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    RUNNING,
    a_context,
    a_policy,
    selected,
)

GROUP = a_group(an_instance("w"), an_instance("x"))
READ_AT = GROUP.read_at
NO_LEASE = {"w": Heartbeat("", NOW, NOW)}
SILENT: dict[str, Any] = {"ready": None, "ready_since": READ_AT - 300}


def a_look(*nodes: Node, drain: DrainPolicy = DrainPolicy(), **more: Any) -> RotationContext:
    """A look at these nodes of the cluster; w and x belong to the group."""
    policy = dataclasses.replace(a_policy(), drain=drain)
    return a_context(GROUP, nodes, policy=policy, **{**selected("w"), **more})


def others(number: int, zone: str = "", **fields: Any) -> list[Node]:
    """Nodes that do not belong to the group."""
    return [a_node(f"o{zone}{index}", zone=zone, **fields) for index in range(number)]


class TestSilence:
    @pytest.mark.parametrize(
        ("fields", "silent"),
        [
            pytest.param(SILENT, True, id="for dead_node_timeout"),
            pytest.param({"ready": None, "ready_since": READ_AT - 299}, False, id="for less"),
            pytest.param({"ready": True, "ready_since": 1.0}, False, id="a kubelet that is well"),
        ],
    )
    def test_is_a_kubelet_that_does_not_answer(self, fields: dict[str, Any], silent: bool) -> None:
        ctx = a_look(a_node("w", **fields), *others(3), heartbeats=NO_LEASE)
        assert dead.is_dead(ctx, ctx.situation.members[0]) is silent

    def test_is_not_known_before_its_lease_was_read(self) -> None:
        ctx = a_look(a_node("w", **SILENT), *others(3))
        assert dead.is_dead(ctx, ctx.situation.members[0]) is False
        assert ctx.commands == [ReadHeartbeat("w")]

    def test_is_no_death_of_a_control_plane_node(self) -> None:
        tags = {"KubernetesCluster": "c", "kops.k8s.io/instancegroup": "a"}
        group = dataclasses.replace(GROUP, tags={**tags, "k8s.io/role/control-plane": "1"})
        nodes = [a_node("w", **SILENT), *others(3)]
        ctx = a_context(group, nodes, heartbeats=NO_LEASE, **selected("w"))
        assert ctx.kind.serves_api
        assert dead.is_dead(ctx, ctx.situation.members[0]) is False

    def test_without_a_node_nothing_is_dead(self) -> None:
        ctx = a_look(*others(3))
        assert dead.is_dead(ctx, ctx.situation.members[0]) is False


class TestAnOutage:
    @pytest.mark.parametrize(
        ("silent", "well", "text"),
        [
            pytest.param(1, 0, "", id="one node alone is never one"),
            pytest.param(2, 5, "", id="two of seven"),
            pytest.param(2, 4, "2 of 6 nodes of the cluster do not answer", id="a third"),
            pytest.param(3, 0, "3 of 3 nodes of the cluster do not answer", id="all"),
        ],
    )
    def test_is_a_third_of_the_cluster(self, silent: int, well: int, text: str) -> None:
        apart = [a_node(f"s{n}", zone=f"z{n}", **SILENT) for n in range(silent)]
        assert dead.too_many(a_look(*apart, *others(well, "b"))) == text

    @pytest.mark.parametrize(
        ("silent", "well", "text"),
        [
            pytest.param(2, 4, "2 of 6 nodes in a do not answer", id="a third of a zone"),
            pytest.param(2, 5, "", id="less than a third of a zone"),
            pytest.param(3, 3, "3 of 6 nodes in a do not answer", id="half of a zone"),
        ],
    )
    def test_is_a_third_of_a_zone(self, silent: int, well: int, text: str) -> None:
        in_zone = [a_node(f"s{n}", zone="a", **SILENT) for n in range(silent)]
        nodes = [*in_zone, *others(well, "a"), *others(12, "b")]
        assert dead.too_many(a_look(*nodes)) == text

    def test_is_none_where_one_node_each_is_silent_in_two_zones(self) -> None:
        nodes = [a_node("p", zone="a", **SILENT), a_node("q", zone="b", **SILENT)]
        assert dead.too_many(a_look(*nodes, *others(5, "c"))) == ""

    def test_counts_kubelets_that_fell_silent_just_now(self) -> None:
        just_now = {"ready": None, "ready_since": READ_AT - 1}
        ctx = a_look(a_node("w", **SILENT), *others(2, **just_now), heartbeats=NO_LEASE)
        assert dead.too_many(ctx) == "3 of 3 nodes of the cluster do not answer"
        assert dead.is_dead(ctx, ctx.situation.members[0]) is False


class TestItsTurn:
    """It comes at once: what waits for its pods waits for it."""

    @pytest.mark.parametrize(
        ("more", "taken"),
        [
            pytest.param({}, True, id="besides another that leaves"),
            pytest.param({"heartbeats": {}}, False, id="not before its lease was read"),
            pytest.param(
                {"marks": Marks(selected=frozenset(("i-w",)), skipped=frozenset(("i-x",)))},
                False,
                id="not once it was given up",
            ),
            pytest.param(
                {"journal": RUNNING.accounted(Account(2, 3, None, ("i-w",)))},
                False,
                id="not while desired may be one less",
            ),
        ],
    )
    def test_is_now(self, more: dict[str, Any], taken: bool) -> None:
        fields = {"heartbeats": {"x": Heartbeat("", NOW, NOW)}, **more}
        journal = fields.pop("journal", RUNNING)
        nodes = [a_node("w"), a_node("x", **SILENT), *others(3)]
        ctx = a_context(GROUP, nodes, journal, policy=a_policy(), **{**selected("w"), **fields})
        dead.take_dead(ctx)
        assert ("i-x" in ctx.memory.nodes.marks.selected) is taken


class TestItsEnd:
    PODS = Feed("pods", "w")

    @pytest.mark.parametrize(
        ("pods", "drain", "may"),
        [
            pytest.param((), DrainPolicy(), True, id="an empty node"),
            pytest.param((a_pod(node="w"),), DrainPolicy(), True, id="pods that others replace"),
            pytest.param((a_pod(node="w", owner=None),), DrainPolicy(), False, id="a bare pod"),
            pytest.param(
                (a_pod(node="w", owner=None),), DrainPolicy(force=True), True, id="a forced one"
            ),
            pytest.param((a_pod(node="w", empty_dir=True),), DrainPolicy(), False, id="local data"),
        ],
    )
    def test_follows_the_rules_of_a_drain(
        self, pods: tuple[Pod, ...], drain: DrainPolicy, may: bool
    ) -> None:
        ctx = a_look(a_node("w", **SILENT), drain=drain, shown={self.PODS: pods})
        assert dead.judge_dead(ctx, ctx.situation.members[0]) is may
        assert ctx.memory.nodes.dead == ({"i-w"} if may else set())
        assert ctx.memory.nodes.marks.skipped == (set() if may else {"i-w"})

    def test_waits_until_its_pods_are_known(self) -> None:
        for broken in ({}, {self.PODS: UnreachableError("no answer")}):
            ctx = a_look(a_node("w", **SILENT), broken=broken)
            assert dead.judge_dead(ctx, ctx.situation.members[0]) is False
            assert self.PODS in ctx.feeds
            assert ctx.memory.nodes.marks.skipped == frozenset()

    def test_that_is_refused_names_the_pods(self) -> None:
        pods = (a_pod("b", "w", owner=None), a_pod("a", "w", owner=None))
        ctx = a_look(a_node("w", **SILENT), shown={self.PODS: pods})
        dead.judge_dead(ctx, ctx.situation.members[0])
        why = "has no controller and nothing will replace it"
        assert ctx.journal.failures == (
            f"Node w is dead and carries what a drain refuses: shop/a ({why}), shop/b ({why})",
        )

    def test_is_told_once(self) -> None:
        ctx = a_look(a_node("w", **SILENT), shown={self.PODS: ()})
        for _time in range(2):
            dead.judge_dead(ctx, ctx.situation.members[0])
        assert [event.phase for event in ctx.events] == ["dead"]


class TestItsNodeObject:
    W = a_node("w", **SILENT)
    TAINTED = a_node("w", taints=(dead.OUT_OF_SERVICE,), **SILENT)
    ATTACHED = Attachment("a", "w", "pv-1")

    def test_of_an_instance_that_was_not_dead_goes_at_once(self) -> None:
        ctx = a_look(self.W)
        assert dead.release_volumes(ctx, self.W) is True
        assert ctx.commands == []

    def test_is_tainted_first_so_that_volumes_are_let_go(self) -> None:
        ctx = a_look(self.W, dead=frozenset(("i-w",)))
        assert dead.release_volumes(ctx, self.W) is False
        (command,) = ctx.commands
        assert isinstance(command, ChangeNode)
        assert command.change.taints == (dead.OUT_OF_SERVICE,)
        assert dead.OUT_OF_SERVICE.effect == "NoExecute"

    @pytest.mark.parametrize(
        ("shown", "waited", "drain", "gone"),
        [
            pytest.param(None, 0, DrainPolicy(), False, id="attachments not listed"),
            pytest.param((), 0, DrainPolicy(), True, id="nothing is attached"),
            pytest.param((Attachment("a", "x", "pv-1"),), 0, DrainPolicy(), True, id="elsewhere"),
            pytest.param((ATTACHED,), 119, DrainPolicy(), False, id="attached"),
            pytest.param((ATTACHED,), 120, DrainPolicy(), True, id="attached for too long"),
            pytest.param(
                (ATTACHED,), 1e6, DrainPolicy(volume_timeout=0), False, id="without a limit"
            ),
        ],
    )
    def test_goes_when_its_volumes_have_gone(
        self, shown: Any, waited: float, drain: DrainPolicy, gone: bool
    ) -> None:
        ctx = a_look(
            self.TAINTED,
            drain=drain,
            shown={} if shown is None else {ATTACHMENTS: shown},
            dead=frozenset(("i-w",)),
            timers={"volumes i-w": NOW - waited},
        )
        assert dead.release_volumes(ctx, self.TAINTED) is gone
        assert ATTACHMENTS in ctx.feeds
