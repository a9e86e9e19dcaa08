# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the dice of one seed decide: a world, options, and what goes wrong.

A plan depends on its seed and number alone. Every fault has dice of its own, so that it does the
same when others are left out.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Collection
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulate.kinds.all import ORDERED

POINTERS = ("$Latest", "$Latest", "$Default", "1")
"""How a group points at its template."""
WINDOWS = (("1", "0"), ("2", "0"), ("0", "1"), ("1", "1"), ("50%", "0"), ("0", "50%"))
"""Surge and max unavailable."""
ON_FAILURE = ("rollback_template", "rollback_template", "keep_template", "rollback")
PEOPLE = "J"
"""The letter of what is no fault."""
FIXED = 300
"""Worlds below this number, those of `make test` among them, have no faults of late kinds."""
LATE_ODDS = 0.4
WAVE_ODDS = 0.25
HOW_MANY = (0, 1, 1, 1, 2, 2, 2, 3, 3, 4)
"""Number of faults."""


@dataclasses.dataclass(frozen=True)
class Fault:
    """Something that goes wrong, with dice of its own.

    `kind` happens `at` seconds after the first run begins. `number`: its place in the whole plan.
    """

    number: int
    kind: str
    at: float
    dice: str

    def __str__(self) -> str:
        return f"{self.number} {self.kind} at {self.at:.0f}"


@dataclasses.dataclass(frozen=True)
class Plan:
    """A world and what happens in it.

    `aws` and `kube`: fields of the two Behavior. `furnishing`: see trial.py. `options`: of the
    rotation.
    """

    seed: int
    number: int
    size: int
    aws: dict[str, Any]
    kube: dict[str, Any]
    furnishing: dict[str, Any]
    options: dict[str, Any]
    faults: tuple[Fault, ...]

    def __str__(self) -> str:
        return (
            f"WORLD={self.number} size {self.size}, {self.furnishing}, {self.options},"
            f" aws {self.aws}, kube {self.kube}; faults: "
            + (", ".join(str(fault) for fault in self.faults) or "none")
        )

    @property
    def command(self) -> str:
        """The command that replays this plan."""
        keep = ",".join(str(fault.number) for fault in self.faults) or "none"
        return f"make simulate SEED={self.seed} WORLD={self.number} SIZE={self.size} KEEP={keep}"


def draw(seed: int, number: int) -> Plan:
    """Return the plan of this seed and number."""
    dice = random.Random(f"{seed}/{number}")
    size = dice.randint(2, 6)
    aws, kube = _behaviors(dice)
    furnishing, options = _furnishing(dice), _options(dice)
    kinds = [kind for kind in ORDERED for _time in range(kind.weight)]
    faults = tuple(
        Fault(place, kind.name, dice.uniform(*kind.when), f"{seed}/{number}/{place}")
        for place, kind in enumerate(dice.choice(kinds) for _fault in range(dice.choice(HOW_MANY)))
    )
    faults += _late_faults(seed, number, len(faults))
    faults += _wishes(seed, number, len(faults))
    faults += _wave(seed, number, len(faults))
    return Plan(seed, number, size, aws, kube, furnishing, options, faults)


def _late_faults(seed: int, number: int, place: int) -> tuple[Fault, ...]:
    """Return a fault without weight, in some worlds above FIXED.

    By dice of its own, so that kinds can be added while the worlds below stay what they are.
    """
    name = f"{seed}/{number}/late"
    dice = random.Random(name)
    if number < FIXED or dice.random() >= LATE_ODDS:
        return ()
    late = [one for one in ORDERED if not (one.weight or one.wave or one.letter == PEOPLE)]
    kind = dice.choice(late)
    return (Fault(place, kind.name, dice.uniform(*kind.when), name),)


def _wishes(seed: int, number: int, first: int) -> tuple[Fault, ...]:
    """Return what people ask of the rotation in some worlds, by dice of its own.

    `first`: the number of the first of them.
    """
    name = f"{seed}/{number}/people"
    dice, kinds = random.Random(name), [kind for kind in ORDERED if kind.letter == PEOPLE]
    wanted = dice.sample(kinds, dice.choice((1, 1, 2))) if dice.random() < 0.25 else []
    return tuple(
        Fault(place, kind.name, dice.uniform(*kind.when), f"{name}/{place}")
        for place, kind in enumerate(wanted, first)
    )


def _wave(seed: int, number: int, place: int) -> tuple[Fault, ...]:
    """Return a fault of the kinds that were added last, in some worlds above FIXED."""
    name = f"{seed}/{number}/wave 1"
    dice = random.Random(name)
    if number < FIXED or dice.random() >= WAVE_ODDS:
        return ()
    kind = dice.choice([one for one in ORDERED if one.wave == 1])
    return (Fault(place, kind.name, dice.uniform(*kind.when), name),)


def reduced(plan: Plan, keep: Collection[int] | None, size: int | None) -> Plan:
    """Return the plan with only these faults and with another size.

    None means all faults, or the size as drawn.
    """
    faults = tuple(f for f in plan.faults if keep is None or f.number in keep)
    return dataclasses.replace(plan, faults=faults, size=size or plan.size)


def _behaviors(dice: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    aws = {
        "describe_lag": dice.choice([0.0, 3.0, 3.0, 10.0, 19.0]),
        "contention_odds": dice.choice([0, 0, 0, 0.2]),
        "scaling_in_progress_odds": dice.choice([0, 0, 0, 0.2]),
        "throttle_odds": dice.choice([0, 0, 0, 0.05]),
        "page_size": dice.choice([None, None, 2]),
        "reuse_addresses": dice.random() < 0.5,
    }
    kube = {
        "node_monitor_grace": dice.choice([40.0, 40.0, 50.0, 300.0]),
        "pdb_lag": dice.choice([0.1, 0.5, 3.0]),
        "watch_close_interval": dice.choice([None, None, 25.0]),
        "pod_ready": dice.choice([3.0, 3.0, 20.0]),
    }
    return aws, kube


def _furnishing(dice: random.Random) -> dict[str, Any]:
    return {
        "pointer": dice.choice(POINTERS),
        "replicas": dice.randint(1, 3),
        "budget": dice.choice([1, 1, 2, "50%"]),
        "room": dice.choice([0, 0, 1, 5]),
        "minimum": dice.choice([0, 1, 1, "size"]),
        "database": dice.random() < 0.25,
        "target_group": dice.random() < 0.2,
        "dedicated": dice.random() < 0.15,
        "startup_taint": dice.random() < 0.15,
        "protected": dice.choice(["", "", "", "some", "new"]),
        "handover": dice.random() < 0.25,
    }


def _options(dice: random.Random) -> dict[str, Any]:
    surge, unavailable = dice.choice(WINDOWS)
    return {
        "max_surge": surge,
        "max_unavailable": unavailable,
        "confirm_sizes": True,
        "canary": dice.choice([0, 1, 1, 1, 2]),
        "soak": dice.choice([0, 30, 60]),
        "failure_budget": dice.choice([0, 0, 0, 1]),
        "boot_timeout": dice.choice([400.0, 600.0]),
        # longer than the six minutes after which the volumes of a lost machine are detached
        "gate_timeout": dice.choice([500.0, 900.0]),
        "terminate_timeout": 400.0,
        "lb_timeout": 200.0,
        "scale_in_fence": dice.random() < 0.9,
        "on_failure": dice.choice(ON_FAILURE),
        "keep_failed": dice.random() < 0.2,
        "workload_gate": dice.choice(("wait", "wait", "wait", "warn", "off")),
        "unknown_instances": dice.choice(("leave", "leave", "end")),
    }
