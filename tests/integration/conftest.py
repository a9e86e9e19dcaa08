# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provide worlds for tests that run Ansible."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.nodeops.rotator.tests.integration.wire import WorldOnWire, world_on_wire

FIRST = (
    "test_examples.py",
    "test_rotate_fleet.py",
    "test_rotate_kops.py",
    "test_gates.py",
    "test_killed_playbook.py",
    "test_secrets.py",
    "test_packed.py",
    "test_installed.py",
    "test_pause.py",
    "test_managed.py",
    "test_playbooks.py",
    "test_expired.py",
    "test_interrupts.py",
)
"""Files with the tests that take longest."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest tests first.

    So no worker is left alone with one at the end.
    """
    ranks = {name: rank for rank, name in enumerate(FIRST)}
    items.sort(key=lambda item: ranks.get(item.path.name, len(FIRST)))


@pytest.fixture
def small(tmp_path: Path) -> Iterator[WorldOnWire]:
    """Serve a small world for this test: one node group."""
    with world_on_wire("small", tmp_path) as world:
        yield world


@pytest.fixture
def eks(tmp_path: Path) -> Iterator[WorldOnWire]:
    """Serve an EKS cluster for this test: three node groups, twelve nodes."""
    with world_on_wire("eks", tmp_path) as world:
        yield world


@pytest.fixture
def mixed(tmp_path: Path) -> Iterator[WorldOnWire]:
    """Serve a cluster with node groups of several kinds for this test."""
    with world_on_wire("mixed", tmp_path) as world:
        yield world


@pytest.fixture
def kops(tmp_path: Path) -> Iterator[WorldOnWire]:
    """Serve a kops cluster for this test: control plane, node groups, a bastion."""
    with world_on_wire("kops", tmp_path) as world:
        yield world


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorldOnWire]:
    """Serve a small world for all tests that change nothing in it."""
    with world_on_wire("small", tmp_path_factory.mktemp("still")) as world:
        yield world


@pytest.fixture(scope="module")
def still_kops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorldOnWire]:
    """Serve a kops cluster for all tests that change nothing in it."""
    with world_on_wire("kops", tmp_path_factory.mktemp("kops")) as world:
        yield world
