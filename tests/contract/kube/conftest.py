# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provide each face, and a namespace for each case."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator

import pytest

from ansible_collections.nodeops.rotator.tests.contract.kube.faces import (
    NEW,
    OLD,
    REAL,
    Client,
    Face,
    Memory,
    Served,
    served,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube import build
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import Behavior

SERVER = pytest.param("server", marks=pytest.mark.server)
FACES = ["memory", "memory of old", "wire", *([SERVER] if os.environ.get(REAL) else [])]


@pytest.fixture(scope="session")
def wire() -> Iterator[Served]:
    """Serve the World of the wire face."""
    yield from served(Behavior(), NEW)


@pytest.fixture(scope="session", params=FACES)
def face(request: pytest.FixtureRequest) -> Face:
    """Return each face in turn."""
    if request.param.startswith("memory"):
        return Memory(NEW if request.param == "memory" else OLD)
    if request.param == "wire":
        return Client(dict(request.getfixturevalue("wire").kubeconfig))
    return Client(os.environ[REAL])


@pytest.fixture
def namespace(face: Face) -> Iterator[str]:
    """Create a namespace, which is deleted afterwards.

    It has the service account without which no pod is admitted.
    """
    name = f"contract-{uuid.uuid4().hex[:8]}"
    assert face.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name}})[0] == 201
    account = {"metadata": {"name": "default"}}
    assert face.ask("POST", f"/api/v1/namespaces/{name}/serviceaccounts", account)[0] in (201, 409)
    yield name
    face.ask("DELETE", f"/api/v1/namespaces/{name}")


KUBECTL = shutil.which(
    "kubectl", path=f"{pathlib.Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
)
Kubectl = Callable[..., "subprocess.CompletedProcess[str]"]

NO_KUBECTL = "no kubectl beside this Python or on the PATH"


@pytest.fixture
def world() -> Iterator[Served]:
    """Return a fast cluster with every kind of pod on two nodes."""
    behavior = Behavior(
        pod_start=0.1,
        pod_ready=0.1,
        pod_stop=0.1,
        pdb_lag=0.1,
        controller_delay=0.02,
        volume_detach=0.1,
    )
    for world in served(behavior):
        with world.lock:
            cluster = world.cluster
            build.deployment(cluster, "shop", "web", 4)
            build.pdb(cluster, "shop", "web", max_unavailable=2)
            build.statefulset(cluster, "shop", "db", 2, storage="1Gi")
            build.daemonset(cluster, "kube-system", "agent")
            build.static_pod(cluster, "kube-system", "proxy", "n1")
            cluster.settle()
        yield world


@pytest.fixture
def kubectl(world: Served, tmp_path: pathlib.Path) -> Kubectl:
    """Return a function that runs kubectl on that cluster."""
    environment = {**os.environ, "KUBECONFIG": world.kubeconfig_file(), "HOME": str(tmp_path)}

    def run(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        command = [str(KUBECTL), *arguments]
        return subprocess.run(
            command,
            env=environment,
            input=text,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    return run
