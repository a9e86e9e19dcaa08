# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rotation has restored is said, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.restored import restored
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group, an_instance

ALL: dict[str, Any] = {
    "max_size": (4, 5),
    "suspended": ("AZRebalance",),
    "fenced": True,
    "tainted": True,
}
GROUP = "Auto Scaling group blue"


@pytest.mark.parametrize(
    ("before", "now", "group", "said"),
    [
        ({}, {}, {}, []),
        ({"max_size": (4, 5)}, {}, {"max_size": 4}, [f"MaxSize of {GROUP} is 4 again"]),
        ({"max_size": (4, 5)}, {"max_size": (4, 5)}, {"max_size": 5}, []),
        ({"max_size": (4, 5)}, {}, {"max_size": 9}, []),
        ({"suspended": ("AZRebalance",)}, {}, {}, [f"AZRebalance of {GROUP} runs again"]),
        (
            {"suspended": ("AZRebalance",)},
            {"suspended": ("AZRebalance",)},
            {"suspended": frozenset(("AZRebalance",))},
            [],
        ),
        ({"suspended": ("X",)}, {}, {"suspended": frozenset(("X",))}, []),
        ({"fenced": True}, {}, {}, [f"Scale-in protection of {GROUP} is as it was"]),
        ({"fenced": True}, {"fenced": True}, {}, []),
        ({"fenced": True}, {}, {"protects_new": True}, []),
        ({"tainted": True}, {}, {}, [f"The soft taint is removed from the nodes of {GROUP}"]),
        ({"tainted": True}, {"tainted": True}, {}, []),
    ],
)
def test_what_was_restored(
    before: dict[str, Any], now: dict[str, Any], group: dict[str, Any], said: list[str]
) -> None:
    found = a_group(an_instance("w"), **group)
    assert list(restored(Journal(**before), Journal(**now), found)) == said


def test_all_of_it_comes_in_a_fixed_order() -> None:
    found = a_group(an_instance("w"), max_size=4)
    assert len(list(restored(Journal(**ALL), Journal(), found))) == 4
