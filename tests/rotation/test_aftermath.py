# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After every failure one message says how things are, and what to type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.rotation.managed_builders import planned
from ansible_collections.nodeops.rotator.tests.rotation.screens import Told, message
from ansible_collections.nodeops.rotator.tests.rotation.test_gate import a_world, rotated, spoil
from ansible_collections.nodeops.rotator.tests.rotation.test_kops_groups import NODES, updated
from ansible_collections.nodeops.rotator.tests.rotation.test_lock import lease
from ansible_collections.nodeops.rotator.tests.simulation.aws.origin import resolve_origins
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, due, sizes
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.nodegroup import OLD, BuiltNodegroup
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.world import NEVER_JOINS, World

TRY, RESUME = "To try again, run the same command", "To resume, run the same command"


def told(run: Told, **registered: Any) -> str:
    """Return the message of the role for a run that has failed."""
    assert run.result is not None
    assert run.result.error is not None
    result = {**run.result.values, "msg": str(run.result.error)}
    return message({"_rotate_result": result, **registered})


def launched_now(world: World, group: str = BLUE) -> str:
    """Return the image that a new instance of the group would have."""
    (origin,) = resolve_origins(world.account, world.account.groups[group])
    return str(origin.data["ImageId"])


def canary() -> Run:
    world = due()
    world.bad_images[world.facts["new_image"]] = NEVER_JOINS
    return rotate(world, BLUE, boot_timeout=300)


def boot() -> Run:
    world = due()
    for zone in world.account.zones:
        world.account.capacity["m6i.large", zone] = 0
    return rotate(world, BLUE, boot_timeout=300)


def gate() -> Run:
    world = a_world()
    spoil(world)
    return rotated(world)


def credentials() -> Run:
    world = due()
    world.gate.faults.append(Fault("autoscaling:*", "ExpiredToken", times=-1, skip=25))
    return rotate(world, BLUE)


def thief() -> Run:
    world = due()
    run = prepare(world, BLUE)
    stolen = {"spec": {"holderIdentity": "thief"}}
    world.kernel.after(150, lambda: world.cluster.change("leases", lease(world), stolen))
    run()
    return run


def stopped() -> Run:
    run = prepare(due(), BLUE)
    run.inbox.stop_at(200, "signal SIGTERM")
    run()
    return run


@pytest.mark.parametrize(
    ("fail", "words", "end"),
    [
        pytest.param(canary, ["rolled back to version 1"], TRY, id="canary"),
        pytest.param(boot, ["3 not restored: Desired of", "MaxSize of"], TRY, id="boot_timeout"),
        pytest.param(gate, ["Nothing could be replaced for 900 s"], TRY, id="gate_timeout"),
        pytest.param(
            credentials,
            ["ExpiredToken", "not restored: "],
            "To resume, renew the credentials and run the same command",
            id="credentials",
        ),
        pytest.param(thief, ["thief", "not restored: ", "MaxSize"], TRY, id="lock lost"),
        pytest.param(stopped, ["Stopped by signal SIGTERM", "not restored: "], RESUME, id="signal"),
    ],
)
def test_a_failure_says_what_new_instances_start_from_the_size_and_what_to_type(
    fail: Callable[[], Run], words: list[str], end: str
) -> None:
    run = fail()
    text = told(run)
    assert f"({launched_now(run.world)})" in text.partition("Now new instances start from")[2]
    assert f"desired capacity is {sizes(run.world)[1]}, " in text
    assert [word for word in words if word not in text] == []
    assert text.endswith(end)
    assert run.result is not None
    assert ("everything was restored" in text) is not bool(run.result.values["not_restored"])


def test_a_managed_group_says_what_eks_records_and_that_it_cannot_go_back() -> None:
    built = BuiltNodegroup(max_unavailable=0)
    run = planned(built, preflight="warn")
    run()
    text = told(run)
    assert f"Now EKS records release {OLD} for web, desired capacity is " in text
    assert "EKS cannot go back" in text
    assert text.endswith(TRY)


@pytest.mark.parametrize("written", [True, False])
def test_of_a_kops_cluster_the_state_store_is_told_as_the_role_has_left_it(written: bool) -> None:
    world = updated(bad=True)
    run = rotate(world, NODES, boot_timeout=300)
    assert run.result is not None
    store = {"instance_groups": [{"image": "ami-old"}]} if written else {"msg": "access denied"}
    text = told(run, _rotate_store=store)
    assert f"({launched_now(world, NODES)})" in text
    assert ("the state store of kops names ami-old again" in text) is written
    assert ("the state store of kops still names the failed image: access denied" in text) is not (
        written
    )
