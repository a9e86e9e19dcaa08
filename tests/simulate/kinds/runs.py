# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that die, are stopped, or lose their Lease."""

from __future__ import annotations

import datetime
import random
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import USUAL_NAMESPACE
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    ACT_UNTIL,
)
from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import BEFORE, DURING, kind
from ansible_collections.nodeops.rotator.tests.simulate.kinds.undoers import take_marks_off
from ansible_collections.nodeops.rotator.tests.simulate.trial import Rival, Trial
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube
from ansible_collections.nodeops.rotator.tests.simulation.virtual import INTERRUPTIONS

ELSEWHERE = "ops"
LONG = 100.0
"""Seconds of sleep in which an instance may boot."""
LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"


@kind("I", BEFORE, weight=2)
def the_run_is_killed(trial: Trial, dice: random.Random) -> None:
    for _time in range(dice.choice([1, 1, 2])):
        trial.interruptions.append((dice.randint(4, 150), dice.choice(INTERRUPTIONS)))
    trial.restores_after_interruption = dice.random() < 0.2


@kind("C", BEFORE, weight=0)
def our_marks_are_taken_off_and_the_run_is_killed(trial: Trial, dice: random.Random) -> None:
    """What is ours, who comes after it knows by the record."""
    trial.interruptions.append((dice.randint(40, 150), dice.choice(INTERRUPTIONS)))
    trial.restores_after_interruption = dice.random() < 0.3
    trial.every(dice.choice([1.0, 5.0]), lambda: take_marks_off(trial), 7200)


@kind("I", BEFORE, weight=2)
def the_run_is_stopped(trial: Trial, dice: random.Random) -> None:
    trial.stops += [dice.uniform(1, 600) for _time in range(dice.choice([1, 1, 2, 3]))]


@kind("F", BEFORE, weight=2)
def another_run_begins(trial: Trial, dice: random.Random) -> None:
    """On the same group, given other options."""
    times = range(dice.choice([1, 1, 2]))
    trial.rivals += [Rival(dice.uniform(0, 600)) for _run in times]
    trial.excuse("was taken over by|is being rotated by")


@kind("F", BEFORE, weight=2)
def another_run_looks_elsewhere_for_the_lease(trial: Trial, dice: random.Random) -> None:
    """It is given another namespace for it."""
    kube.namespace(trial.world.cluster, ELSEWHERE)
    at = dice.choice([0.0, 0.5, dice.uniform(0, 600)])
    trial.rivals.append(Rival(at, {"lock_namespace": ELSEWHERE}))
    trial.excuse(f"in namespace ({ELSEWHERE}|{USUAL_NAMESPACE})|was taken over by")


@kind("F", BEFORE)
def somebody_plans(trial: Trial, dice: random.Random) -> None:
    """In check mode, which changes nothing."""
    trial.rivals.append(Rival(dice.uniform(0, 600), {"plan_only": True}))


def excuse_node_taken_over(trial: Trial) -> None:
    """Excuse a Node that nobody deletes in time, where addresses are used again.

    A new instance of the same name takes it over: its providerID stays that of the old one, and
    nobody makes another when it is deleted.
    """
    if trial.plan.aws["reuse_addresses"]:
        trial.excuse("waiting for its node to join|still names")


@kind("F", DURING, weight=2)
def the_process_sleeps(trial: Trial, dice: random.Random) -> None:
    """And does not know it when it wakes."""
    for run in trial.runs:
        if run.result is None:
            seconds = dice.choice([5.0, 25.0, 40.0, 200.0, 1000.0])
            trial.tell(f"{run.policy.run} sleeps for {seconds:.0f} s")
            run.inbox.pause_at(trial.now, seconds)
            if seconds >= LONG:
                excuse_node_taken_over(trial)


def _sleeps_too_long(trial: Trial, lease: dict[str, Any]) -> bool:
    """Return whether the holder of a Lease sleeps until it may act no more.

    It creates a deleted one before that alone: who knows who has held it meanwhile.
    """
    renewed = datetime.datetime.fromisoformat(lease["spec"]["renewTime"].replace("Z", "+00:00"))
    age = (trial.world.kernel.utc() - renewed).total_seconds()
    holder = lease["spec"].get("holderIdentity")
    held = (run for run in trial.runs if run.result is None and run.policy.holder == holder)
    return any(age + run.inbox.sleeps >= run.policy.lease_duration * ACT_UNTIL for run in held)


@kind("F", DURING)
def the_lease_is_deleted(trial: Trial, dice: random.Random) -> None:
    for lease in list(trial.world.cluster.objects("leases", "kube-system")):
        if lease["metadata"]["name"].startswith("nodeops"):
            if any("deletes the Lease" in text for _at, text in trial.log):
                trial.excuse("was deleted twice")
            if _sleeps_too_long(trial, lease):
                trial.excuse("could not be created again in time")
            trial.tell("SOMEBODY deletes the Lease")
            path = f"{LEASES}/{lease['metadata']['name']}"
            trial.world.cluster.request("DELETE", path, token="operator")
