# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS records as Route 53 tells them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.autoscaling import (
    AutoScaling,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.records import (
    hosted_zones,
    read_record,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    RotatorError,
    ThrottledError,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import Recorded, refusal

NAME = "api.prod.example.com"
PUBLIC, PRIVATE, PARENT = "/hostedzone/Z1", "/hostedzone/Z2", "/hostedzone/Z3"
ZONES = {PUBLIC: "prod.example.com", PARENT: "example.com", "/hostedzone/Z4": "od.example.com"}


def a_record(*values: str, name: str = NAME, **fields: Any) -> dict[str, Any]:
    found = {"Name": f"{name}.", "Type": "A", "ResourceRecords": [{"Value": v} for v in values]}
    return {"ResourceRecordSets": [{**found, **fields}]}


def test_all_pages_of_zones_are_read() -> None:
    pages = [
        {"HostedZones": [{"Id": PUBLIC, "Name": "a.b."}], "IsTruncated": True, "NextMarker": "Z3"},
        {"HostedZones": [{"Id": PARENT, "Name": "b."}], "IsTruncated": False},
    ]
    raw = Recorded(ListHostedZones=pages)
    assert hosted_zones(Aws(raw)) == {PUBLIC: "a.b", PARENT: "b"}
    assert raw.asked("ListHostedZones") == [{}, {"Marker": "Z3"}]


def test_the_record_is_in_the_zone_with_the_longest_name() -> None:
    raw = Recorded(ListResourceRecordSets=a_record("10.0.0.1", "10.0.0.2"))
    assert read_record(Aws(raw), NAME, ZONES) == {"10.0.0.1", "10.0.0.2"}
    (asked,) = raw.asked("ListResourceRecordSets")
    assert (asked["HostedZoneId"], asked["StartRecordName"]) == (PUBLIC, NAME)


def test_a_public_and_a_private_zone_of_one_name_count_together() -> None:
    raw = Recorded(ListResourceRecordSets=[a_record("1.2.3.4"), a_record("10.0.0.2")])
    both = {PUBLIC: "prod.example.com", PRIVATE: "prod.example.com"}
    assert read_record(Aws(raw), NAME, both) == {"1.2.3.4", "10.0.0.2"}


@pytest.mark.parametrize(
    ("answer", "zones", "found"),
    [
        (a_record("10.0.0.1", name="api2.prod.example.com"), ZONES, frozenset()),
        (a_record("10.0.0.1", Type="AAAA"), ZONES, frozenset()),
        ({"ResourceRecordSets": []}, ZONES, frozenset()),
        (a_record(AliasTarget={"DNSName": "lb"}), ZONES, None),
        ({}, {PUBLIC: "other.example.com"}, None),
        ({}, {PUBLIC: "rod.example.com"}, None),
        ({}, {}, None),
    ],
)
def test_no_record_is_told_from_one_that_cannot_be_told(
    answer: dict[str, Any], zones: dict[str, str], found: frozenset[str] | None
) -> None:
    assert read_record(Aws(Recorded(ListResourceRecordSets=answer)), NAME, zones) == found


@pytest.mark.parametrize("here", [frozenset({"10.0.0.1"}), None])
def test_where_route_53_may_not_be_read_the_names_are_resolved(here: frozenset[str] | None) -> None:
    raw = Recorded(ListHostedZones=refusal("AccessDenied"))
    cloud = AutoScaling(Aws(raw), resolve={NAME: here}.get)
    assert cloud.read_records((NAME,)) == {NAME: here}
    assert AutoScaling(Aws(raw)).read_records((NAME,)) == {NAME: None}


def test_any_other_failure_is_one() -> None:
    raw = Recorded(ListHostedZones=refusal("Throttling"))
    with pytest.raises(RotatorError) as caught:
        AutoScaling(Aws(raw)).read_records((NAME,))
    assert isinstance(caught.value, ThrottledError)
