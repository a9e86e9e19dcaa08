# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of an update are validated."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedTarget,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.policy import (
    OPTIONS,
    ManagedPolicy,
    from_params,
)

USUAL: dict[str, Any] = {
    **{name: getattr(ManagedPolicy("c", "n", "r", "h"), name) for name in OPTIONS},
    "eks_cluster": "blue",
    "eks_nodegroup": "web",
    "lock_namespace": "kube-system",
    "state": "replaced",
}


def test_the_defaults_make_the_default_policy() -> None:
    target = ManagedTarget("r", "ami")
    made = from_params(USUAL, "r1", "me", False, target)
    assert made == ManagedPolicy("blue", "web", "r1", "me", target)


def test_check_mode_and_state_are_part_of_the_policy() -> None:
    made = from_params({**USUAL, "state": "restored"}, "r1", "me", True, ManagedTarget())
    assert (made.plan_only, made.restore_only) == (True, True)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"max_unavailable": 0}, "max_unavailable is 0"),
        ({"max_unavailable": 101}, "from 1 to 100"),
        ({"max_unavailable_percentage": 101}, "max_unavailable_percentage is 101"),
        ({"max_unavailable": 1, "max_unavailable_percentage": 1}, "both given"),
        ({"preflight": "maybe"}, "Choose one of refuse, warn, off"),
        ({"soak": -1}, "soak is -1"),
        ({"lock_wait": -1}, "lock_wait is -1"),
        ({"stall_timeout": 0}, "stall_timeout is 0"),
        ({"poll_interval": 0}, "poll_interval is 0"),
        ({"lease_duration": 0}, "lease_duration is 0"),
        ({"eks_cluster": None}, "eks_cluster is empty"),
        ({"eks_nodegroup": ""}, "eks_nodegroup is empty"),
    ],
)
def test_what_cannot_be_right_is_refused(options: dict[str, Any], why: str) -> None:
    with pytest.raises(InputError, match=why):
        from_params({**USUAL, **options}, "r1", "me", False, ManagedTarget())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_unavailable", 1),
        ("max_unavailable", 100),
        ("max_unavailable_percentage", 1),
        ("max_unavailable_percentage", 100),
        ("update_strategy", "minimal"),
        ("update_strategy", "default"),
        ("preflight", "refuse"),
        ("preflight", "warn"),
        ("preflight", "off"),
        ("force", True),
        ("repair", True),
        ("soak", 0),
        ("soak", 600),
        ("lock_wait", 30),
        ("stall_timeout", 1),
        ("poll_interval", 1),
        ("lease_duration", 6),
        ("stop_timeout", 5),
    ],
)
def test_what_eks_takes_is_taken(name: str, value: Any) -> None:
    made = from_params({**USUAL, name: value}, "r1", "me", False, ManagedTarget())
    assert getattr(made, name) == value


def test_an_option_that_is_not_given_asks_for_nothing() -> None:
    policy = ManagedPolicy("c", "n", "r", "h")
    asked = (policy.max_unavailable, policy.max_unavailable_percentage, policy.update_strategy)
    assert asked == (None, None, None)
    assert not (policy.force or policy.repair or policy.plan_only or policy.restore_only)
