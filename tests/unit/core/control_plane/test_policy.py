# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a user asks for, a control plane is rotated one node at a time."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.policy import (
    fitted,
    settle_of,
    unexposed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import Size

POLICY = RotationPolicy("g", "r1", "me")


@pytest.mark.parametrize(
    ("asked", "field", "value"),
    [
        ({"max_surge": Size(3)}, "max_surge", Size(0)),
        ({"max_unavailable": Size(50, True)}, "max_unavailable", Size(1)),
        ({"canary": Size(0)}, "canary", Size(1)),
        ({"failure_budget": 5}, "failure_budget", 0),
        ({"soak": 900}, "soak", 0),
        ({"boot_timeout": None}, "boot_timeout", 1800.0),
        ({"boot_timeout": 60}, "boot_timeout", 60),
        ({"lb_timeout": 10}, "lb_timeout", 600.0),
        ({"lb_timeout": 900}, "lb_timeout", 900),
        ({"on_failure": "rollback"}, "on_failure", "rollback_template"),
        ({"on_failure": "keep_template"}, "on_failure", "keep_template"),
        ({"on_failure": "rollback_template"}, "on_failure", "rollback_template"),
        ({"surge_by": "launch_instances"}, "surge_by", "set_desired"),
        ({"unknown_instances": "end"}, "unknown_instances", "leave"),
        ({"repair": True}, "repair", False),
        ({"keep_failed": True}, "keep_failed", False),
        ({"drain": POLICY.drain}, "drain", POLICY.drain),
        ({"poll_interval": 7}, "poll_interval", 7),
    ],
)
def test_what_becomes_of_an_option(asked: dict[str, Any], field: str, value: object) -> None:
    assert getattr(fitted(dataclasses.replace(POLICY, **asked)), field) == value


@pytest.mark.parametrize(("check", "settle"), [("direct", 120), ("indirect", 240)])
def test_what_is_judged_indirectly_has_to_last_twice_as_long(check: Any, settle: float) -> None:
    assert settle_of(dataclasses.replace(POLICY, control_plane_check=check)) == settle


@pytest.mark.parametrize("surge", [Size(0), Size(1), Size(100, True)])
@pytest.mark.parametrize("unavailable", [Size(1), Size(50, True)])
def test_what_is_fitted_is_valid_and_fits_again(surge: Size, unavailable: Size) -> None:
    asked = dataclasses.replace(POLICY, max_surge=surge, max_unavailable=unavailable)
    once = fitted(asked)
    assert fitted(once) == once
    assert (once.group, once.run, once.holder) == ("g", "r1", "me")


def test_nothing_but_what_is_named_is_changed() -> None:
    once = fitted(POLICY)
    changed = {
        field.name
        for field in dataclasses.fields(POLICY)
        if getattr(once, field.name) != getattr(POLICY, field.name)
    }
    times = {"soak", "boot_timeout", "lb_timeout"}
    assert changed == {"max_surge", "max_unavailable", "standby_instances", *times}


def test_an_outage_is_allowed_for_control_planes_only() -> None:
    asked = RotationPolicy("a", "r1", "me", allow_api_outage=True)
    assert fitted(asked).allow_api_outage
    assert not unexposed(asked).allow_api_outage
    plain = RotationPolicy("a", "r1", "me")
    assert unexposed(plain) is plain


def test_leases_last_longer_than_the_outage_that_is_allowed() -> None:
    plain = RotationPolicy("a", "r1", "me", lease_duration=30, api_outage_timeout=900)
    assert plain.lease_lasts == 30
    assert dataclasses.replace(plain, allow_api_outage=True).lease_lasts == 930
