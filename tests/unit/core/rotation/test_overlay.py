# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A group as it is after our own acts, whatever a late read says."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    Deregister,
    Protect,
    ProtectNew,
    ReadGroup,
    Register,
    Resume,
    SetDesired,
    SetMaxSize,
    SetTag,
    Suspend,
    Terminate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.overlay import overlay
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    INGRESS,
    a_group,
    a_target,
    an_instance,
)

GROUP = a_group(
    an_instance("a"),
    an_instance("b", protected=True),
    suspended=frozenset(("AlarmNotification",)),
    tags={"team": "x"},
)


@pytest.mark.parametrize(
    "act, fields",
    [
        (Suspend("blue", ("AZRebalance",)), {"suspended": {"AlarmNotification", "AZRebalance"}}),
        (Resume("blue", ("AlarmNotification", "AZRebalance")), {"suspended": set()}),
        (ProtectNew("blue", True), {"protects_new": True}),
        (SetMaxSize("blue", 9), {"max_size": 9}),
        (SetTag("blue", "k", "v"), {"tags": {"team": "x", "k": "v"}}),
        (SetTag("blue", "team", None), {"tags": {}}),
        (SetTag("blue", "absent", None), {"tags": {"team": "x"}}),
    ],
)
def test_an_act_shows_at_once(act: Command, fields: dict[str, Any]) -> None:
    found = overlay(GROUP, [act])
    assert {name: getattr(found, name) for name in fields} == fields
    kept = {"suspended", "protects_new", "max_size", "tags"} - fields.keys()
    assert all(getattr(found, name) == getattr(GROUP, name) for name in kept)
    assert found.instances == GROUP.instances


def protected(*acts: Command) -> list[str]:
    """The instances that are protected after these acts."""
    return [instance.id for instance in overlay(GROUP, acts).instances if instance.protected]


def test_protection_of_instances_shows_and_the_latest_act_counts() -> None:
    assert protected(Protect("blue", ("i-a",), True)) == ["i-a", "i-b"]
    assert protected(Protect("blue", ("i-b", "i-unknown"), False)) == []
    assert protected(Protect("blue", ("i-a",), True), Protect("blue", ("i-a", "i-b"), False)) == []
    assert protected(Protect("blue", ("i-a",), False), Protect("blue", ("i-a",), True)) == [
        "i-a",
        "i-b",
    ]


@pytest.mark.parametrize(
    "act",
    [
        SetDesired("blue", 9),
        Terminate("i-a", True),
        ReadGroup("blue"),
    ],
)
def test_what_others_change_too_is_followed_elsewhere(act: Command) -> None:
    assert overlay(GROUP, [act]) == GROUP


def test_a_target_drains_once_it_was_deregistered_unless_it_was_registered_since() -> None:
    group = a_group(an_instance("a"), targets=(a_target("a"), a_target("b")))
    out, back = Deregister(INGRESS, (("i-a", 30080),)), Register(INGRESS, (("i-a", 30080),))
    for acts, state in (([out], "draining"), ([out, back], "healthy"), ([back, out], "draining")):
        assert overlay(group, acts).targets == (a_target("a", state), a_target("b"))


def test_without_acts_it_is_the_group_itself() -> None:
    assert overlay(GROUP, []) is GROUP
