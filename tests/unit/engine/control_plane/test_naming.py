# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A new node waits for the DNS records of the API servers, where there are any."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    ReadRecords,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    Component,
    Components,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane.naming import (
    lacks,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import Retry
from ansible_collections.nodeops.rotator.tests.unit.core.control_plane.builders import (
    a_plane_node,
    changed,
    components,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.control_plane.builders import a_look
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import NOW

NAME = "api.internal.prod.example.com"
NODES = [
    dataclasses.replace(a_plane_node(name), addresses=frozenset({f"10.0.0.{number}"}))
    for number, name in enumerate("abc")
]
ALL = frozenset({"10.0.0.0", "10.0.0.1", "10.0.0.2"})


def kept() -> Components:
    """A control plane whose API server on a asks for a record."""
    found = changed(components(), "kube-apiserver", "a", dns_names=(NAME,))
    keeper = Component("dns-controller", "dns-controller-1", "b")
    return dataclasses.replace(found, pods=(*found.pods, keeper))


def asked(ctx: RotationContext) -> str:
    return lacks(ctx, "i-a", NODES[0])


def look(records: Any = None, at: float = NOW, **more: Any) -> RotationContext:
    usual: dict[str, Any] = {"nodes": NODES, "found": kept()}
    return a_look(**{**usual, "dns": records or {}, "dns_at": at, **more})


def test_without_dns_controller_nothing_is_read() -> None:
    ctx = look(found=components(), at=-1e9)
    assert asked(ctx) == ""
    assert ctx.commands == []


@pytest.mark.parametrize(("at", "reads"), [(NOW - 10, True), (NOW - 9, False)])
def test_the_records_are_read_every_ten_seconds(at: float, reads: bool) -> None:
    ctx = look({NAME: ALL}, at)
    assert asked(ctx) == ""
    assert (ctx.commands == [ReadRecords((NAME,))]) is reads
    assert ctx.wake <= NOW + 10


def test_before_they_are_read_they_are_waited_for() -> None:
    assert asked(look()) == "the DNS records of the API servers to be read"


def test_a_record_that_lacks_the_node_or_names_a_former_one_is_waited_for() -> None:
    assert asked(look({NAME: ALL - {"10.0.0.0"}})) == f"DNS record {NAME} to name it"
    assert (
        asked(look({NAME: ALL | {"10.9.9.9"}})) == f"DNS record {NAME} to name 10.9.9.9 no longer"
    )


def test_a_read_that_fails_now_is_repeated_and_an_old_one_counts_no_longer() -> None:
    busy = {ReadRecords((NAME,)): Retry(1, NOW + 2, UnreachableError("later"))}
    assert asked(look({NAME: ALL}, NOW - 30, retries=busy)) == ""
    old = look({NAME: ALL}, NOW - 31, retries=busy)
    assert asked(old) == "the DNS records of the API servers to be read"
    assert old.events == []


@pytest.mark.parametrize(
    "more",
    [
        {"records": {NAME: None}},
        {"retries": {ReadRecords((NAME,)): Retry(1, NOW + 2, ForbiddenError("no"))}},
    ],
)
def test_what_cannot_be_told_is_said_and_not_waited_for(more: dict[str, Any]) -> None:
    ctx = look(**more)
    assert asked(ctx) == ""
    (event,) = ctx.events
    assert event.phase == "warning"
    assert f"whom DNS record {NAME} names" in event.text
