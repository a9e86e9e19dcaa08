# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account and cluster that the lookups run on."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws.catalogue import publish_catalogue
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import small
from ansible_collections.nodeops.rotator.tests.simulation.world import World


@pytest.fixture
def world() -> World:
    """Four nodes of Kubernetes 1.33 on last month's image.

    There are images for all the catalogue's versions.
    """
    world = small.furnish(World(Kernel()))
    publish_catalogue(world.account, ("1.31", "1.32", "1.34"))
    return world
