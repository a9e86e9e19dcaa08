# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provide each face, and a namespace for each case."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

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
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import Behavior

FACES = ["memory", "memory of old", "wire", *(["server"] if os.environ.get(REAL) else [])]


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
