# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In random worlds a run acts rightly, and ends clean or says what is not.

Each seed is a world of its own, with its own behavior, faults and misfortunes. More of them are
tried with `SEEDS=0:1000 pytest tests/rotation/test_chance.py`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import random

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import (
    Behavior as AwsBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import (
    Behavior as KubeBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.rules import Breach
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World

WRITES = (
    "SetDesiredCapacity",
    "TerminateInstanceInAutoScalingGroup",
    "UpdateAutoScalingGroup",
    "SetInstanceProtection",
)
AWS = (
    *WRITES,
    "SuspendProcesses",
    "ResumeProcesses",
    "CreateOrUpdateTags",
    "DeleteTags",
    "DescribeAutoScalingGroups",
    "*",
)
KUBE = (
    "patch nodes",
    "create pods/eviction",
    "update leases",
    "get leases",
    "watch *",
    "list *",
    "*",
)
CODES = (
    "Throttling",
    "ConnectionClosed",
    "InternalFailure",
    "ResourceContention",
    "ScalingActivityInProgress",
)
WINDOWS = (("1", "0"), ("2", "0"), ("0", "1"), ("2", "1"), ("100%", "0"), ("1", "1"))
MISFORTUNES = ("spot", "spot", "restart", "silent", "cordon", "resize", "kill", "stop", "", "", "")


LONG = 4 * 3600.0
"""Seconds within which any run has to end."""
FIRST, LAST = os.environ.get("SEEDS", "0:24").split(":")


@dataclasses.dataclass
class Tale:
    """One world and what is to happen to it.

    `size`: of its group at the beginning. `kill`: the command before which the first run dies.
    """

    seed: int
    dice: random.Random
    world: World
    size: int
    maximum: int
    window: tuple[str, str]
    happens: list[tuple[str, float]]
    kill: int | None = None

    def happened(self, *kinds: str) -> bool:
        """Whether one of these is part of the tale."""
        return any(kind in kinds for kind, _at in self.happens)


def begin(seed: int) -> Tale:
    """The world of this seed, with everything planned."""
    dice = random.Random(seed)
    size = dice.randint(2, 6)
    aws = AwsBehavior(
        describe_lag=dice.choice([0.0, 3.0, 10.0, 20.0]),
        contention_odds=dice.choice([0, 0, 0.2]),
        scaling_in_progress_odds=dice.choice([0, 0, 0.2]),
    )
    kube = KubeBehavior(
        node_monitor_grace=dice.choice([40.0, 40.0, 300.0]),
        pdb_lag=dice.choice([0.5, 3.0]),
        watch_close_interval=dice.choice([None, None, 25.0]),
        watch_list=seed % 2 == 0,
    )
    world = due(
        seed,
        aws,
        kube,
        size=size,
        replicas=size * dice.randint(1, 3),
        max_unavailable=dice.choice([1, 2, "50%"]),
    )
    group = world.account.groups[BLUE]
    group.maximum, group.minimum = size + dice.choice([0, 0, 1, 5]), dice.choice([1, size])
    world.gate.faults += [fault(dice) for _number in range(dice.randint(0, 6))]
    happens = [
        (kind, dice.uniform(2, 400))
        for kind in dice.sample(MISFORTUNES, dice.randint(0, 3))
        if kind
    ]
    tale = Tale(seed, dice, world, size, group.maximum, dice.choice(WINDOWS), happens)
    for kind, after in happens:
        plan(tale, kind, after)
    tale.maximum = group.maximum
    return tale


def fault(dice: random.Random) -> Fault:
    """Some calls fail, some of them only in their answer."""
    times = dice.randint(1, 4)
    if dice.random() < 0.6:
        name = f"autoscaling:{dice.choice(AWS)}"
        return Fault(
            name,
            dice.choice(CODES),
            times=times,
            skip=dice.randint(0, 30),
            applied=dice.random() < 0.5,
        )
    name, code = f"kubernetes:{dice.choice(KUBE)}", dice.choice(("0", "500", "503", "409", "429"))
    return Fault(name, code, times=times, skip=dice.randint(0, 80), applied=dice.random() < 0.3)


def plan(tale: Tale, kind: str, after: float) -> None:
    """Let it happen so many seconds from now."""
    world, dice = tale.world, tale.dice
    if kind == "spot":
        world.kernel.after(after, lambda: reclaim(tale))
    elif kind == "restart":
        world.kernel.after(after, world.cluster.restart_api)
    elif kind == "silent":
        world.kernel.after(after, lambda: [world.cluster.node_silent(n) for n in some_node(tale)])
    elif kind == "cordon":
        world.kernel.after(
            after,
            lambda: [
                world.cluster.change("nodes", node(world, n), CORDON) for n in some_node(tale)
            ],
        )
    elif kind == "resize":
        group, change = world.account.groups[BLUE], dice.choice([1, 2, -1])
        group.maximum, group.minimum = max(group.maximum, tale.size + 4), 1
        world.kernel.after(after, lambda: resize(tale, change))
    elif kind == "kill":
        tale.kill = dice.randint(10, 150)


CORDON = {"spec": {"unschedulable": True}}


def node(world: World, name: str) -> dict[str, object]:
    """A Node object that is there."""
    return world.cluster.object("nodes", name) or {}


def some_node(tale: Tale) -> list[str]:
    """One node of the group, if there is one that nobody has cordoned."""
    free = [
        n["metadata"]["name"]
        for n in tale.world.judge.nodes(BLUE)
        if not n["spec"].get("unschedulable")
    ]
    return [tale.dice.choice(free)] if free else []


def reclaim(tale: Tale) -> None:
    """A spot loss, if more than one instance runs."""
    found = [
        i for i in tale.world.account.instances.values() if i.group == BLUE and i.state == "running"
    ]
    if len(found) > 1:
        tale.world.account.fleet.terminate(
            tale.dice.choice(found), ("Server.SpotInstanceTermination", "reclaimed")
        )


def resize(tale: Tale, change: int) -> None:
    """Change desired as an operator does; a run knows only after its next read."""
    world = tale.world
    group, rules = world.account.groups[BLUE], world.judge.rules[BLUE]
    wanted = min(group.maximum, max(1, group.desired + change))
    change = wanted - group.desired
    params = {"AutoScalingGroupName": BLUE, "DesiredCapacity": wanted}
    for _attempt in range(20):  # the faults are for everybody
        try:
            world.account.call("autoscaling", "SetDesiredCapacity", params, "operator")
            break
        except AwsError:
            pass

    def known() -> None:
        rules.base += change
        rules.surge -= change

    rules.surge += abs(change)
    if change > 0:
        world.kernel.after(60 + world.account.behavior.describe_lag, known)
    else:
        rules.base += change


def carry_out(tale: Tale) -> Run:
    """Run, and run again after a death, a stop or a lost lock; the last run."""
    options = {"max_surge": tale.window[0], "max_unavailable": tale.window[1], "boot_timeout": 600}
    options["confirm_sizes"] = True
    soak, canary = tale.dice.choice([0, 60]), tale.dice.choice([0, 1, 2])
    run = prepare(tale.world, BLUE, soak=soak, canary=canary, kill_at_command=tale.kill, **options)
    for kind, after in tale.happens:
        if kind == "stop":
            run.inbox.stop_at(60 + after)
    for attempt in range(5):
        run.inbox.past = tale.world.kernel.now + LONG
        with contextlib.suppress(Killed):
            run()
        if run.result is not None and run.result.status not in ("stopped", "refused"):
            break
        tale.world.kernel.advance(tale.world.kernel.now + tale.dice.uniform(0, 60))
        allowed = tale.world.judge.rules[BLUE].surge
        run = prepare(tale.world, BLUE, f"r{attempt + 2}", soak=30, **options)
        tale.world.judge.rules[BLUE].surge = max(allowed, tale.world.judge.rules[BLUE].surge)
    return run


UNSEEN = {"spot": "would be available", "resize": "protection is taken off"}


def avoidable(tale: Tale) -> list[Breach]:
    """Return the breaches, without acts on what no read could yet show.

    A lost instance's Node stays Ready for a while; AWS is read every 30 s, late, and may fail.
    """
    blind = 60 + tale.world.account.behavior.describe_lag

    def excused(breach: Breach) -> bool:
        return any(
            kind in UNSEEN and UNSEEN[kind] in breach.why and 0 <= breach.at - 60 - after <= blind
            for kind, after in tale.happens
        )

    return [breach for breach in tale.world.judge.breaches if not excused(breach)]


@pytest.mark.parametrize("seed", range(int(FIRST), int(LAST)))
def test_no_breach_and_a_true_end(seed: int) -> None:
    tale = begin(seed)
    run = carry_out(tale)
    world, result = tale.world, run.result
    assert avoidable(tale) == [], (tale.happens, run.story()[-5:])
    assert result is not None
    found = {name: value for name, value in traces(world).items() if value != CLEAN[name]}
    if tale.happened("cordon"):
        found.pop("cordoned", None)
    found["taints"] = [key for key in found.get("taints", []) if "nodeops" in key]
    untold = (
        {name: value for name, value in found.items() if value}
        if not result.values["not_restored"]
        else {}
    )
    assert untold == {}, (tale.happens, result.error, run.story()[-5:])
    if result.error is not None:
        assert tale.happened("silent"), (
            result.error,
            tale.happens,
            run.story()[-5:],
        )  # nothing else keeps a rotation from its end
        return
    assert all_current(world)
    if not tale.happened("resize") and not result.values["not_restored"]:
        assert sizes(world) == (tale.size, tale.size, tale.maximum)
