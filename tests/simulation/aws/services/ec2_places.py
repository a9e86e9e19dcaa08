# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2: instance types, zones, subnets, regions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.instance_types import (
    TYPES,
    InstanceType,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Subnet
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.paging import (
    matches,
    paged,
    tag_list,
    tag_pairs,
)

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account

REGIONS = (
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "us-east-1",
    "us-east-2",
    "us-west-2",
)


def _type_view(kind: InstanceType) -> dict[str, Any]:
    threads = 1 if kind.architecture == "arm64" else 2
    view: dict[str, Any] = {
        "InstanceType": kind.name,
        "CurrentGeneration": True,
        "FreeTierEligible": False,
        "Hypervisor": "nitro",
        "SupportedUsageClasses": ["on-demand", "spot"],
        "SupportedVirtualizationTypes": ["hvm"],
        "BareMetal": False,
        "ProcessorInfo": {"SupportedArchitectures": [kind.architecture]},
        "BurstablePerformanceSupported": kind.burstable,
        "VCpuInfo": {
            "DefaultVCpus": kind.vcpus,
            "DefaultCores": kind.vcpus // threads,
            "DefaultThreadsPerCore": threads,
        },
        "MemoryInfo": {"SizeInMiB": kind.memory},
        "InstanceStorageSupported": False,
        "NetworkInfo": {
            "MaximumNetworkInterfaces": kind.interfaces,
            "Ipv4AddressesPerInterface": kind.addresses,
        },
    }
    if kind.gpus:
        view["GpuInfo"] = {
            "Gpus": [
                {
                    "Name": "A10G",
                    "Manufacturer": "NVIDIA",
                    "Count": kind.gpus,
                    "MemoryInfo": {"SizeInMiB": 24576},
                }
            ],
            "TotalGpuMemoryInMiB": 24576 * kind.gpus,
        }
    return view


@operation("ec2", "DescribeInstanceTypes", "InstanceTypes", "Filters", "MaxResults", "NextToken")
def describe_types(account: Account, params: Params) -> dict[str, Any]:
    """Return instance types by name (all must exist) and filter."""
    names = params.get("InstanceTypes", [])
    unknown = [name for name in names if name not in TYPES]
    if unknown:
        raise AwsError(
            "InvalidInstanceType",
            f"The following supplied instance types do not exist: [{', '.join(unknown)}]",
        )
    known = {
        "instance-type": lambda kind: [kind.name],
        "processor-info.supported-architecture": lambda kind: [kind.architecture],
        "vcpu-info.default-vcpus": lambda kind: [str(kind.vcpus)],
        "memory-info.size-in-mib": lambda kind: [str(kind.memory)],
        "current-generation": lambda kind: ["true"],
    }
    chosen = [TYPES[name] for name in names] or list(TYPES.values())
    views = {
        k.name: _type_view(k)
        for k in chosen
        if matches(k, params.get("Filters", ()), known, lambda _kind: [])
    }
    return paged(account, params, "InstanceTypes", views, 100)


@operation(
    "ec2", "DescribeInstanceTypeOfferings", "LocationType", "Filters", "MaxResults", "NextToken"
)
def describe_offerings(account: Account, params: Params) -> dict[str, Any]:
    """Return where types are offered: everywhere but in `account.not_offered`."""
    by_zone = params.get("LocationType", "region") == "availability-zone"
    views = {
        f"{name}/{place}": {
            "InstanceType": name,
            "LocationType": params.get("LocationType", "region"),
            "Location": place,
        }
        for name in TYPES
        for place in (account.zones if by_zone else [account.region])
        if (name, place) not in account.not_offered
    }
    known = {
        "instance-type": lambda view: [view["InstanceType"]],
        "location": lambda view: [view["Location"]],
    }
    views = {
        k: view
        for k, view in views.items()
        if matches(view, params.get("Filters", ()), known, lambda _view: [])
    }
    return paged(account, params, "InstanceTypeOfferings", views, 1000)


def _subnet_view(account: Account, subnet: Subnet) -> dict[str, Any]:
    return {
        "SubnetId": subnet.id,
        "VpcId": subnet.vpc_id,
        "CidrBlock": subnet.cidr,
        "AvailabilityZone": subnet.zone,
        "AvailabilityZoneId": zone_id(account, subnet.zone),
        "AvailableIpAddressCount": 0 if subnet.ipv6_only else subnet.available,
        "Ipv6Native": subnet.ipv6_only,
        "State": "available",
        "OwnerId": account.id,
        "DefaultForAz": False,
        "MapPublicIpOnLaunch": False,
        "SubnetArn": account.arn("ec2", f"subnet/{subnet.id}"),
        "Tags": tag_list(subnet.tags),
    }


def zone_id(account: Account, zone: str) -> str:
    """Return a zone's account-independent ID, such as euw1-az1."""
    area, side, number = account.region.split("-")
    short = (
        area
        + "".join(
            {"north": "n", "south": "s", "east": "e", "west": "w", "central": "c"}.get(
                side, side[:1]
            )
        )
        + number
    )
    return f"{short}-az{ord(zone[-1]) - ord('a') + 1}"


@operation("ec2", "DescribeSubnets", "SubnetIds", "Filters", "MaxResults", "NextToken")
def describe_subnets(account: Account, params: Params) -> dict[str, Any]:
    """Return subnets by ID (all must exist) and filter."""
    ids = params.get("SubnetIds", [])
    missing = [name for name in ids if name not in account.subnets]
    if missing:
        raise AwsError("InvalidSubnetID.NotFound", f"The subnet ID '{missing[0]}' does not exist")
    known = {
        "subnet-id": lambda s: [s.id],
        "vpc-id": lambda s: [s.vpc_id],
        "availability-zone": lambda s: [s.zone],
        "cidr-block": lambda s: [s.cidr],
        "state": lambda s: ["available"],
    }
    chosen = [account.subnets[name] for name in ids] or list(account.subnets.values())
    views = {
        s.id: _subnet_view(account, s)
        for s in chosen
        if matches(s, params.get("Filters", ()), known, lambda subnet: tag_pairs(subnet.tags))
    }
    return paged(account, params, "Subnets", views, 1000)


@operation(
    "ec2", "DescribeAvailabilityZones", "ZoneNames", "ZoneIds", "Filters", "AllAvailabilityZones"
)
def describe_zones(account: Account, params: Params) -> dict[str, Any]:
    """Return the zones in which the account has subnets."""
    names = params.get("ZoneNames", [])
    unknown = [name for name in names if name not in account.zones]
    if unknown:
        raise AwsError("InvalidParameterValue", f"Invalid availability zone: [{unknown[0]}]")
    known = {
        "zone-name": lambda view: [view["ZoneName"]],
        "state": lambda view: [view["State"]],
        "region-name": lambda view: [view["RegionName"]],
        "zone-type": lambda view: [view["ZoneType"]],
        "opt-in-status": lambda view: [view["OptInStatus"]],
        "zone-id": lambda view: [view["ZoneId"]],
    }
    views = [
        {
            "ZoneName": zone,
            "ZoneId": zone_id(account, zone),
            "State": "available",
            "RegionName": account.region,
            "OptInStatus": "opt-in-not-required",
            "ZoneType": "availability-zone",
            "Messages": [],
            "GroupName": account.region,
            "NetworkBorderGroup": account.region,
        }
        for zone in account.zones
        if not names or zone in names
    ]
    wanted = params.get("ZoneIds", [])
    return {
        "AvailabilityZones": [
            view
            for view in views
            if (not wanted or view["ZoneId"] in wanted)
            and matches(view, params.get("Filters", ()), known, lambda _view: [])
        ]
    }


@operation("ec2", "DescribeRegions", "RegionNames", "AllRegions", "Filters")
def describe_regions(account: Account, params: Params) -> dict[str, Any]:
    """Return some regions, the account's own among them."""
    names = params.get("RegionNames") or sorted({*REGIONS, account.region})
    unknown = [name for name in names if name not in REGIONS and name != account.region]
    if unknown:
        raise AwsError("InvalidParameterValue", f"Invalid region: [{unknown[0]}]")
    known = {
        "region-name": lambda view: [view["RegionName"]],
        "opt-in-status": lambda view: [view["OptInStatus"]],
        "endpoint": lambda view: [view["Endpoint"]],
    }
    views = [
        {
            "RegionName": name,
            "Endpoint": f"ec2.{name}.amazonaws.com",
            "OptInStatus": "opt-in-not-required",
        }
        for name in names
    ]
    return {
        "Regions": [
            view
            for view in views
            if matches(view, params.get("Filters", ()), known, lambda _view: [])
        ]
    }
