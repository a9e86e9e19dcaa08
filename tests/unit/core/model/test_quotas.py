# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of quotas keep what is not known apart from none."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.quotas import (
    Machine,
    Room,
)


def test_an_instance_is_on_demand_and_on_shared_hardware_unless_said() -> None:
    machine = Machine("i-1", "m5.large", 2)
    assert (machine.spot, machine.dedicated) == (False, False)


def test_a_limit_is_not_known_until_it_is_read() -> None:
    assert Room("L-1216C47A", ("m5.large",), 2, 8).limit is None
    assert Room("L-1216C47A", ("m5.large",), 2, 0, 0).limit == 0
