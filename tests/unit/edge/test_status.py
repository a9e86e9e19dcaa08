# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Leases of a simulated cluster hold."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import REPLACING
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.closure import written
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    dump,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import status
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.builders import due
from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.edge.builders import a_module

LEFT = Journal(run="night-7", group="blue", suspended=("AZRebalance",), closing=("It stopped",))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A world whose Leases are read."""
    found = due()
    monkeypatch.setattr(status, "connect", lambda _module: kube_call(found.cluster))
    return found


def seen(**params: Any) -> dict[str, Any]:
    return dict(status.status(a_module(status.SPEC, **params)).values)


def test_a_cluster_without_rotations_has_no_leases(world: World) -> None:
    assert seen() == {
        "leases": [],
        "gate": {"run": "", "since": "", "renewed": ""},
        "strays": [],
        "table": ["No Lease of a node group"],
    }


def test_a_closed_gate_is_told_and_is_no_node_group(world: World) -> None:
    kube = KubeClient(kube_call(world.cluster), clock=lambda: "2026-05-06T07:08:09.000000Z")
    lease = kube.write_lease(written(None, "night-7"))
    found = seen()
    assert found["leases"] == []
    assert found["gate"] == {"run": "night-7", "since": lease.renewed, "renewed": lease.renewed}
    assert found["table"][-1].endswith(f"is closed since {lease.renewed} by run night-7")
    kube.write_lease(written(lease, ""))
    assert seen()["gate"] == {"run": "", "since": "", "renewed": ""}


def test_what_an_ended_run_left_is_told(world: World) -> None:
    kube = KubeClient(kube_call(world.cluster))
    kube.write_lease(Lease("nodeops-rotator-blue-1", journal=dump(LEFT)))
    kube.write_lease(Lease("nodeops-rotator-green-2", holder="host_9", duration=30))
    kube.write_lease(Lease("kube-scheduler", holder="somebody"))
    found = seen()
    blue, green = found["leases"]
    assert (blue["lease"], blue["state"], blue["run"]) == (
        "nodeops-rotator-blue-1",
        "left",
        "night-7",
    )
    assert blue["to_restore"] == ["Processes to resume: AZRebalance"]
    assert blue["closing"] == ["It stopped"]
    assert (green["state"], green["holder"], green["duration"]) == ("held", "host_9", 30)
    assert found["table"][-1] == "  Processes to resume: AZRebalance"
    assert seen(lock_namespace="default")["leases"] == []


@pytest.mark.parametrize(("holder", "told"), [("", True), ("host_9", False)])
def test_marks_that_no_run_is_at_work_on_are_told(world: World, holder: str, told: bool) -> None:
    call = kube_call(world.cluster)
    name = world.cluster.objects("nodes")[0]["metadata"]["name"]
    mark = NodeChange(annotations=((REPLACING, "night-7"),))
    KubeClient(call).change_node(name, "", mark)
    KubeClient(call).write_lease(Lease("nodeops-rotator-blue-1", holder=holder))
    found = seen()
    said = f"Node {name} carries {REPLACING}"
    assert (said in found["strays"]) is told
    assert (found["table"][-1] == said) is told


def test_nodes_that_may_not_be_read_are_told_and_not_taken_for_unmarked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_client: KubeClient, _feed: object) -> list[object]:
        raise ForbiddenError("Cannot list nodes: forbidden")

    monkeypatch.setattr(KubeClient, "records", refuse)
    (said,) = seen()["strays"]
    assert said == "Marks of rotations on nodes are not known: Cannot list nodes: forbidden"
