# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge and the Leases: only a group's holder may act on it, and runs are told apart."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.unit.simulation.conftest import Scene

LEASE = "nodeops-rotator-test"


@pytest.mark.parametrize(("holder", "breaches"), [("run", 0), ("thief", 1), ("", 1)])
def test_only_the_holder_of_the_lease_acts(scene: Scene, holder: str, breaches: int) -> None:
    spec = {"holderIdentity": holder} if holder else {}
    scene.world.cluster.create(
        "leases", {"metadata": {"name": LEASE, "namespace": "kube-system"}, "spec": spec}
    )
    scene.rule(lease=LEASE)
    scene.world.judge.holders.add(scene.actor)
    scene.scaling("SetDesiredCapacity", DesiredCapacity=5)
    assert len(scene.why()) == breaches
    assert all(f"{holder or 'nobody'} holds its Lease" in why for why in scene.why())


def write_lease(scene: Scene, actor: str, holder: str) -> None:
    path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
    meta = {"name": LEASE, "labels": {"nodeops.rotator/group": scene.blue}}
    body = {"metadata": meta, "spec": {"holderIdentity": holder}}
    if scene.world.cluster.object("leases", LEASE, "kube-system") is None:
        assert scene.ask("POST", path, body, actor) == 201
        return
    version = scene.found("leases", LEASE, "kube-system")["metadata"]["resourceVersion"]
    meta["resourceVersion"] = version
    assert scene.ask("PUT", f"{path}/{LEASE}", body, actor) == 200


def test_a_run_is_known_by_the_lease_that_it_wrote(scene: Scene) -> None:
    scene.world.judge.people |= {"AKIAONE": "run-1", "AKIATWO": "run-2"}
    write_lease(scene, "run-1", "host_one")
    write_lease(scene, "run-2", "host_two")
    scene.scaling("SetDesiredCapacity", "AKIATWO", DesiredCapacity=5)
    assert scene.why() == []
    scene.scaling("SetDesiredCapacity", "AKIAONE", DesiredCapacity=5)
    assert scene.why() == ["AKIAONE acts on demo-blue while host_two holds its Lease"]
