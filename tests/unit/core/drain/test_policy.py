# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a drain: limits, choices and the grace that is requested."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import (
    BudgetAction,
    DoNotDisrupt,
    DrainPolicy,
    OnTimeout,
    from_params,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import choices

LIMITS = ("skip_wait_for_delete_timeout", "timeout", "pdb_timeout", "volume_timeout")


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_is_at_least_zero(name: str) -> None:
    assert getattr(DrainPolicy(**{name: 0}), name) == 0
    with pytest.raises(InputError) as caught:
        DrainPolicy(**{name: -1})
    assert caught.value.message == f"{name} is -1, it must be 0 or more seconds"


@pytest.mark.parametrize(("retry", "allowed"), [(1, True), (30, True), (0.9, False), (0, False)])
def test_a_retry_is_at_least_one_second(retry: float, allowed: bool) -> None:
    if allowed:
        assert DrainPolicy(retry=retry).retry == retry
        return
    with pytest.raises(InputError, match="it must be 1 or more seconds"):
        DrainPolicy(retry=retry)


@pytest.mark.parametrize(
    ("name", "value"),
    [("on_timeout", value) for value in choices(OnTimeout)]
    + [("honor_do_not_disrupt", value) for value in choices(DoNotDisrupt)],
)
def test_every_documented_choice_is_accepted(name: str, value: str) -> None:
    assert getattr(from_params({name: value}), name) == value


@pytest.mark.parametrize("action", choices(BudgetAction))
def test_every_action_of_an_override_is_accepted(action: str) -> None:
    (override,) = from_params(
        {"pdb_overrides": [{"selector": "app=db", "action": action}]}
    ).pdb_overrides
    assert (override.action, override.namespace) == (action, "")


@pytest.mark.parametrize("entry", [{}, {"action": None}, {"action": "", "namespace": None}])
def test_an_override_waits_in_every_namespace_by_default(entry: dict[str, Any]) -> None:
    (override,) = from_params({"pdb_overrides": [{"selector": "app=db", **entry}]}).pdb_overrides
    assert (override.action, override.namespace) == ("wait", "")


@pytest.mark.parametrize(
    ("grace", "timeout", "allowed"),
    [(900, 900, True), (901, 900, False), (901, 0, True), (None, 1, True), (0, 1, True)],
)
def test_a_grace_fits_into_the_timeout(grace: int | None, timeout: float, allowed: bool) -> None:
    if allowed:
        assert DrainPolicy(grace_period=grace, timeout=timeout).grace_period == grace
        return
    with pytest.raises(InputError, match="grace_period 901 is longer than timeout 900"):
        DrainPolicy(grace_period=grace, timeout=timeout)


GRACES = (None, 0, 5, 30, 60)


@pytest.mark.parametrize(("asked", "cap"), list(itertools.product(GRACES, GRACES)))
@pytest.mark.parametrize("own", [0, 5, 30, 60])
def test_the_cap_never_lengthens_a_grace(asked: int | None, cap: int | None, own: int) -> None:
    found = DrainPolicy(grace_period=asked, max_grace_period=cap).grace(own)
    wanted = own if asked is None else asked
    effective = own if found is None else found
    assert effective == (wanted if cap is None else min(wanted, cap))
    assert found is not None or asked is None, "a wish is always sent"
