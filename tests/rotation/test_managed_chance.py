# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random managed node groups, with runs that are ended at random commands.

Whatever happens, the last run ends with every node on the target, nothing of ours is left, and the
Auto Scaling group was never written to.
"""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import CONFIG_TAG
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedTarget,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import lease_name
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.nodegroup import NEW, BuiltNodegroup
from ansible_collections.nodeops.rotator.tests.simulation.runs import ManagedRun, prepare_managed
from ansible_collections.nodeops.rotator.tests.simulation.virtual import INTERRUPTIONS, Killed

SEEDS = 16
COMMANDS = 80
"""Commands of a run among which one is drawn at which it ends."""


def a_group(chance: random.Random, seed: int) -> BuiltNodegroup:
    """Return any node group, in an account that is more or less rude."""
    behavior = dataclasses.replace(
        Behavior(),
        throttle_odds=chance.choice((0.0, 0.05, 0.15)),
        page_size=chance.choice((None, 2)),
    )
    config = {
        "updateStrategy": chance.choice(("DEFAULT", "MINIMAL")),
        **chance.choice(
            ({"maxUnavailable": 1}, {"maxUnavailable": 3}, {"maxUnavailablePercentage": 50})
        ),
    }
    return BuiltNodegroup(
        chance.choice((1, 2, "25%")), behavior, seed, update_config=config, maximum=20
    )


def options(chance: random.Random) -> dict[str, Any]:
    """Return any options of a run."""
    asked = chance.choice(
        (
            {},
            {"max_unavailable": 2},
            {"max_unavailable_percentage": 25},
            {"update_strategy": "minimal"},
        )
    )
    return {**asked, "soak": chance.choice((0, 60)), "lock_wait": 600, "preflight": "warn"}


def a_run(built: BuiltNodegroup, number: int, given: dict[str, Any]) -> ManagedRun:
    target = ManagedTarget(NEW, built.new)
    return prepare_managed(built.world, "web", target, f"r{number}", **given)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whenever_runs_are_ended_the_last_one_completes_and_nothing_is_left(seed: int) -> None:
    chance = random.Random(seed)
    built = a_group(chance, seed)
    before, given = dict(built.web.update_config), options(chance)
    for number in range(chance.randrange(1, 4)):
        run = a_run(built, number, given)
        run.inbox.interrupt(chance.randrange(COMMANDS), chance.choice(INTERRUPTIONS))
        try:
            run()
        except Killed:
            built.go(chance.choice((1, 40, 2000)))
    run = a_run(built, 9, given)
    result = run()
    assert result.status in ("complete", "unchanged"), (result.error, run.events[-5:])
    assert built.images() == {built.new}
    assert result.values["not_restored"] == []
    wanted = {"updateStrategy": "DEFAULT", **before}
    assert {"updateStrategy": "DEFAULT", **built.web.update_config} == wanted
    assert CONFIG_TAG not in built.web.tags
    lease = built.world.cluster.object("leases", lease_name(built.group.arn), "kube-system")
    assert not lease or not lease["spec"].get("holderIdentity")
    assert built.world.judge.breaches == []
    versions = [one for one in built.web.updates.values() if one.type == "VersionUpdate"]
    assert len(versions) == 1, "an update that ran was joined, and none was begun twice"
