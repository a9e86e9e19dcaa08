# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Others write the group's numbers, and take its instances."""

from __future__ import annotations

import random

from ansible_collections.nodeops.rotator.tests.simulate.found import SHIELD
from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import kind
from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial
from ansible_collections.nodeops.rotator.tests.simulation.rules import is_evictable
from ansible_collections.nodeops.rotator.tests.simulation.truth import is_ready

LEAST = 2
"""Nobody makes a group smaller than this."""


@kind("B", weight=2)
def somebody_raises_desired(trial: Trial, dice: random.Random) -> None:
    more = dice.choice([1, 1, 2])
    if trial.group.maximum < trial.group.desired + more:
        trial.set_maximum(trial.group.desired + more + dice.choice([0, 2]))
    trial.set_desired(trial.group.desired + more)


@kind("B")
def somebody_lowers_desired(trial: Trial, dice: random.Random) -> None:
    # A single node without a surge has nowhere to go.
    trial.set_desired(max(LEAST, trial.group.desired - dice.choice([1, 1, 2])))


@kind("B", weight=2)
def an_old_size_is_written_back(trial: Trial, dice: random.Random) -> None:
    """Cluster Autoscaler writes absolute values from a cache."""
    trial.set_desired(dice.choice([trial.plan.size, trial.plan.size, trial.plan.size + 1]))


@kind("B", weight=2)
def maximum_is_changed(trial: Trial, dice: random.Random) -> None:
    trial.set_maximum(dice.choice([trial.group.maximum + 2, trial.plan.size + 5]))


@kind("B")
def the_minimum_is_raised(trial: Trial, dice: random.Random) -> None:
    """To what is desired now, the surge included."""
    trial.set_minimum(trial.group.desired)


@kind("B", weight=2)
def an_autoscaler_takes_new_nodes(trial: Trial, dice: random.Random) -> None:
    """Let an autoscaler end new nodes with decrement when they are empty.

    Perhaps it does not know the annotation against it.
    """
    knows, seconds = dice.random() < 0.6, dice.choice([20.0, 60.0])

    def take() -> None:
        # A single node without a surge has nowhere to go.
        for instance in trial.instances(True) if trial.group.desired > LEAST else ():
            node = trial.world.node_of(instance)
            if node is None or (knows and SHIELD in (node["metadata"].get("annotations") or {})):
                continue
            pods = trial.world.cluster.pods_on(node["metadata"]["name"])
            if is_ready(node) and not any(is_evictable(pod) for pod in pods):
                trial.scale_down(instance)
                return

    trial.every(seconds, take, dice.choice([120.0, 600.0]))
    trial.excuse("ended before they were ready|Nothing could be replaced")


@kind("B", weight=3)
def an_instance_is_reclaimed(trial: Trial, dice: random.Random) -> None:
    new = dice.choice([None, True, False])
    if (found := trial.instances(new)) and len(trial.instances()) > 1:
        trial.end(dice.choice(found))
