# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provide a control plane of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.nodeops.rotator.tests.realcluster.binaries import NoGo, binaries
from ansible_collections.nodeops.rotator.tests.realcluster.cluster import RealCluster, running


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[RealCluster]:
    """Run a control plane that the test may restart."""
    try:
        programs = binaries()
    except NoGo as error:
        pytest.skip(str(error))
    folder = tmp_path / "cluster"
    folder.mkdir()
    with running(programs, folder) as found:
        yield found
