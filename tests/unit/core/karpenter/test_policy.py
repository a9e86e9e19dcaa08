# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of karpenter_wait are checked."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.karpenter.policy import (
    DRIFT_OPTIONS,
    DriftPolicy,
    drift_policy,
)

PARAMS: dict[str, Any] = {"nodepools": None, "timeout": 60, "settle": 0, "stop_timeout": 5}


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"timeout": 0}, "timeout"),
        ({"timeout": -1}, "timeout"),
        ({"settle": -1}, "settle"),
        ({"stop_timeout": 0}, "stop_timeout"),
    ],
)
def test_a_duration_that_cannot_be_is_refused(options: dict[str, Any], named: str) -> None:
    with pytest.raises(InputError, match=named):
        DriftPolicy(**options)


def test_nothing_has_to_rest_if_that_is_asked_for() -> None:
    assert DriftPolicy(settle=0).settle == 0


@pytest.mark.parametrize(
    ("given", "pools"), [(None, ()), ([], ()), (["spot", "big"], ("spot", "big"))]
)
def test_without_names_all_pools_are_meant(given: Any, pools: tuple[str, ...]) -> None:
    assert drift_policy({**PARAMS, "nodepools": given}, 5.0, False).nodepools == pools


def test_the_parameters_make_the_policy() -> None:
    made = drift_policy(PARAMS, 5.0, True)
    assert made == DriftPolicy((), 60, 0, 5, 5.0, True)
    assert set(DRIFT_OPTIONS) == set(PARAMS) - {"nodepools"}
