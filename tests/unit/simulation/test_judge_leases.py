# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Only a Lease's holder may act on its group, and the judge tells runs apart."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.unit.simulation.conftest import BuiltAccount

LEASE = "nodeops-rotator-test"


@pytest.mark.parametrize(("holder", "breaches"), [("run", 0), ("thief", 1), ("", 1)])
def test_only_the_holder_of_the_lease_acts(built: BuiltAccount, holder: str, breaches: int) -> None:
    spec = {"holderIdentity": holder} if holder else {}
    built.world.cluster.create(
        "leases", {"metadata": {"name": LEASE, "namespace": "kube-system"}, "spec": spec}
    )
    built.rule(lease=LEASE)
    built.world.judge.holders.add(built.actor)
    built.scaling("SetDesiredCapacity", DesiredCapacity=5)
    assert len(built.why()) == breaches
    assert all(f"{holder or 'nobody'} holds its Lease" in why for why in built.why())


def write_lease(built: BuiltAccount, actor: str, holder: str) -> None:
    path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
    meta = {"name": LEASE, "labels": {"nodeops.rotator/group": built.blue}}
    body = {"metadata": meta, "spec": {"holderIdentity": holder}}
    if built.world.cluster.object("leases", LEASE, "kube-system") is None:
        assert built.ask("POST", path, body, actor) == 201
        return
    version = built.found("leases", LEASE, "kube-system")["metadata"]["resourceVersion"]
    meta["resourceVersion"] = version
    assert built.ask("PUT", f"{path}/{LEASE}", body, actor) == 200


def test_a_run_is_known_by_the_lease_that_it_wrote(built: BuiltAccount) -> None:
    built.world.judge.people |= {"AKIAONE": "run-1", "AKIATWO": "run-2"}
    write_lease(built, "run-1", "host_one")
    write_lease(built, "run-2", "host_two")
    built.scaling("SetDesiredCapacity", "AKIATWO", DesiredCapacity=5)
    assert built.why() == []
    built.scaling("SetDesiredCapacity", "AKIAONE", DesiredCapacity=5)
    assert built.why() == ["AKIAONE acts on demo-blue while host_two holds its Lease"]
