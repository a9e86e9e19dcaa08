# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account that the template tests run on."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.unit.operations.builders import BuiltAccount


@pytest.fixture(params=["polite", "lagging"])
def built(request: pytest.FixtureRequest) -> BuiltAccount:
    """An account whose reads are exact, and one whose reads lag behind writes."""
    return BuiltAccount(Behavior.polite() if request.param == "polite" else Behavior())
