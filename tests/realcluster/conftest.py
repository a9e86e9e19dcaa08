# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reach the real control plane that `make real` has started."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.nodeops.rotator.tests.realcluster.stage import Reach, RealStage

FOLDER = "REAL_CLUSTER"
"""Variable that names the folder of a running control plane."""


@pytest.fixture(scope="session")
def reach() -> Reach:
    """Return how the running control plane is reached."""
    if FOLDER not in os.environ:
        pytest.skip("`make real` starts the control plane that this needs")
    return Reach(Path(os.environ[FOLDER]))


@pytest.fixture
def new_stage(reach: Reach) -> Iterator[Callable[[], RealStage]]:
    """Return a function that makes stages, which are removed afterwards."""
    made: list[RealStage] = []

    def make() -> RealStage:
        made.append(RealStage(reach))
        return made[-1]

    yield make
    for stage in made:
        stage.remove()
