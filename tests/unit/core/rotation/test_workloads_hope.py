# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random losses and launches: what a workload lacks, and how long a pod may hope."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model import selectors
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Owner,
    Pod,
    Workload,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.workloads import (
    HOSTNAME,
    TYPE_LABELS,
    ZONE_LABELS,
    Hope,
    Loss,
    could_take,
    shortage,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_node, an_instance

SEEDS = range(15)
LIMIT = 900.0


def a_pod(name: str, **more: Any) -> Pod:
    return Pod("shop", name, f"uid-{name}", phase="Pending", ready=False, **more)


@pytest.mark.parametrize(
    ("before", "wanted", "ready", "ending", "excused"),
    list(itertools.product((0, 2, 4), (0, 2, 6), (0, 2, 4), (0, 1), (0, 1, 3))),
)
def test_a_workload_lacks_what_it_had_or_wants_less_what_is_excused(
    before: int, wanted: int, ready: int, ending: int, excused: int
) -> None:
    workload = Workload("Deployment", "shop", "web", "u", wanted=wanted, ready=ready)
    pods = [a_pod(f"web-{number}") for number in range(3)]
    waits = frozenset(pod.uid for pod in pods[:excused])
    found = shortage(Loss(before, 0.0, ending), workload, pods, waits)
    serving = ready - ending + excused
    assert (found is None) is (serving >= min(before, wanted))
    if found is not None:
        assert found.needed == min(before, wanted)
        assert found.ready == max(0, ready - ending)
        assert [pod.name for pod in found.pending] == [pod.name for pod in pods[excused:]]


@pytest.mark.parametrize("rolling", [False, True])
@pytest.mark.parametrize("deleting", [False, True])
def test_a_workload_that_changes_itself_is_not_held_to_what_it_had(
    rolling: bool, deleting: bool
) -> None:
    workload = Workload("Deployment", "shop", "web", "u", 4, 0, rolling=rolling, deleting=deleting)
    held = shortage(Loss(4, 0.0), workload, (), frozenset()) is not None
    assert held is not (rolling or deleting)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_pod_hopes_for_no_more_launches_than_were_in_flight(seed: int) -> None:
    dice = random.Random(seed)
    quota = dice.randint(0, 4)
    hope, seen = Hope(0.0, quota), set[str]()
    for _look in range(6):
        booting = {f"i-{dice.randint(0, 9)}" for _count in range(dice.randint(0, 3))}
        later = hope.joined_by(booting)
        seen |= booting
        assert hope.instances <= later.instances <= seen
        assert len(later.instances) <= quota
        assert later.instances == hope.instances | booting or len(later.instances) == quota
        hope = later


@pytest.mark.parametrize("seed", SEEDS)
def test_hope_ends_with_time_or_when_nothing_of_it_boots(seed: int) -> None:
    dice = random.Random(seed)
    hope = Hope(100.0, dice.randint(0, 3)).joined_by(f"i-{n}" for n in range(dice.randint(0, 4)))
    booting = frozenset(f"i-{dice.randint(0, 5)}" for _count in range(2))
    missing, now = dice.randint(0, 2), dice.choice((100.0, 999.0, 1000.0, 5000.0))
    launches = missing > 0 and len(hope.instances) < hope.quota
    expected = now - 100.0 < LIMIT and (launches or bool(booting & hope.instances))
    assert hope.stands(booting, missing, now, LIMIT) is expected


ZONE, TYPE = ZONE_LABELS[0], TYPE_LABELS[0]
LIKE = a_node("n", labels={"role": "web", ZONE: "a", TYPE: "m5.large", HOSTNAME: "n"})


@pytest.mark.parametrize("asked_zone", ["", "a", "b"])
@pytest.mark.parametrize("asked_type", ["", "m5.large", "c5.large"])
@pytest.mark.parametrize(
    ("zone", "type_"), [("a", "m5.large"), ("b", "m5.large"), ("b", "c5.large"), ("", "")]
)
def test_a_launched_instance_has_its_own_zone_and_type(
    asked_zone: str, asked_type: str, zone: str, type_: str
) -> None:
    """Where EC2 does not say them yet, those of the other nodes count."""
    words = [f"{ZONE}={asked_zone}"] if asked_zone else []
    words += [f"{TYPE}={asked_type}"] if asked_type else []
    pod = a_pod("web", placing=(selectors.parse(",".join(words)),) if words else ())
    instance = an_instance("x", fresh=True, zone=zone, type=type_)
    fits = asked_zone in ("", zone or "a") and asked_type in ("", type_ or "m5.large")
    assert could_take(pod, LIKE, instance) is fits


@pytest.mark.parametrize("label", [*ZONE_LABELS, *TYPE_LABELS])
def test_before_the_launch_any_zone_and_type_may_come(label: str) -> None:
    pod = a_pod("web", placing=(selectors.parse(f"{label}=other"),))
    assert could_take(pod, LIKE, None) is True


@pytest.mark.parametrize(
    ("wanted", "there", "takes"),
    [("", "a", True), ("a", "a", True), ("a", "b", False), ("a", "", True), ("a", None, True)],
)
def test_volumes_bind_a_pod_to_their_zone(wanted: str, there: str | None, takes: bool) -> None:
    instance = None if there is None else an_instance("x", zone=there)
    assert could_take(a_pod("web"), LIKE, instance, wanted) is takes


def test_a_pod_that_asks_for_one_machine_gets_no_other() -> None:
    pod = a_pod("web", placing=(selectors.parse(f"{HOSTNAME}=n"),), owner=Owner("Job", "j"))
    assert could_take(pod, LIKE, None) is False
    assert could_take(pod, LIKE, an_instance("x")) is False
