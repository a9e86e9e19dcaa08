# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a boot may take, and from when it counts."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.boot import (
    boot_began,
    usual_boot_timeout,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import an_instance


@pytest.mark.parametrize(
    "type_, platform, seconds",
    [
        ("m6i.large", "", 900),
        ("m6i.large", "windows", 1800),
        ("g4dn.xlarge", "", 1800),
        ("g6e.48xlarge", "", 1800),
        ("p5.48xlarge", "", 1800),
        ("p6-b200.48xlarge", "", 1800),
        ("inf2.xlarge", "", 1800),
        ("trn1n.32xlarge", "", 1800),
        ("gr6.4xlarge", "", 1800),
        ("dl1.24xlarge", "", 1800),
        ("c7g.large", "", 900),
        ("i4i.large", "", 900),
        ("", "", 900),
    ],
)
def test_windows_and_accelerators_get_longer(type_: str, platform: str, seconds: float) -> None:
    instances = [an_instance("a"), an_instance("b", type=type_, platform=platform)]
    assert usual_boot_timeout(instances) == seconds


def test_an_empty_group_has_the_usual_time() -> None:
    assert usual_boot_timeout([]) == 900


@pytest.mark.parametrize(
    "age, was_there, began",
    [
        (0, False, 5000),
        (30, False, 4970),
        (700, False, 4300),
        (780, False, 4220),
        (900, False, 4220),
        (86400, False, 4220),
        (-60, False, 5000),
        (700, True, 5000),
    ],
)
def test_a_boot_counts_from_the_launch_but_leaves_time_to_look(
    age: float, was_there: bool, began: float
) -> None:
    assert boot_began(5000, age, 900, 120, was_there) == began


def test_a_short_limit_is_not_shortened() -> None:
    assert boot_began(5000, 300, 60, 120) == 5000
