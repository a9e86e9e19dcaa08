# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route 53: hosted zones and the records in them, to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.records import HostedZone

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account

PREFIX = "/hostedzone/"


@operation("route53", "ListHostedZones", "Marker", "MaxItems")
def list_zones(account: Account, params: Params) -> dict[str, Any]:
    """Return the hosted zones by ID, from a marker on."""
    size = int(params.get("MaxItems") or 100)
    ids = [one for one in sorted(account.hosted_zones) if one >= (params.get("Marker") or "")]
    shown = [
        {
            "Id": PREFIX + one,
            "Name": f"{account.hosted_zones[one].name}.",
            "CallerReference": one,
            "Config": {"PrivateZone": account.hosted_zones[one].private},
            "ResourceRecordSetCount": len(account.hosted_zones[one].records),
        }
        for one in ids[:size]
    ]
    more = {"NextMarker": ids[size]} if len(ids) > size else {}
    truncated = {"IsTruncated": bool(more), "MaxItems": str(size)}
    return {"HostedZones": shown, "Marker": params.get("Marker") or "", **truncated, **more}


@operation(
    "route53",
    "ListResourceRecordSets",
    "HostedZoneId",
    "StartRecordName",
    "StartRecordType",
    "MaxItems",
)
def list_records(account: Account, params: Params) -> dict[str, Any]:
    """Return the records from a name on, in the order of their labels from the right."""
    zone = account.hosted_zones.get(params["HostedZoneId"].removeprefix(PREFIX))
    if zone is None:
        raise AwsError(
            "NoSuchHostedZone", f"No hosted zone found with ID: {params['HostedZoneId']}", 404
        )
    first = _order(params.get("StartRecordName") or "")
    names = [one for one in sorted(zone.records, key=_order) if _order(one) >= first]
    size = int(params.get("MaxItems") or 300)
    more = {"NextRecordName": f"{names[size]}."} if len(names) > size else {}
    return {
        "ResourceRecordSets": [_record(zone, one) for one in names[:size]],
        "IsTruncated": bool(more),
        "MaxItems": str(size),
        **more,
    }


def _order(name: str) -> list[str]:
    return [label for label in reversed(name.rstrip(".").split(".")) if label]


def _record(zone: HostedZone, name: str) -> dict[str, Any]:
    """Return an A record; one without addresses is an alias of a load balancer."""
    found: dict[str, Any] = {"Name": f"{name}.", "Type": "A"}
    if values := zone.records[name]:
        return {**found, "TTL": 60, "ResourceRecords": [{"Value": one} for one in values]}
    target = {"HostedZoneId": "Z1", "DNSName": "lb.example.com.", "EvaluateTargetHealth": False}
    return {**found, "AliasTarget": target}
