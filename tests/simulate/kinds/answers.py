# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of answers: throttling, losses, refusals, API server restarts."""

from __future__ import annotations

import random
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import BEFORE, DURING, kind
from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault

WRITES = (
    "SetDesiredCapacity",
    "TerminateInstanceInAutoScalingGroup",
    "UpdateAutoScalingGroup",
    "SetInstanceProtection",
    "SuspendProcesses",
    "ResumeProcesses",
    "CreateOrUpdateTags",
    "DeleteTags",
)
READS = ("DescribeAutoScalingGroups", "Describe*")
KUBE = (
    "patch nodes",
    "create pods/eviction",
    "update leases",
    "create leases",
    "get leases",
    "delete nodes",
    "watch *",
    "list *",
    "watch nodes",
    "list pods",
    "list volumeattachments",
    "list daemonsets",
    "list poddisruptionbudgets",
    "*",
)
PASSING = ("Throttling", "ConnectionClosed", "InternalFailure", "ServiceUnavailable")


def plan(trial: Trial, match: str, code: str, **more: Any) -> None:
    """Let calls of the runs fail."""
    trial.world.gate.faults.append(Fault(match, code, where=trial.ours, **more))


UNREADABLE = "refused: Cannot (read|list|watch) "
"""An API that does not answer at first lets nothing begin."""


@kind("G", BEFORE, weight=3)
def aws_errors_that_pass(trial: Trial, dice: random.Random) -> None:
    trial.excuse(UNREADABLE)
    for _number in range(dice.randint(1, 5)):
        plan(
            trial,
            f"autoscaling:{dice.choice((*WRITES, *READS, '*'))}",
            dice.choice(PASSING),
            times=dice.randint(1, 4),
            skip=dice.randint(0, 30),
        )


@kind("G", BEFORE, weight=3)
def lost_answers(trial: Trial, dice: random.Random) -> None:
    for _number in range(dice.randint(1, 3)):
        match = f"autoscaling:{dice.choice(WRITES)}"
        plan(trial, match, "ConnectionClosed", times=dice.randint(1, 2), applied=True)
    match = f"kubernetes:{dice.choice(KUBE)}"
    plan(trial, match, "0", times=dice.randint(1, 2), skip=dice.randint(0, 40), applied=True)


@kind("G", BEFORE, weight=2)
def cluster_errors_that_pass(trial: Trial, dice: random.Random) -> None:
    trial.excuse(UNREADABLE)
    for _number in range(dice.randint(1, 5)):
        plan(
            trial,
            f"kubernetes:{dice.choice(KUBE)}",
            dice.choice(("0", "500", "503", "409", "429")),
            times=dice.randint(1, 4),
            skip=dice.randint(0, 80),
        )


@kind("G", DURING, weight=3)
def one_refusal(trial: Trial, dice: random.Random) -> None:
    """One answer is not the verdict."""
    if dice.random() < 0.7:
        plan(trial, f"kubernetes:{dice.choice(KUBE)}", dice.choice(("401", "403")))
        return
    match = f"autoscaling:{dice.choice((*WRITES, *READS))}"
    plan(trial, match, dice.choice(("AccessDenied", "ExpiredToken", "NobodyKnows")))


@kind("G", DURING)
def api_server_restarts(trial: Trial, dice: random.Random) -> None:
    trial.world.cluster.restart_api()
