# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The traces of rotations are removed from a simulated cluster, or none of them."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.tags import tag_group
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ConflictError,
    ForbiddenError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SIGNPOST
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import lease_notes
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import uninstall
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result
from ansible_collections.nodeops.rotator.plugins.module_utils.engine import access
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, due
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.edge.builders import a_module

NAME = "nodeops-rotator-blue-1"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A world with the Lease of a group that nobody holds."""
    found = due()
    monkeypatch.setattr(uninstall, "RawAws", lambda _module: aws_call(found.account))
    monkeypatch.setattr(uninstall, "connect", lambda _module: kube_call(found.cluster))
    monkeypatch.setattr(access, "ASK_AGAIN", 0.0)
    monkeypatch.setattr(access, "ACCESS_GRACE", 0.05)
    write(found)
    return found


def write(world: World, name: str = NAME, group: str = BLUE, holder: str = "") -> None:
    """Write a Lease of a group."""
    arn = f"arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:1:autoScalingGroupName/{group}"
    notes = lease_notes(arn, "demo", "uid")
    KubeClient(kube_call(world.cluster)).write_lease(Lease(name, holder=holder, notes=notes))


def run(check_mode: bool = False) -> Result:
    return uninstall.uninstall(a_module(uninstall.SPEC, check_mode))


def leases(world: World) -> list[str]:
    """The names of all Leases in the namespace, those of others included."""
    call = kube_call(world.cluster)
    path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
    return [one["metadata"]["name"] for one in call.request("GET", path).body["items"]]


def test_leases_and_tags_are_removed_and_those_of_others_stay(world: World) -> None:
    write(world, "nodeops-rotator-gone-2", "gone")
    write(world, "kube-scheduler", "x", "somebody")
    tag_group(Aws(aws_call(world.account)), BLUE, SIGNPOST, "night-7")
    world.kernel.advance(world.kernel.now + 60)
    result = run()
    assert result.changed
    assert result.values["leases"] == [NAME, "nodeops-rotator-gone-2"]
    assert result.values["tagged"] == [BLUE]
    assert leases(world) == ["kube-scheduler"]
    assert SIGNPOST not in world.account.groups[BLUE].tags
    world.kernel.advance(world.kernel.now + 60)
    again = run()
    assert (again.changed, again.values["table"]) == (False, ["Nothing of ours is there"])


def test_check_mode_lists_and_removes_nothing(world: World) -> None:
    result = run(check_mode=True)
    assert (result.changed, result.values["leases"]) == (True, [NAME])
    assert result.values["table"][0].endswith("would be removed")
    assert leases(world) == [NAME]


def test_while_one_is_held_none_is_removed(world: World) -> None:
    write(world, "nodeops-rotator-green-2", "green", "host_17")
    with pytest.raises(RefusedError, match="Nothing was removed: .* is held by host_17") as error:
        run()
    assert "run the playbook restore" in error.value.hint
    assert len(leases(world)) == 2
    listed = run(check_mode=True)
    assert not listed.changed
    assert listed.values["in_the_way"] == [
        "Lease nodeops-rotator-green-2 of node group green is held by host_17"
    ]


def test_a_lease_that_was_taken_meanwhile_is_not_deleted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale: list[Any] = uninstall.list_leases(kube_call(world.cluster), "kube-system")
    kube = KubeClient(kube_call(world.cluster))
    lease = kube.read_lease(NAME)
    assert lease is not None
    kube.write_lease(lease)
    monkeypatch.setattr(uninstall, "list_leases", lambda _call, _namespace: stale)
    result = run()
    assert isinstance(result.error, ConflictError)
    assert f"delete Lease kube-system/{NAME}" in str(result.error)
    assert (result.changed, result.values["leases"]) == (False, [])
    assert leases(world) == [NAME]


@pytest.mark.parametrize("code", ["401", "403"])
@pytest.mark.parametrize(
    "match", ["kubernetes:list leases", "kubernetes:list nodes", "kubernetes:delete leases"]
)
def test_what_the_cluster_denies_once_is_asked_for_again(
    match: str, code: str, world: World
) -> None:
    fault = Fault(match, code)
    world.gate.faults.append(fault)
    result = run()
    assert fault.times == 0
    assert (result.error, result.values["leases"]) == (None, [NAME])
    assert leases(world) == []


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidClientTokenId"])
@pytest.mark.parametrize("operation", ["DescribeAutoScalingGroups", "DeleteTags"])
def test_what_aws_denies_once_is_asked_for_again(operation: str, code: str, world: World) -> None:
    tag_group(Aws(aws_call(world.account)), BLUE, SIGNPOST, "night-7")
    world.kernel.advance(world.kernel.now + 60)
    fault = Fault(f"autoscaling:{operation}", code)
    world.gate.faults.append(fault)
    result = run()
    assert fault.times == 0
    assert (result.error, result.values["tagged"]) == (None, [BLUE])
    assert leases(world) == []
    assert SIGNPOST not in world.account.groups[BLUE].tags


def test_what_stays_denied_fails_and_says_what_is_removed_by_then(world: World) -> None:
    write(world, "nodeops-rotator-gone-2", "gone")
    world.gate.faults.append(Fault("kubernetes:delete leases", "403", times=-1, skip=1))
    result = run()
    assert isinstance(result.error, ForbiddenError)
    assert (result.changed, result.values["leases"]) == (True, [NAME])
    assert leases(world) == ["nodeops-rotator-gone-2"]
