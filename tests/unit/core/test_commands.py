# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command makes exactly one call of a port, and equals its like."""

from __future__ import annotations

import dataclasses
from typing import Any
from unittest import mock

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core import commands
from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Command,
    DeleteNode,
    DeletePod,
    Deregister,
    EnterStandby,
    Evict,
    PointBack,
    Protect,
    ProtectNew,
    ReadCluster,
    ReadConsole,
    ReadGroup,
    ReadLease,
    Register,
    Resume,
    SetDesired,
    SetMaxSize,
    SetTag,
    Suspend,
    TagInstance,
    Terminate,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange, Ports

CHANGE = NodeChange(True)
LEASE = Lease("lease", holder="me")
TARGETS = (("i-1", 80), ("i-2", 80))

TABLE: list[tuple[Command, str, tuple[Any, ...]]] = [
    (
        ReadGroup("blue", ("i-1",), 9.0, 70.0, False),
        "read_group",
        ("blue", ("i-1",), 9.0, 70.0, False),
    ),
    (ReadConsole("i-1"), "console_output", ("i-1",)),
    (EnterStandby("blue", "i-1"), "enter_standby", ("blue", "i-1")),
    (TagInstance("i-1", "k", "v"), "tag_instance", ("i-1", "k", "v")),
    (SetDesired("blue", 5), "set_desired", ("blue", 5)),
    (SetMaxSize("blue", 6), "set_max_size", ("blue", 6)),
    (Terminate("i-1", True), "terminate", ("i-1", True)),
    (Terminate("i-1", False), "terminate", ("i-1", False)),
    (Protect("blue", ("i-1",), True), "protect", ("blue", ("i-1",), True)),
    (ProtectNew("blue", False), "protect_new", ("blue", False)),
    (Suspend("blue", ("AZRebalance",)), "suspend", ("blue", ("AZRebalance",))),
    (Resume("blue", ("AZRebalance",)), "resume", ("blue", ("AZRebalance",))),
    (Deregister("tg", TARGETS), "deregister", ("tg", TARGETS)),
    (Register("tg", TARGETS), "register", ("tg", TARGETS)),
    (PointBack("blue", (("lt-1", "3"),)), "point_back", ("blue", (("lt-1", "3"),))),
    (SetTag("blue", "key", None), "set_tag", ("blue", "key", None)),
    (ChangeNode("n1", "7", CHANGE), "change_node", ("n1", "7", CHANGE)),
    (DeleteNode("n1", "uid"), "delete_node", ("n1", "uid")),
    (Evict("shop", "cart", "uid", 5, True), "evict", ("shop", "cart", "uid", 5, True)),
    (DeletePod("shop", "cart", "uid", 0), "delete_pod", ("shop", "cart", "uid", 0, False)),
    (ReadCluster(), "cluster_uid", ()),
    (ReadLease("lease"), "read_lease", ("lease", "")),
    (ReadLease("lease", "shop"), "read_lease", ("lease", "shop")),
    (WriteLease(LEASE), "write_lease", (LEASE,)),
]
ON_KUBERNETES = (ChangeNode, DeleteNode, Evict, DeletePod, ReadCluster, ReadLease, WriteLease)
ANSWERING = (
    ChangeNode,
    DeletePod,
    Evict,
    ReadCluster,
    ReadConsole,
    ReadGroup,
    ReadLease,
    WriteLease,
)


@pytest.mark.parametrize(
    ("command", "method", "arguments"), TABLE, ids=[type(row[0]).__name__ for row in TABLE]
)
def test_a_command_makes_one_call(
    command: Command, method: str, arguments: tuple[Any, ...]
) -> None:
    cloud, cluster = mock.Mock(), mock.Mock()
    answer = command.apply(Ports(cloud, cluster))
    port, other = (cluster, cloud) if isinstance(command, ON_KUBERNETES) else (cloud, cluster)
    assert port.mock_calls == [getattr(mock.call, method)(*arguments)]
    assert other.mock_calls == []
    answers = isinstance(command, ANSWERING)
    assert answer is (getattr(port, method).return_value if answers else None)


@pytest.mark.parametrize("command", [row[0] for row in TABLE], ids=lambda one: type(one).__name__)
def test_a_command_is_charged_to_the_side_that_it_calls(command: Command) -> None:
    expected = "kubernetes" if isinstance(command, ON_KUBERNETES) else "aws"
    assert command.service == expected


def test_the_table_has_every_command() -> None:
    known = {
        found
        for found in vars(commands).values()
        if dataclasses.is_dataclass(found) and found.__module__ == commands.__name__
    }
    assert {type(row[0]) for row in TABLE} == known


@pytest.mark.parametrize("command", [row[0] for row in TABLE], ids=lambda one: type(one).__name__)
def test_commands_that_say_the_same_are_the_same(command: Any) -> None:
    assert dataclasses.replace(command) == command
    assert hash(dataclasses.replace(command)) == hash(command)


def test_whose_end_is_awaited_does_not_make_another_read() -> None:
    assert ReadGroup("blue", ("i-1",)) == ReadGroup("blue", ("i-2",))
    assert hash(ReadGroup("blue", ("i-1",))) == hash(ReadGroup("blue"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Terminate("i-1", True), Terminate("i-1", False)),
        (SetDesired("blue", 5), SetDesired("blue", 6)),
        (ChangeNode("n1", "7", CHANGE), ChangeNode("n1", "8", CHANGE)),
        (Evict("shop", "cart", "u"), Evict("shop", "cart", "u", dry_run=True)),
        (Evict("shop", "cart", "u"), DeletePod("shop", "cart", "u")),
        (Suspend("blue", ("AZRebalance",)), Resume("blue", ("AZRebalance",))),
    ],
)
def test_commands_that_say_something_else_are_others(one: Command, other: Command) -> None:
    assert one != other
