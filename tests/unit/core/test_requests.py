# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to the API server are limited, and never to none."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.requests import (
    RequestLimits,
    from_params,
)


@pytest.mark.parametrize(
    ("rate", "burst", "message"),
    [
        (0, 100, "request_rate is 0"),
        (50, 0, "request_burst is 0"),
        (-1, 100, "request_rate is -1"),
        (50, -3, "request_burst is -3"),
    ],
)
def test_a_limit_that_lets_nothing_through_is_refused(
    rate: float, burst: float, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        from_params({"request_rate": rate, "request_burst": burst})


@pytest.mark.parametrize(("rate", "burst"), [(50, 100), (1, 1), (200, 1)])
def test_limits_are_taken_as_they_are(rate: float, burst: float) -> None:
    params = {"request_rate": rate, "request_burst": burst}
    assert from_params(params) == RequestLimits(rate, burst)
