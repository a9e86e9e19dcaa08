# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2: the root volumes of instances, and other volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance, Volume
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.paging import (
    matches,
    paged,
    tag_list,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.ec2_instances import (
    tag_values,
    value_at,
)

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


_FILTERS: dict[str, Any] = {
    "volume-id": value_at("VolumeId"),
    "status": value_at("State"),
    "availability-zone": value_at("AvailabilityZone"),
    "attachment.instance-id": lambda view: [part["InstanceId"] for part in view["Attachments"]],
    "attachment.status": lambda view: [part["State"] for part in view["Attachments"]],
}


@operation("ec2", "DescribeVolumes", "VolumeIds", "Filters", "MaxResults", "NextToken")
def describe_volumes(account: Account, params: Params) -> dict[str, Any]:
    """Return the root volumes of the instances that exist, and other volumes."""
    wanted, filters = params.get("VolumeIds"), params.get("Filters", ())
    views = {
        instance.volume_id: _volume_view(account, instance)
        for instance in account.instances.values()
        if instance.state != "terminated" and (not wanted or instance.volume_id in wanted)
    }
    views |= {
        volume.id: _view(account, volume)
        for volume in account.volumes.values()
        if not wanted or volume.id in wanted
    }
    views = {
        name: view for name, view in views.items() if matches(view, filters, _FILTERS, tag_values)
    }
    if wanted and len(views) < len(wanted):
        missing = (set(wanted) - set(views)).pop()
        raise AwsError("InvalidVolume.NotFound", f"The volume '{missing}' does not exist.")
    return paged(account, params, "Volumes", views, 500)


def _volume_view(account: Account, instance: Instance) -> dict[str, Any]:
    return {
        "VolumeId": instance.volume_id,
        "AvailabilityZone": instance.zone,
        "State": "in-use",
        "Size": 20,
        "VolumeType": "gp3",
        "Encrypted": True,
        "CreateTime": account.kernel.second(instance.launched_at),
        "Attachments": [
            {
                "InstanceId": instance.id,
                "Device": "/dev/xvda",
                "State": "attached",
                "VolumeId": instance.volume_id,
                "DeleteOnTermination": True,
            }
        ],
        "Tags": [],
    }


def _view(account: Account, volume: Volume) -> dict[str, Any]:
    attachment = {
        "InstanceId": volume.instance,
        "Device": "/dev/xvdu",
        "State": "attached",
        "VolumeId": volume.id,
        "DeleteOnTermination": False,
    }
    return {
        "VolumeId": volume.id,
        "AvailabilityZone": volume.zone,
        "State": "in-use" if volume.instance else "available",
        "Size": 20,
        "VolumeType": "gp3",
        "Encrypted": True,
        "CreateTime": account.kernel.second(0.0),
        "Attachments": [attachment] if volume.instance else [],
        "Tags": tag_list(volume.tags),
    }
