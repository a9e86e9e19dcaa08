# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which workloads lost pods by a run, and how many ready pods they had before."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Owner,
    Pod,
    Workload,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.workloads import Loss
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
    NodeMemory,
    PodMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import losses
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
    a_policy,
)

WEB = Workload("Deployment", "shop", "web", "uid-web", wanted=4, ready=4)
DATABASE = Workload("StatefulSet", "shop", "db", "uid-db", wanted=3, ready=3)
SET, STATEFUL = Owner("ReplicaSet", "web-6f", "uid-set"), Owner("StatefulSet", "db", "uid-db")


def a_pod(name: str, owner: Owner | None = SET, **more: Any) -> Pod:
    labels = {"pod-template-hash": "6f"}
    return Pod("shop", name, f"uid-{name}", node="w", owner=owner, labels=labels, **more)


def a_look(
    *pods: PodMemory, known: tuple[Workload, ...] = (WEB, DATABASE), mode: str = "wait", **more: Any
) -> RotationContext:
    """A look at these pods of a node that is draining."""
    node = NodeMemory(0.0, {pod.pod.uid: pod for pod in pods})
    shown = {
        feed: tuple(one for one in known if one.kind == kind)
        for kind, feed in losses.FEEDS.items()
        if kind in losses.ALWAYS
    }
    fields: dict[str, Any] = {"shown": shown, "drain": DrainMemory({"w": node}), **more}
    policy = a_policy(workload_gate=mode)
    return a_context(a_group(an_instance("w")), [a_node("w")], policy=policy, **fields)


def noted(ctx: RotationContext) -> dict[str, Loss]:
    losses.note_losses(ctx)
    return dict(ctx.memory.gate.losses)


def test_before_the_first_pod_goes_the_ready_ones_are_counted_and_none_is_lost() -> None:
    ctx = a_look(PodMemory(a_pod("web-1")), PodMemory(a_pod("db-0", STATEFUL)))
    assert noted(ctx) == {}
    assert ctx.memory.gate.ready_before == {WEB.key: 4, DATABASE.key: 3}
    assert ctx.memory.gate.robbed == frozenset()


def test_an_accepted_eviction_is_a_loss_against_what_there_was_before() -> None:
    gone = PodMemory(a_pod("web-1"), accepted_at=NOW - 5)
    short = dataclasses.replace(WEB, ready=3)
    ctx = a_look(gone, known=(short,), ready_before={WEB.key: 4})
    assert noted(ctx) == {WEB.key: Loss(4, NOW - 5)}
    assert ctx.memory.gate.robbed == {SET.key}
    assert losses.losing(ctx) == {WEB.key}


def test_a_workload_read_too_late_had_what_was_taken_as_well() -> None:
    taken = [PodMemory(a_pod(f"web-{n}"), accepted_at=NOW - n) for n in (1, 2)]
    ctx = a_look(*taken, known=(dataclasses.replace(WEB, ready=2),))
    assert noted(ctx) == {WEB.key: Loss(4, NOW - 1)}


@pytest.mark.parametrize(
    ("fields", "ending"),
    [
        pytest.param({}, 1, id="still there"),
        pytest.param({"gone_at": NOW}, 0, id="gone"),
        pytest.param({"pod": a_pod("db-0", STATEFUL, ready=False)}, 0, id="not ready any more"),
    ],
)
def test_a_pod_of_a_statefulset_that_ends_is_still_counted_as_ready(
    fields: dict[str, Any], ending: int
) -> None:
    pod = PodMemory(a_pod("db-0", STATEFUL), accepted_at=NOW - 5)
    ctx = a_look(dataclasses.replace(pod, **fields), ready_before={DATABASE.key: 3})
    assert noted(ctx) == {DATABASE.key: Loss(3, NOW - 5, ending)}


def test_a_loss_stays_when_its_node_is_forgotten() -> None:
    lost = {WEB.key: Loss(4, NOW - 99)}
    assert noted(a_look(losses=lost)) == lost


def test_the_zone_of_a_volume_is_remembered() -> None:
    ctx = a_look(PodMemory(a_pod("db-0", STATEFUL, claims=("data-db-0",))))
    losses.note_losses(ctx)
    assert ctx.memory.gate.claim_zones == {"shop/data-db-0": "a"}


def test_a_bare_pod_and_one_of_an_unknown_kind_have_no_workload() -> None:
    fleet = Owner("Fleet", "fleet", "uid-fleet", "example.com")
    taken = [
        PodMemory(a_pod(name, owner), accepted_at=NOW)
        for name, owner in (("a", None), ("b", fleet))
    ]
    ctx = a_look(*taken)
    assert noted(ctx) == {}
    assert ctx.memory.gate.robbed == {fleet.key}


def test_a_replicaset_that_no_deployment_explains_is_read_itself() -> None:
    ctx = a_look(PodMemory(a_pod("web-1"), accepted_at=NOW), known=(DATABASE,))
    assert noted(ctx) == {"ReplicaSet shop/web-6f": Loss(0, NOW)}
    assert losses.FEEDS["ReplicaSet"] in ctx.feeds
    assert losses.FEEDS["ReplicationController"] not in ctx.feeds
    assert losses.unread(ctx) == "the replicasets are being listed"


def test_off_remembers_nothing() -> None:
    ctx = a_look(PodMemory(a_pod("web-1"), accepted_at=NOW), mode="off")
    assert noted(ctx) == {}
    assert ctx.memory.gate.robbed == frozenset()


def test_what_may_not_be_read_is_told_once_and_not_waited_for() -> None:
    ctx = a_look(broken={losses.FEEDS["StatefulSet"]: ForbiddenError("not allowed")})
    assert (losses.unread(ctx), losses.unread(ctx)) == ("", "")
    assert [event.phase for event in ctx.events] == ["warning"]


def test_a_pod_that_ended_with_its_node_is_not_waited_for() -> None:
    """Its drain tells no more of it: nothing else says that it has ended."""
    ctx = a_look(losses={DATABASE.key: Loss(3, NOW - 50, ending=1)})
    assert noted(ctx) == {DATABASE.key: Loss(3, NOW - 50, ending=0)}
