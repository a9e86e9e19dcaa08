# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs with Leases in different namespaces exclude each other all the same."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import LockedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    lease_name,
)
from ansible_collections.nodeops.rotator.tests.rotation.template_builders import shared, update
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call, Fault
from ansible_collections.nodeops.rotator.tests.simulation.kube.build import namespace
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World

OPS = "ops"


def with_ops(world: World) -> World:
    """The world with another namespace for Leases."""
    namespace(world.cluster, OPS)
    world.cluster.settle()
    return world


def lease_in(world: World, place: str) -> dict[str, Any] | None:
    """The Lease of the group in a namespace."""
    return world.cluster.object("leases", lease_name(world.account.groups[BLUE].arn), place)


def holder_in(world: World, place: str) -> str:
    found = lease_in(world, place)
    return str((found or {"spec": {}})["spec"].get("holderIdentity") or "")


def acts(run: Run) -> list[str]:
    """The commands that a run issued, apart from reads and from Leases."""
    names = [type(command).__name__ for _at, command in run.inbox.commands]
    return [name for name in names if not name.startswith("Read") and name != "WriteLease"]


def killed(world: World, place: str, run_id: str = "first", command: int = 60) -> None:
    with pytest.raises(Killed):
        prepare(world, BLUE, run_id, kill_at_command=command, lock_namespace=place)()


def test_a_rotation_with_its_lease_elsewhere_is_complete() -> None:
    world = with_ops(due())
    run = rotate(world, BLUE, lock_namespace=OPS)
    assert run.result is not None
    assert run.result.status == "complete"
    assert all_current(world)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []
    assert lease_in(world, "kube-system") is None
    assert lease_in(world, OPS) is not None


@pytest.mark.parametrize("first, second", [(OPS, "kube-system"), ("kube-system", OPS)])
@pytest.mark.parametrize("restore", [False, True])
def test_a_lease_of_the_other_namespace_refuses_a_run(
    first: str, second: str, restore: bool
) -> None:
    world = with_ops(due())
    killed(world, first)
    run = rotate(world, BLUE, run_id="mine", lock_namespace=second, restore_only=restore)
    assert run.result is not None
    assert run.result.status == "refused"
    assert f"in namespace {first}. " in str(run.result.error)
    assert acts(run) == []
    assert f"lock_namespace: {first}" in str(run.result.error)
    assert holder_in(world, second) == ""


def test_with_the_namespace_that_is_named_the_run_goes_on() -> None:
    world = with_ops(due())
    killed(world, OPS)
    run = rotate(world, BLUE, run_id="mine", lock_namespace=OPS)
    assert run.result is not None
    assert run.result.status == "complete"
    assert traces(world) == CLEAN


def test_who_writes_first_and_then_sees_another_gives_its_own_up() -> None:
    """The other one's Lease comes to be between our look and our write."""
    world = with_ops(due())
    run = prepare(world, BLUE, run_id="mine", lock_namespace=OPS)
    submit = run.inbox.submit

    def racing(command: Any, not_after: float = float("inf")) -> None:
        if type(command).__name__ == "WriteLease" and lease_in(world, "kube-system") is None:
            name = lease_name(world.account.groups[BLUE].arn)
            other = {"metadata": {"name": name, "namespace": "kube-system"}}
            world.cluster.create("leases", {**other, "spec": {"holderIdentity": "other"}})
        submit(command, not_after)

    run.inbox.submit = racing  # type: ignore[method-assign]
    result = run()
    assert result.status == "refused"
    assert "held by other" in str(result.error)
    assert holder_in(world, OPS) == ""
    assert acts(run) == []


def test_a_run_waits_for_the_other_namespace_as_long_as_it_may() -> None:
    world = with_ops(due())
    killed(world, "kube-system", command=8)
    lease = lease_in(world, "kube-system")
    free = {"spec": {"holderIdentity": ""}, "metadata": {"annotations": None}}
    world.kernel.after(100, lambda: world.cluster.change("leases", lease, free))
    run = rotate(world, BLUE, run_id="mine", lock_namespace=OPS, lock_wait=300)
    assert run.result is not None, run.result.error
    assert run.result.status == "complete", run.result.error
    assert all_current(world)


def test_a_namespace_that_may_not_be_read_is_a_refusal() -> None:
    world = with_ops(due())
    allowed = world.gate.faults

    def where(call: Call) -> bool:
        return call.params.get("namespace") == "kube-system"

    allowed.append(Fault("kubernetes:get leases", "403", times=-1, where=where))
    run = rotate(world, BLUE, lock_namespace=OPS)
    assert run.result is not None
    assert run.result.status == "refused"
    assert acts(run) == []
    assert "read Lease kube-system/" in str(run.result.error)


def test_a_run_that_appears_in_the_other_namespace_later_ends_it_on_the_spot() -> None:
    """Two runs that began in the same moment, and found nothing of each other."""
    world = with_ops(due())
    run = prepare(world, BLUE, run_id="mine")

    def appear() -> None:
        name = lease_name(world.account.groups[BLUE].arn)
        other = {"metadata": {"name": name, "namespace": OPS}}
        world.cluster.create("leases", {**other, "spec": {"holderIdentity": "other"}})
        text = f"run other lease-namespace {OPS} cluster {uid(world)}"
        tag = {"ResourceId": BLUE, "ResourceType": "auto-scaling-group", "Value": text}
        params = {"Tags": [{**tag, "Key": "nodeops.rotator/run", "PropagateAtLaunch": False}]}
        world.account.call("autoscaling", "CreateOrUpdateTags", params, "operator")

    world.kernel.after(150, appear)
    result = run()
    assert result.status == "failed"
    assert "held by other" in str(result.error)
    assert world.kernel.now < 300


def test_a_plan_tells_of_a_lease_of_the_other_namespace() -> None:
    world = with_ops(due())
    killed(world, "kube-system")
    run = rotate(world, BLUE, run_id="mine", lock_namespace=OPS, plan_only=True)
    assert run.result is not None
    assert run.result.status == "planned"
    assert acts(run) == []
    assert any("in namespace kube-system" in line for line in run.story())


def uid(world: World) -> str:
    found = world.cluster.object("namespaces", "kube-system")
    assert found is not None
    return str(found["metadata"]["uid"])


def test_a_template_is_not_changed_under_a_lease_of_another_namespace() -> None:
    world = with_ops(shared(("$Latest", "1")))
    name = lease_name(world.account.groups[BLUE].arn)
    other = {"metadata": {"name": name, "namespace": "kube-system"}}
    world.cluster.create("leases", {**other, "spec": {"holderIdentity": "other"}})
    with pytest.raises(LockedError, match="in namespace kube-system"):
        update(world, BLUE, lock_namespace=OPS)
    (template,) = list(world.account.templates.values())
    assert len(template.versions) == 1
    assert holder_in(world, OPS) == ""
    found, warnings = update(world, BLUE, check=True, lock_namespace=OPS)
    assert found.changed
    assert "in namespace kube-system" in warnings[0]
