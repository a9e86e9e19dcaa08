# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes that outlive their instance are deleted once EC2 says terminated."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    DeleteNode,
    ReadGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group, Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    MARKED_IN,
    REPLACING,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import ended_nodes
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import NOW, a_context

ENDED = an_instance("w", state="terminated", lifecycle="Terminated")
ENDING = an_instance("w", state="shutting-down", lifecycle="Terminating")
GONE = Marks(gone=frozenset(("i-w",)))
FORMER = a_node("old", provider_id="aws:///a/i-former")
FORMER_ENDED = an_instance("former", state="terminated")
TAKEN_OVER = dataclasses.replace(FORMER, ready_since=1101.0)
"""It has become Ready since a new instance was launched."""


def a_look(group: Group, nodes: Any = (a_node("w"),), **more: Any) -> RotationContext:
    """A look at a group whose instance w was ended; its node is still there."""
    return a_context(group, nodes, **{"marks": GONE, **more})


class TestANodeThatARunBeforeHasMarked:
    """Its instance has left the group; the run was stopped before the Node went."""

    NODE = a_node("w", annotations={REPLACING: "r0", MARKED_IN: "blue"})

    def look(self, *former: Instance) -> RotationContext:
        """A look at a group that instance w has left."""
        return a_look(a_group(an_instance("x"), former=former), (self.NODE,), marks=Marks())

    def test_is_asked_for(self) -> None:
        assert ended_nodes.awaited(self.look()) == ("i-w",)

    def test_is_deleted_once_its_instance_is_terminated(self) -> None:
        ctx = self.look(an_instance("w", state="terminated"))
        assert ended_nodes.clear_ended_nodes(ctx) is False
        assert ctx.commands == [DeleteNode("w", self.NODE.uid)]
        running = self.look(an_instance("w"))
        assert ended_nodes.clear_ended_nodes(running) is False
        assert running.commands == []

    def test_is_left_where_its_instance_was_kept(self) -> None:
        assert ended_nodes.clear_ended_nodes(self.look(an_instance("w", kept=True))) is True


class TestWhoseNodeShouldGo:
    @pytest.mark.parametrize(
        ("nodes", "marks", "awaited"),
        [
            pytest.param((a_node("w"),), GONE, ("i-w",), id="it has ended and its node is there"),
            pytest.param((), GONE, (), id="its node has gone"),
            pytest.param((a_node("w"),), Marks(), (), id="it has not ended"),
        ],
    )
    def test_is_that_of_an_instance_that_has_ended(
        self, nodes: Any, marks: Marks, awaited: tuple[str, ...]
    ) -> None:
        assert ended_nodes.awaited(a_look(a_group(ENDING), nodes, marks=marks)) == awaited

    @pytest.mark.parametrize(
        ("dns", "nodes", "awaited"),
        [
            pytest.param("old", (FORMER,), ("i-former",), id="its name is in use again"),
            pytest.param("other", (FORMER,), (), id="another name"),
            pytest.param("", (FORMER,), (), id="a new instance whose name is not known"),
            pytest.param("old", (FORMER, a_node("n")), (), id="the new instance has a node"),
        ],
    )
    def test_is_one_whose_name_a_new_instance_has_got(
        self, dns: str, nodes: Any, awaited: tuple[str, ...]
    ) -> None:
        group = a_group(an_instance("n", fresh=True, private_dns=dns))
        ctx = a_look(group, nodes, marks=Marks())
        assert ended_nodes.awaited(ctx) == awaited
        ended_nodes.delete_ended_nodes(ctx)
        assert ctx.poll_soon is bool(awaited)

    def test_is_none_under_which_a_new_instance_runs(self) -> None:
        new = an_instance("n", fresh=True, private_dns="old")
        ctx = a_look(a_group(new, former=(FORMER_ENDED,)), (TAKEN_OVER,), marks=Marks())
        assert ended_nodes.awaited(ctx) == ()
        ended_nodes.delete_ended_nodes(ctx)
        assert ctx.commands == []

    def test_is_nobodys_before_the_group_was_read(self) -> None:
        assert ended_nodes.awaited(a_context(None, (a_node("w"),))) == ()


class TestWhichInstancesAreLookedUp:
    @pytest.mark.parametrize(
        ("mode", "ago", "looked_up"),
        [
            pytest.param("rotate", None, (), id="it has just ended"),
            pytest.param("rotate", 59, (), id="its node may be deleted by the cloud controller"),
            pytest.param("rotate", 60, ("i-w",), id="its node lingers"),
            pytest.param("release", None, ("i-w",), id="the run comes to its end"),
            pytest.param("settle", None, ("i-w",), id="the run settles"),
        ],
    )
    def test_are_those_whose_nodes_nobody_else_deletes(
        self, mode: str, ago: float | None, looked_up: tuple[str, ...]
    ) -> None:
        timers = {} if ago is None else {"lingers i-w": NOW - ago}
        ctx = a_look(a_group(ENDING), mode=mode, timers=timers)
        assert ended_nodes.looked_up(ctx) == looked_up

    def test_are_those_whose_names_are_in_use_again(self) -> None:
        group = a_group(an_instance("n", fresh=True, private_dns="old"))
        assert ended_nodes.looked_up(a_look(group, (FORMER,), marks=Marks())) == ("i-former",)

    def test_are_those_that_have_left_the_group_with_a_mark(self) -> None:
        node = TestANodeThatARunBeforeHasMarked.NODE
        ctx = a_look(a_group(an_instance("x")), (node,), marks=Marks())
        assert ended_nodes.looked_up(ctx) == ("i-w",)

    def test_are_none_before_the_group_was_read(self) -> None:
        assert ended_nodes.looked_up(a_context(None, (a_node("w"),))) == ()


class TestDeletion:
    @pytest.mark.parametrize(
        ("group", "deleted"),
        [
            pytest.param(a_group(ENDED), True, id="terminated, still in the group"),
            pytest.param(
                dataclasses.replace(a_group(), former=(ENDED,)), True, id="terminated, and left it"
            ),
            pytest.param(a_group(ENDING), False, id="shutting down"),
            pytest.param(a_group(), False, id="nobody says anything of it"),
        ],
    )
    def test_waits_until_ec2_says_terminated(self, group: Group, deleted: bool) -> None:
        ctx = a_look(group)
        assert ended_nodes.delete_ended_nodes(ctx) == ("i-w",)
        assert ctx.commands == ([DeleteNode("w", "uid-w")] if deleted else [])

    def test_of_a_dead_node_waits_for_its_volumes_too(self) -> None:
        ctx = a_look(a_group(ENDED), dead=frozenset(("i-w",)))
        ended_nodes.delete_ended_nodes(ctx)
        assert not any(isinstance(command, DeleteNode) for command in ctx.commands)

    def test_is_not_repeated_while_a_finalizer_keeps_the_node(self) -> None:
        command = DeleteNode("w", "uid-w")
        ctx = a_look(a_group(ENDED), acts={command: NOW - 5})
        ended_nodes.delete_ended_nodes(ctx)
        assert (ctx.commands, ctx.wake) == ([], NOW + 15)

    @pytest.mark.parametrize(("ago", "soon"), [(59, False), (60, True)])
    def test_is_looked_for_soon_where_nobody_else_deletes_the_node(
        self, ago: float, soon: bool
    ) -> None:
        ctx = a_look(a_group(an_instance("x")), timers={"lingers i-w": NOW - ago})
        ended_nodes.delete_ended_nodes(ctx)
        assert ctx.poll_soon is soon


class TestTheEndOfTheWait:
    def test_comes_when_all_are_gone(self) -> None:
        assert ended_nodes.clear_ended_nodes(a_look(a_group(ENDED), ())) is True

    @pytest.mark.parametrize(("waited", "over"), [(0, False), (599, False), (600, True)])
    def test_comes_after_terminate_timeout_with_a_remark(self, waited: float, over: bool) -> None:
        ctx = a_look(a_group(ENDING), timers={"ended nodes": NOW - waited})
        assert ended_nodes.clear_ended_nodes(ctx) is over
        told = "Instance i-w was told to terminate and its node w is still there"
        assert ctx.memory.report.left == ((told,) if over else ())
        ended_nodes.clear_ended_nodes(ctx)
        assert len(ctx.memory.report.left) == int(over), "said once"

    def test_names_each_node_that_is_still_there(self) -> None:
        """It may carry marks of ours, by which people find it."""
        group = a_group(ENDING, dataclasses.replace(ENDING, id="i-v"))
        nodes = [a_node("w"), a_node("v")]
        timers = {"ended nodes": NOW - 600}
        ctx = a_look(group, nodes, timers=timers, marks=Marks(gone=frozenset(("i-v", "i-w"))))
        assert ended_nodes.clear_ended_nodes(ctx) is True
        assert [sentence.split(" node ")[1] for sentence in ctx.memory.report.left] == [
            "v is still there",
            "w is still there",
        ]

    def test_does_not_say_that_we_ended_what_only_has_such_a_name(self) -> None:
        group = a_group(an_instance("n", fresh=True, private_dns="ip-7"))
        other = a_node("ip-7", provider_id="aws:///a/i-other")
        ctx = a_look(group, [other], timers={"ended nodes": NOW - 600}, marks=Marks())
        assert ended_nodes.clear_ended_nodes(ctx) is True
        assert ctx.memory.report.left == (
            "Node ip-7 still names instance i-other, which does not belong to Auto Scaling group"
            " blue",
        )

    @pytest.mark.parametrize(("ago", "reads"), [(14, []), (15, [ReadGroup("blue")])])
    def test_is_looked_for_every_fifteen_seconds(self, ago: float, reads: list[ReadGroup]) -> None:
        ctx = a_look(a_group(ENDING), read_began=NOW - ago)
        ended_nodes.clear_ended_nodes(ctx)
        assert ctx.commands == reads
