# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One 401 or 403 keeps no template from its update; a minute of them does."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.tests.rotation.template_builders import (
    GREEN,
    holder,
    shared,
    update,
    versions,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault

BOTH = {"rotated_groups": [BLUE, GREEN]}


@pytest.mark.parametrize("match", ["get leases", "create leases", "update leases"])
@pytest.mark.parametrize("code", ["401", "403"])
def test_one_refusal_keeps_no_template_from_its_update(match: str, code: str) -> None:
    world = shared()
    skip = 1 + 1 if match == "get leases" else 0  # the first reads are those of the module itself
    fault = Fault(f"kubernetes:{match}", code, "no", skip=skip)
    world.gate.faults.append(fault)
    found, _warnings = update(world, BLUE, **BOTH)
    assert fault.times == 0, "it was refused"
    assert found.changed
    assert "r1" in holder(world, BLUE)


def test_refusals_that_last_a_minute_keep_the_template_as_it_is() -> None:
    world = shared()
    world.gate.faults.append(Fault("kubernetes:create leases", "403", "no", times=-1))
    began = world.kernel.now
    with pytest.raises(ForbiddenError):
        update(world, BLUE, **BOTH)
    assert 60 <= world.kernel.now - began < 120
    assert versions(world) == 1
