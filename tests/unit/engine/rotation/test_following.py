# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run learns, before it begins, of target groups that follow pods."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Pod, Service
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import SERVICES, Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.following import (
    ALL_PODS,
    known,
    note_following,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    INGRESS,
    a_group,
    a_node,
    a_target,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    RUNNING,
    a_context,
)

LOCAL = Service("shop", "web", "u", frozenset((30080,)), True)
CLOSED = ForbiddenError("services is forbidden")


def a_look(
    services: Iterable[Service] | None = None, pods: Iterable[Pod] | None = None, **fields: Any
) -> RotationContext:
    """A look at one node behind a target group; None: not listed yet."""
    group = a_group(an_instance("w"), targets=fields.pop("targets", (a_target("w"),)))
    lists = ((SERVICES, services), (ALL_PODS, pods))
    shown: dict[Feed, Iterable[Any]] = {feed: items for feed, items in lists if items is not None}
    return a_context(group, [a_node("w")], shown=shown, **fields)


def test_services_are_waited_for_and_pods_only_where_no_service_explains_a_port() -> None:
    ctx = a_look()
    assert not known(ctx)
    assert SERVICES in ctx.feeds
    assert ALL_PODS not in ctx.feeds
    assert known(a_look([LOCAL]))
    assert known(a_look([dataclasses.replace(LOCAL, local=False)]))
    ctx = a_look([])
    assert not known(ctx)
    assert ALL_PODS in ctx.feeds
    assert known(a_look([], []))
    ctx = a_look(targets=())
    assert known(ctx)
    assert SERVICES not in ctx.feeds


def test_one_refusal_is_not_believed_and_a_lasting_one_is_told() -> None:
    assert not known(a_look(broken={SERVICES: CLOSED}))
    ctx = a_look(broken={SERVICES: CLOSED}, timers={"no services": NOW - 15})
    assert known(ctx)
    (event,) = ctx.events
    assert event.phase == "warning"
    assert "services may not be read" in event.text


def test_a_refusal_after_an_answer_is_counted_anew() -> None:
    ctx = a_look(timers={"no services": NOW - 999})
    known(ctx)
    assert "no services" not in ctx.memory.timers


def test_silence_ends_the_run_after_its_time() -> None:
    with pytest.raises(UnreachableError):
        known(a_look(timers={"unread": NOW - 300}))


def test_what_follows_is_recorded_and_told() -> None:
    ctx = a_look([LOCAL])
    note_following(ctx)
    assert ctx.journal.follows == (INGRESS,)
    assert "follows pods: Service shop/web" in ctx.events[0].text


def test_only_pods_on_nodes_of_the_group_count_by_their_host_ports() -> None:
    for node, follows in (("w", (INGRESS,)), ("elsewhere", ())):
        ctx = a_look([], [Pod("shop", "web-1", "u", node=node, host_ports=frozenset((30080,)))])
        note_following(ctx)
        assert ctx.journal.follows == follows


def test_what_an_interrupted_run_recorded_stays_and_what_a_finished_one_did_not() -> None:
    before = dataclasses.replace(RUNNING, follows=("old",))
    ctx = a_look([LOCAL], journal=before)
    note_following(ctx)
    assert ctx.journal.follows == tuple(sorted(("old", INGRESS)))
    ctx = a_look([LOCAL], journal=dataclasses.replace(before, tainted=False, run=""))
    note_following(ctx)
    assert ctx.journal.follows == (INGRESS,)
