# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Lease that was left to a run and that it did not take is named."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.left_lease import (
    left_to_us,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group, an_instance
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    HELD,
    LEASE,
    POLICY,
    a_context,
)

HANDED = Journal(handover="r1", target=("lt-1", "2", "ami-new"))
BY_UPDATE = dataclasses.replace(HELD, holder="host_r1")
LEFT = (
    f"Lease {LEASE}, which the update of the launch template has left to this run, stays held"
    " until it expires"
)
UNREAD = (
    "Whether an update of the launch template has left the Lease of Auto Scaling group blue to"
    " this run could not be read. If it has, the Lease stays held until it expires"
)


def told(given: bool = True, plan_only: bool = False, **more: Any) -> list[str]:
    """What is said of a run that was left the Lease, and has not begun."""
    fields: dict[str, Any] = {"mode": "survey", "held": False, "lease": BY_UPDATE, **more}
    policy = dataclasses.replace(POLICY, run_given=given, plan_only=plan_only)
    group = fields.pop("group", a_group(an_instance("w")))
    fields.setdefault("written", HANDED)
    return list(left_to_us(a_context(group, policy=policy, **{"journal": HANDED, **fields})))


@pytest.mark.parametrize(
    ("more", "sentences"),
    [
        pytest.param({}, [LEFT], id="it was left to us, and we end before we begin"),
        pytest.param({"given": False}, [LEFT], id="what was read counts"),
        pytest.param({"journal": Journal()}, [LEFT], id="it could not be written back"),
        pytest.param({"plan_only": True}, [], id="a plan leaves it to the run that follows"),
        pytest.param({"lease": dataclasses.replace(HELD, holder="")}, [], id="it was given up"),
        pytest.param({"lease": None}, [], id="there is none"),
        pytest.param({"mode": "rotate", "held": True}, [], id="we took it"),
        pytest.param({"written": Journal(handover="r2")}, [], id="it was left to another run"),
        pytest.param({"written": None}, [], id="it records nothing"),
        pytest.param({"group": None}, [UNREAD], id="the group, and so its name, is not known"),
        pytest.param({"lease_read": -1.0}, [UNREAD], id="it was not read"),
        pytest.param({"group": None, "given": False}, [], id="none can be left to a run of no ID"),
        pytest.param({"group": None, "plan_only": True}, [], id="a plan would not take it"),
    ],
)
def test_it_is_named_while_it_may_still_be_held(more: dict[str, Any], sentences: list[str]) -> None:
    assert told(**more) == sentences
