# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every run ends: each state has a command in flight or a finite deadline."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    DeleteNode,
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
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ConflictError,
    CredentialsError,
    FailedError,
    ForbiddenError,
    LateError,
    NotFoundError,
    RefusedError,
    RotatorError,
    ThrottledError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    EXCLUDE,
    REPLACING,
    SHIELDED,
    WAS_CORDONED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import dump
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    SOFT_TAINT,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import run
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.decide import (
    decide,
    start,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.result import (
    RotationResult,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    INGRESS,
    a_group,
    a_node,
    a_target,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import a_budget, a_pod
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    HELD,
    RUNNING,
    a_policy,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.stubborn import (
    HAPPENS,
    NOTHING,
    Endless,
    Stubborn,
)

ERRORS: tuple[RotatorError, ...] = (
    UnreachableError("no answer"),
    ThrottledError("slow down", retry_after=3.0),
    ConflictError("changed"),
    LateError("too late"),
    NotFoundError("gone"),
    ForbiddenError("not allowed"),
    CredentialsError("who are you"),
    RefusedError("no"),
    FailedError("broke"),
)
KINDS = (
    ChangeNode,
    DeleteNode,
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
FEEDS = (
    "nodes",
    "pods",
    "poddisruptionbudgets",
    "daemonsets",
    "volumeattachments",
    "persistentvolumeclaims",
)
NAMES = "wxyz"
SHORT = {
    "boot_timeout": 90,
    "gate_timeout": 90,
    "lb_timeout": 30,
    "terminate_timeout": 60,
    "soak": 5,
    "dead_node_timeout": 60,
}
DRAIN = DrainPolicy(timeout=60, pdb_timeout=40, volume_timeout=20)


MARKED: tuple[dict[str, Any], ...] = (
    {"annotations": {REPLACING: "earlier"}, "unschedulable": True, "labels": {EXCLUDE: "true"}},
    {"annotations": {REPLACING: "earlier", WAS_CORDONED: "true"}, "unschedulable": True},
    {"annotations": {SHIELDED: "earlier"}},
    {"taints": (SOFT_TAINT,)},
)
"""What an earlier run has left on nodes."""


def a_world(**fields: Any) -> Stubborn:
    """Four outdated nodes with a pod each.

    Everything happens unless told otherwise.
    """
    group = a_group(*(an_instance(name) for name in NAMES), max_size=9)
    usual: dict[str, Any] = {
        "group": dataclasses.replace(group, arn="arn:blue"),
        "nodes": {name: a_node(name) for name in NAMES},
        "pods": {name: {f"uid-p{name}": a_pod(f"p{name}", name)} for name in NAMES},
    }
    return Stubborn(**{**usual, **fields})


def rotate(world: Stubborn, **policy: Any) -> RotationResult:
    """Rotate it to the end."""
    sizes = policy.pop("surge", 1), policy.pop("unavailable", 0)
    options = a_policy(*sizes, drain=DRAIN, **{**SHORT, **policy})
    result: RotationResult = run(
        decide, start(world.now()), options, world, lambda event, now: None
    )
    return result


@pytest.mark.parametrize("policy", [{}, {"surge": 0, "unavailable": 2}, {"surge": 3, "canary": 1}])
def test_where_everything_happens_the_rotation_is_complete(policy: dict[str, Any]) -> None:
    world = a_world()
    result = rotate(world, **policy)
    assert (result.status, result.error) == ("complete", None)
    assert {instance.source[1] for instance in world.group.instances} == {"2"}
    assert world.group.desired == 4
    assert {ChangeNode, Evict, Terminate, WriteLease} <= world.kinds


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("outcome", [NOTHING, *ERRORS], ids=lambda o: getattr(o, "message", o))
def test_it_ends_whatever_one_kind_of_command_comes_to(kind: type, outcome: Any) -> None:
    rotate(a_world(outcomes={kind: outcome}))
    rotate(a_world(outcomes={kind: outcome}), surge=0, unavailable=1, canary=1)


@pytest.mark.parametrize("stop_at", [1000.5, 1010.0, 1100.0])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_it_ends_soon_when_it_is_stopped(kind: type, stop_at: float) -> None:
    for outcome in (NOTHING, UnreachableError("no answer"), ForbiddenError("not allowed")):
        world = a_world(outcomes={kind: outcome}, stop_at=stop_at, ends=stop_at - 1000 + 60)
        rotate(world)


@pytest.mark.parametrize("kind", FEEDS)
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.message)
def test_it_ends_whatever_cannot_be_read(kind: str, error: RotatorError) -> None:
    rotate(a_world(broken={kind: error}))


def some_world(chance: random.Random) -> tuple[Stubborn, dict[str, Any]]:
    """A world in which several things do not happen, and the options of a run in it."""
    world = a_world(joins=chance.choice(("ready", "ready", "never", "unready")))
    outcomes = {
        kind: chance.choice((HAPPENS, NOTHING, *ERRORS))
        for kind in chance.sample(KINDS, chance.randrange(4))
    }
    world.outcomes = outcomes
    if chance.random() < 0.2:
        world.broken = {chance.choice(FEEDS): chance.choice(ERRORS)}
    if chance.random() < 0.4:
        world.objects = {"poddisruptionbudgets": (a_budget(allowed=chance.randrange(2)),)}
    for name in NAMES:
        _odd(world, name, chance)
    if chance.random() < 0.3:
        states = ("healthy", "draining", "unhealthy", "initial")
        targets = tuple(a_target(name, chance.choice(states), INGRESS) for name in NAMES)
        world.group = dataclasses.replace(world.group, targets=targets)
    if chance.random() < 0.4:
        world.lease = _a_lease(chance)
    world.flaps = chance.random() < 0.1
    if chance.random() < 0.3:
        world.stop_at = 1000 + chance.expovariate(1 / 300)
    return world, {
        "surge": chance.choice((0, 1, 3)),
        "unavailable": chance.choice((1, 2)),
        "canary": chance.choice((0, 1)),
        "failure_budget": chance.choice((0, 2)),
        "unknown_instances": chance.choice(("leave", "end")),
        "repair": chance.random() < 0.3,
        "restore_only": chance.random() < 0.15,
        "scale_in_fence": chance.random() < 0.8,
        "keep_failed": chance.random() < 0.5,
        "cluster": "shop",
    }


def _odd(world: Stubborn, name: str, chance: random.Random) -> None:
    node = world.nodes[name]
    change = chance.choice(
        ({}, {}, {}, {"ready": False}, {"ready": None, "ready_since": 1.0}, {"unschedulable": True})
    )
    world.nodes[name] = dataclasses.replace(node, **change)
    if chance.random() < 0.1:
        del world.nodes[name]
    if chance.random() < 0.3 and name in world.nodes:
        node = world.nodes[name]
        world.nodes[name] = dataclasses.replace(node, **chance.choice(MARKED))
    if chance.random() < 0.2:
        odd = (
            a_pod(f"p{name}", name, owner=None)
            if chance.random() < 0.3
            else a_pod(f"p{name}", name, deleted_at=1.0, finalizers=("a/b",))
        )
        world.pods[name] = {odd.uid: odd}


def _a_lease(chance: random.Random) -> Any:
    journal = dataclasses.replace(
        RUNNING,
        run="earlier",
        base=chance.choice((3, 4)),
        expected=chance.choice((4, 5)),
        max_size=chance.choice((None, (4, 9))),
        suspended=chance.choice(((), ("AZRebalance",))),
        fenced=chance.random() < 0.5,
        canary=chance.choice(("", "passed", "failed")),
        pointer_owed=chance.random() < 0.3,
        previous=("lt-1", "1"),
        decrements=chance.choice(((), ("i-w",), ("i-gone",))),
    )
    holder = chance.choice(("", "", "somebody"))
    return dataclasses.replace(HELD, holder=holder, journal=dump(journal), uid="uid-lease")


@pytest.mark.parametrize("part", range(15))
def test_it_ends_in_worlds_where_many_things_do_not_happen(part: int) -> None:
    for number in range(10):
        seed = part * 1000 + number
        world, policy = some_world(random.Random(seed))
        try:
            result = rotate(world, **policy)
        except Endless as error:
            raise AssertionError(f"seed {seed}: {error}; {policy}; {world.outcomes}") from error
        assert result.status != "complete" or not result.values["outdated"], seed
