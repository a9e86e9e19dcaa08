# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small cluster on virtual time, and a hand that asks its API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.gate import Gate
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube import build
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.kube.cluster import VERSION, Cluster

STRATEGIC = "application/strategic-merge-patch+json"
MERGE = "application/merge-patch+json"


class Hand:
    """One cluster and short ways to ask it."""

    def __init__(self, behavior: Behavior, version: str = VERSION) -> None:
        kernel = Kernel()
        self.kernel = kernel
        self.cluster = Cluster(kernel, Gate(lambda: kernel.now), behavior, version)

    def nodes(self, *names: str, **given: Any) -> None:
        """Ready nodes, one after the other in the zones a, b, c."""
        for place, name in enumerate(names):
            build.node(
                self.cluster,
                name,
                **{"zone": "eu-west-1" + "abc"[place % 3], "ready_after": 0, **given},
            )
        self.cluster.settle()

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.kernel.advance(self.kernel.now + seconds)

    def ask(
        self, verb: str, path: str, body: Any = None, kind: str = MERGE, **query: str
    ) -> tuple[int, dict[str, Any]]:
        """Status and body of a request; PATCH is a merge patch."""
        content_type = kind if verb == "PATCH" else "application/json"
        status, answer, _headers = self.cluster.request(verb, path, query, body, content_type)
        return status, answer

    def evict(
        self, pod: str, namespace: str = "shop", options: Any = None, **query: str
    ) -> tuple[int, dict[str, Any]]:
        """Evict a pod by name."""
        body = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": pod, "namespace": namespace},
        }
        if options:
            body["deleteOptions"] = options
        return self.ask(
            "POST", f"/api/v1/namespaces/{namespace}/pods/{pod}/eviction", body, **query
        )

    def pod(self, name: str, namespace: str = "shop") -> dict[str, Any]:
        """A pod that has to exist."""
        found = self.cluster.object("pods", name, namespace)
        assert found is not None, name
        return found

    def pods(self, namespace: str = "shop") -> list[dict[str, Any]]:
        """The pods of a namespace by name."""
        return sorted(
            self.cluster.objects("pods", namespace), key=lambda pod: pod["metadata"]["name"]
        )

    def node(self, name: str) -> dict[str, Any]:
        """A node that has to exist."""
        found = self.cluster.object("nodes", name)
        assert found is not None, name
        return found

    def cordon(self, name: str, on: bool = True) -> None:
        """Cordon a node, or undo it."""
        assert (
            self.ask("PATCH", f"/api/v1/nodes/{name}", {"spec": {"unschedulable": on or None}})[0]
            == 200
        )


@pytest.fixture
def a_hand() -> Callable[..., Hand]:
    """Make a cluster with the given behavior, of the given version."""
    return lambda version=VERSION, **behavior: Hand(Behavior(**behavior), version)


@pytest.fixture
def hand() -> Hand:
    """A cluster with the usual behavior and one node, n1."""
    hand = Hand(Behavior())
    hand.nodes("n1")
    return hand
