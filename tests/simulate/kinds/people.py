# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people ask of a rotation: pauses, windows, nodes to keep, a warm pool."""

from __future__ import annotations

import random
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PAUSED, SKIP
from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import BEFORE, DURING, kind
from ansible_collections.nodeops.rotator.tests.simulate.records import leases
from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial
from ansible_collections.nodeops.rotator.tests.simulation.aws.build_pools import add_warm_pool

PAUSES = (20.0, 200.0, 1200.0)
"""Seconds for which people pause."""


@kind("J", DURING, weight=0)
def people_pause_the_rotation(trial: Trial, dice: random.Random) -> None:
    _annotate(trial, "anna: incident 4711")
    trial.after(dice.choice(PAUSES), lambda: _annotate(trial, None))


def _annotate(trial: Trial, text: str | None) -> None:
    """Set or remove the annotation of each Lease of ours that is there."""
    for lease in leases(trial):
        trial.tell(f"SOMEBODY {'pauses' if text else 'goes on'}")
        patch: dict[str, Any] = {"metadata": {"annotations": {PAUSED: text}}}
        trial.world.cluster.change("leases", lease, patch)


@kind("J", BEFORE, weight=0)
def the_maintenance_window_closes(trial: Trial, dice: random.Random) -> None:
    """And opens again when somebody goes on."""
    trial.people.open_for = dice.choice([700.0, 1500.0, 4000.0])


@kind("J", DURING, weight=0)
def people_keep_a_node(trial: Trial, dice: random.Random) -> None:
    nodes = trial.nodes(new=False)
    if nodes:
        note = {"metadata": {"annotations": {SKIP: "anna: a long computation"}}}
        trial.change_node(dice.choice(nodes), note)


@kind("J", BEFORE, weight=0)
def the_canaries_are_a_share(trial: Trial, dice: random.Random) -> None:
    trial.people.options["canary"] = dice.choice(["20%", "50%", "100%"])


@kind("J", BEFORE, weight=0)
def the_group_has_a_warm_pool(trial: Trial, dice: random.Random) -> None:
    """Filled before the update came.

    A launch takes an instance of another zone if the pool has none in its own.
    """
    trial.excuse("data/ledger")
    group, reuse = trial.group, dice.random() < 0.5
    pointer, group.template = group.template, {**(group.template or {}), "Version": "1"}
    prepared = trial.plan.size + dice.choice([1, 2])
    state = dice.choice(["Stopped", "Hibernated"])
    add_warm_pool(trial.world.account, group, state, reuse, MaxGroupPreparedCapacity=prepared)
    group.template, trial.people.reuse = pointer, reuse
