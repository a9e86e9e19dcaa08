# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why instances or nodes are missing, in the words of who knows it best."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.shortfall import (
    misnamed,
    namesake,
    runs_under,
    why_short,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "no scaling activity says why"),
        ({"activity": "InsufficientInstanceCapacity: none"}, "InsufficientInstanceCapacity: none"),
        ({"suspended": frozenset(("Launch",)), "activity": "x"}, "process Launch suspended"),
        ({"refreshing": True, "activity": "x"}, "An instance refresh is running"),
        ({"suspended": frozenset(("AZRebalance",))}, "no scaling activity says why"),
    ],
)
def test_what_stops_the_group_comes_before_its_activities(
    fields: dict[str, Any], words: str
) -> None:
    assert words in why_short(dataclasses.replace(a_group(an_instance("w")), **fields))


@pytest.mark.parametrize(
    ("state", "suspended", "words"),
    [
        ("stopped", (), "instance i-w is stopped and was not replaced"),
        ("stopping", (), "instance i-w is stopped and was not replaced"),
        ("stopped", ("ReplaceUnhealthy",), "not replaced while ReplaceUnhealthy is suspended"),
        ("running", ("ReplaceUnhealthy",), "its process ReplaceUnhealthy is suspended, without"),
        ("running", ("HealthCheck",), "its process HealthCheck is suspended, without"),
        ("running", (), "no scaling activity says why"),
    ],
)
def test_a_stopped_instance_is_named(state: str, suspended: tuple[str, ...], words: str) -> None:
    group = a_group(an_instance("w", state=state), suspended=frozenset(suspended))
    assert words in why_short(group)


@pytest.mark.parametrize(
    ("provider_id", "lacks"),
    [
        ("", "node ip-1 to say which instance it is: its spec.providerID is empty"),
        ("aws:///a/i-other", "node ip-1 to name it: its spec.providerID is that of i-other"),
        ("gce://x/y/z", "node ip-1 to name it: its spec.providerID is that of gce://x/y/z"),
    ],
)
def test_a_node_of_the_instances_name_that_does_not_name_it(provider_id: str, lacks: str) -> None:
    other = a_node("ip-1", provider_id=provider_id)
    assert namesake(an_instance("w", private_dns="ip-1"), [a_node("x"), other]) is other
    assert misnamed(other) == lacks


@pytest.mark.parametrize(
    ("dns", "node"),
    [
        pytest.param("ip-1", a_node("ip-1", provider_id="aws:///a/i-w"), id="its own"),
        pytest.param("ip-1", a_node("ip-2"), id="of another name"),
        pytest.param("", a_node("", provider_id=""), id="a name that is not known"),
    ],
)
def test_is_no_other_node(dns: str, node: Any) -> None:
    assert namesake(an_instance("w", private_dns=dns), [node]) is None


@pytest.mark.parametrize(
    ("ready", "since", "under"),
    [(True, 5.0, True), (False, 15.0, True), (False, 5.0, False), (None, 15.0, False)],
)
def test_a_kubelet_speaks_for_itself_and_silence_is_told_by_others(
    ready: bool | None, since: float, under: bool
) -> None:
    node = dataclasses.replace(a_node("other"), ready=ready, ready_since=since)
    instance = dataclasses.replace(an_instance("w"), launched_at=10.0)
    assert runs_under(instance, node) is under
