# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the control plane check against real API servers of kops.

Their etcd members are stopped one by one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from ansible_collections.kubernetes.core.plugins.module_utils.k8s.client import get_api_client

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import Health
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import RawKube
from ansible_collections.nodeops.rotator.tests.realcluster.binaries import NoGo, binaries
from ansible_collections.nodeops.rotator.tests.realcluster.kops import (
    NODES,
    HealthCheck,
    KopsControlPlane,
    NoAddress,
    health_check,
)

FIRST, SECOND, THIRD = NODES
FOLLOWS = 60.0
"""Seconds within which an API server has noticed what became of its etcd member."""


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HealthCheck]:
    """Run the control plane and the health check."""
    try:
        plane = KopsControlPlane(binaries(), tmp_path_factory.mktemp("kops"))
    except NoGo as error:
        pytest.skip(str(error))
    try:
        plane.start()
        with health_check(plane) as server:
            yield server
    except NoAddress as error:
        pytest.skip(str(error))
    finally:
        plane.stop()


def health(check: HealthCheck, node: str) -> Health:
    """Return what the product reads of the API server of a node."""
    check.node = node
    client = get_api_client(None, kubeconfig=check.plane.kubeconfig()).client
    return KubeClient(RawKube(lambda: client)).read_components((node,), {}).health[node]


def well(check: HealthCheck) -> list[str]:
    """Return the nodes whose API servers are well."""
    return [node for node in NODES if health(check, node).well]


def becomes(check: HealthCheck, expected: list[str]) -> bool:
    """Wait until just these API servers are well; return if they became so."""
    end = time.monotonic() + FOLLOWS
    while (found := well(check)) != expected and time.monotonic() < end:
        time.sleep(0.5)
    return found == expected


def test_all_are_well_while_all_members_run(check: HealthCheck) -> None:
    assert becomes(check, list(NODES))


@pytest.mark.parametrize("node", [SECOND, THIRD])
def test_one_is_not_well_without_its_own_member_of_main(check: HealthCheck, node: str) -> None:
    """The two others have quorum and stay well.

    So each answers for its own member only.
    """
    member = check.plane.programs[f"main-{node}"]
    member.kill()
    assert becomes(check, [other for other in NODES if other != node])
    found = health(check, node)
    assert (found.well, found.reached) == (False, True)
    assert "HTTP status 500" in found.why
    member.start()
    assert becomes(check, list(NODES))


def test_one_is_not_well_without_its_own_member_of_events(check: HealthCheck) -> None:
    """Since Kubernetes 1.33 it answers for --etcd-servers-overrides too.

    Source: apiserver pkg/server/options/etcd.go, check etcd-override-readiness-0. Older ones do
    not, and so members of `events` are judged by their pods too.
    """
    member = check.plane.programs[f"events-{SECOND}"]
    member.kill()
    assert becomes(check, [FIRST, THIRD])
    member.start()
    assert becomes(check, list(NODES))


def test_an_api_server_itself_answers_nobody_without_credentials(check: HealthCheck) -> None:
    """So its own port is of no use through a proxy, which forwards none."""
    plane = check.plane
    assert [plane.answer(plane.urls[node], "/readyz") for node in NODES] == [401] * len(NODES)


def test_a_stopped_api_server_is_not_well(check: HealthCheck) -> None:
    server = check.plane.programs[THIRD]
    server.kill()
    assert becomes(check, [FIRST, SECOND])
    server.start()
    assert becomes(check, list(NODES))


def test_a_health_check_that_is_not_there_is_not_reached(check: HealthCheck) -> None:
    check.shutdown()
    check.server_close()
    found = health(check, FIRST)
    assert (found.well, found.reached) == (False, False)
