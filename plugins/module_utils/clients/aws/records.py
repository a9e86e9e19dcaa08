# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read DNS records from Route 53."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws


def read_record(aws: Aws, name: str, zones: dict[str, str]) -> frozenset[str] | None:
    """Return the addresses in the A record of a name, none if there is no record.

    `zones`: names of the hosted zones by their IDs. None where none of them has the name, or an
    alias has it.
    """
    homes = [one for one, zone in zones.items() if f".{name}".endswith(f".{zone}")]
    longest = max((len(zones[one]) for one in homes), default=0)
    found: set[str] = set()
    for zone in (one for one in homes if len(zones[one]) == longest):
        for record in _records(aws, zone, name):
            if "AliasTarget" in record:
                return None
            found |= {entry["Value"] for entry in record.get("ResourceRecords", ())}
    return frozenset(found) if homes else None


def hosted_zones(aws: Aws) -> dict[str, str]:
    """Return the names of the account's hosted zones by their IDs.

    The last dot is left out.
    """
    found: dict[str, str] = {}
    marker: dict[str, str] = {}
    while True:
        answer = aws.call("list the hosted zones", "route53", "ListHostedZones", **marker)
        found |= {one["Id"]: one["Name"].rstrip(".") for one in answer["HostedZones"]}
        if not answer.get("IsTruncated"):
            return found
        marker = {"Marker": answer["NextMarker"]}


def _records(aws: Aws, zone: str, name: str) -> Iterator[dict[str, Any]]:
    """Yield the A record of a name; the answer begins with it, or with the next one."""
    answer = aws.call(
        f"read DNS record {name}",
        "route53",
        "ListResourceRecordSets",
        HostedZoneId=zone,
        StartRecordName=name,
        StartRecordType="A",
        MaxItems="1",
    )
    for record in answer["ResourceRecordSets"]:
        if (record["Name"].rstrip("."), record["Type"]) == (name, "A"):
            yield record
