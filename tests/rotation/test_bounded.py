# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rotation replaces no more nodes than were outdated at its start.

This holds whatever others do.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import NEEDS_UPDATE
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    RETRACTED,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, due, images
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import move
from ansible_collections.nodeops.rotator.tests.simulation.world import World

SEEDS = range(12)
HOURS = 3600.0


class Others:
    """What others do to a world while it is rotated.

    `raises`: by how much they made it larger.
    """

    def __init__(self, world: World, dice: random.Random) -> None:
        self.world, self.dice, self.raises = world, dice, 0

    def begin(self) -> None:
        """Let some of them act again and again."""
        kinds: list[Callable[[], None]] = [self.mark, self.grow, self.take, self.move]
        for act in self.dice.sample(kinds, self.dice.randint(1, 3)):
            self.again(act, self.dice.uniform(40, 200))

    def again(self, act: Callable[[], None], pause: float) -> None:
        def later() -> None:
            act()
            self.world.kernel.after(pause, later)

        self.world.kernel.after(pause, later)

    def mark(self) -> None:
        """Somebody marks every node for an update, new ones too."""
        for node in self.world.judge.nodes(BLUE):
            marks = {"metadata": {"annotations": {NEEDS_UPDATE: ""}}}
            self.world.cluster.change("nodes", node, marks)

    def grow(self) -> None:
        """Somebody makes the group larger, three times at most."""
        group = self.world.account.groups[BLUE]
        if self.raises < 3:
            self.raises += 1
            group.maximum = max(group.maximum, group.desired + 1)
            params = {"AutoScalingGroupName": BLUE, "DesiredCapacity": group.desired + 1}
            self.world.account.call("autoscaling", "SetDesiredCapacity", params, "operator")

    def take(self) -> None:
        """A spot interruption ends some instance."""
        members = list(self.world.account.groups[BLUE].members)
        params = {"InstanceIds": [self.dice.choice(members)]}
        self.world.account.call("ec2", "TerminateInstances", params, "operator")

    def move(self) -> None:
        """Somebody moves the template, to and fro."""
        names = sorted({self.world.facts["old_image"], self.world.facts["new_image"]})
        move(self.world, BLUE, self.dice.choice(names))


@pytest.mark.parametrize("seed", SEEDS)
def test_replacements_never_exceed_what_was_outdated_failures_and_foreign_raises(seed: int) -> None:
    dice = random.Random(seed)
    world = due(seed, size=dice.randint(2, 5))
    others, budget = Others(world, dice), dice.randint(0, 2)
    outdated = len(images(world))
    run = prepare(world, BLUE, failure_budget=budget, max_node_age=dice.choice([None, 60.0]))
    run.inbox.past = world.kernel.now + 12 * HOURS
    others.begin()
    result = run()
    replaced = [node for node in result.values["nodes"] if node["reason"] not in RETRACTED]
    ended = [node for node in replaced if node["phase"] == "terminated"]
    assert len(ended) <= outdated + budget + others.raises, run.story()


def test_a_mark_put_on_every_new_node_is_left_to_the_next_run() -> None:
    world = due()
    others = Others(world, random.Random(1))
    others.again(others.mark, 30)
    run = prepare(world, BLUE)
    run.inbox.past = world.kernel.now + 4 * HOURS
    result = run()
    assert result.status == "complete"
    assert result.values["replaced"] == 4


@pytest.mark.parametrize("pause", [2.0, 5.0, 15.0, 40.0])
def test_who_takes_the_surge_back_again_and_again_does_not_keep_a_run_alive(pause: float) -> None:
    world = due()
    group, base = world.account.groups[BLUE], 4

    def take_back() -> None:
        if group.desired > base:
            params = {"AutoScalingGroupName": BLUE, "DesiredCapacity": base}
            world.account.call("autoscaling", "SetDesiredCapacity", params, "operator")

    Others(world, random.Random(1)).again(take_back, pause)
    run = prepare(world, BLUE, soak=20, boot_timeout=900.0)
    run.inbox.past = world.kernel.now + 4 * HOURS
    result = run()
    nodes = result.values["replaced"] + 1
    assert world.kernel.now < nodes * 2400
    assert result.status == "failed"
    assert "Somebody has set desired of Auto Scaling group demo-blue back" in str(result.error)
    assert group.desired == base
    assert world.judge.breaches == []
