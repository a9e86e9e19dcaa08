# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2: instances."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.fleet import LaunchSpec
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance, Subnet
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.origin import (
    find_template,
    find_version,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.paging import matches, page
from ansible_collections.nodeops.rotator.tests.simulation.aws.views import (
    STATE_CODES,
    instance_view,
)

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account

View = Mapping[str, Any]


def value_at(*path: str) -> Any:
    """Return a filter function that reads the value at `path` of a view."""

    def values(view: View) -> list[str]:
        value: Any = view
        for step in path:
            value = value.get(step) if isinstance(value, Mapping) else None
        return [] if value in (None, "") else [str(value)]

    return values


_FILTERS: dict[str, Any] = {
    "instance-id": value_at("InstanceId"),
    "instance-state-name": value_at("State", "Name"),
    "instance-state-code": value_at("State", "Code"),
    "private-dns-name": value_at("PrivateDnsName"),
    "private-ip-address": value_at("PrivateIpAddress"),
    "network-interface.addresses.private-ip-address": value_at("PrivateIpAddress"),
    "vpc-id": value_at("VpcId"),
    "subnet-id": value_at("SubnetId"),
    "availability-zone": value_at("Placement", "AvailabilityZone"),
    "image-id": value_at("ImageId"),
    "instance-type": value_at("InstanceType"),
    "architecture": value_at("Architecture"),
    "instance-lifecycle": value_at("InstanceLifecycle"),
    "key-name": value_at("KeyName"),
    "iam-instance-profile.arn": value_at("IamInstanceProfile", "Arn"),
    "block-device-mapping.volume-id": lambda view: [
        d["Ebs"]["VolumeId"] for d in view.get("BlockDeviceMappings", ())
    ],
    "instance.group-id": lambda view: [
        group["GroupId"] for group in view.get("SecurityGroups", ())
    ],
}


def tag_values(view: View) -> list[str]:
    """Return the tags of a rendered resource as key=value."""
    return [f"{tag['Key']}={tag['Value']}" for tag in view["Tags"]]


def check_id(kind: str, prefix: str, name: str) -> None:
    """Raise EC2's error for an ID that is malformed."""
    if not re.fullmatch(rf"{prefix}-[0-9a-f]{{8}}([0-9a-f]{{9}})?", name):
        raise AwsError(f"Invalid{kind}.Malformed", f'Invalid id: "{name}"')


def find_instances(account: Account, ids: list[str]) -> list[Instance]:
    """Return the instances of these IDs; raise InvalidInstanceID.NotFound."""
    for name in ids:
        check_id("InstanceID", "i", name)
    missing = [name for name in ids if name not in account.instances]
    if missing:
        raise no_such_instance(missing)
    return [account.instances[name] for name in ids]


def no_such_instance(missing: list[str]) -> AwsError:
    """Return EC2's error for instance IDs that do not exist."""
    if len(missing) == 1:
        return AwsError(
            "InvalidInstanceID.NotFound", f"The instance ID '{missing[0]}' does not exist"
        )
    return AwsError(
        "InvalidInstanceID.NotFound", f"The instance IDs '{', '.join(missing)}' do not exist"
    )


def _views(account: Account, params: Params) -> dict[str, dict[str, Any]]:
    """Return the instances that the call asks for, as they were at one moment."""
    ids, filters, moment = (
        params.get("InstanceIds") or [],
        params.get("Filters", ()),
        account.history.moment(),
    )
    found: dict[str, dict[str, Any]] = {}
    for instance in find_instances(account, ids) if ids else _candidates(account, filters):
        view = account.history.view(
            "instance", instance.id, moment, functools.partial(instance_view, account, instance)
        )
        if view is not None:
            found[instance.id] = view
    missing = [name for name in ids if name not in found]
    if missing:
        raise no_such_instance(missing)
    return {
        name: view for name, view in found.items() if matches(view, filters, _FILTERS, tag_values)
    }


def _candidates(account: Account, filters: Any) -> list[Instance]:
    """Return the instances that a filter by ID names, or all."""
    for one in filters:
        if one["Name"] == "instance-id" and not any(
            "*" in value or "?" in value for value in one["Values"]
        ):
            return [account.instances[name] for name in one["Values"] if name in account.instances]
    return list(account.instances.values())


def _reservation(account: Account, views: list[dict[str, Any]]) -> dict[str, Any]:
    name = "r-" + views[0]["InstanceId"][2:]
    return {"ReservationId": name, "OwnerId": account.id, "Groups": [], "Instances": views}


@operation("ec2", "DescribeInstances", "InstanceIds", "Filters", "MaxResults", "NextToken")
def describe(account: Account, params: Params) -> dict[str, Any]:
    """Return instances by ID (all must exist) or filter, one per reservation."""
    if params.get("InstanceIds") and params.get("MaxResults"):
        raise AwsError(
            "InvalidParameterCombination",
            "The parameter instancesSet cannot be used with the parameter maxResults",
        )
    size = account.page_size(params.get("MaxResults"), 1000)
    chosen, token = page(_views(account, params), params.get("NextToken"), size)
    answer: dict[str, Any] = {"Reservations": [_reservation(account, [view]) for view in chosen]}
    return {**answer, "NextToken": token} if token else answer


@operation(
    "ec2",
    "DescribeInstanceStatus",
    "InstanceIds",
    "Filters",
    "IncludeAllInstances",
    "MaxResults",
    "NextToken",
)
def describe_status(account: Account, params: Params) -> dict[str, Any]:
    """Return the status checks of running instances, or of all."""
    views = {
        name: view
        for name, view in _views(account, params).items()
        if params.get("IncludeAllInstances") or view["State"]["Name"] == "running"
    }
    chosen, token = page(
        views, params.get("NextToken"), account.page_size(params.get("MaxResults"), 1000)
    )
    answer: dict[str, Any] = {"InstanceStatuses": [_status(view) for view in chosen]}
    return {**answer, "NextToken": token} if token else answer


def _status(view: View) -> dict[str, Any]:
    word = "ok" if view["State"]["Name"] == "running" else "not-applicable"
    return {
        "InstanceId": view["InstanceId"],
        "InstanceState": view["State"],
        "AvailabilityZone": view["Placement"]["AvailabilityZone"],
        "InstanceStatus": {"Status": word},
        "SystemStatus": {"Status": word},
        "Events": [],
    }


def _change(instance: Instance, before: str) -> dict[str, Any]:
    return {
        "InstanceId": instance.id,
        "CurrentState": {"Code": STATE_CODES[instance.state], "Name": instance.state},
        "PreviousState": {"Code": STATE_CODES[before], "Name": before},
    }


@operation("ec2", "TerminateInstances", "InstanceIds")
def terminate(account: Account, params: Params) -> dict[str, Any]:
    """Terminate instances; a group later replaces those that it loses."""
    changes = []
    for instance in find_instances(account, params["InstanceIds"]):
        before = instance.state
        account.fleet.terminate(
            instance,
            (
                "Client.UserInitiatedShutdown",
                "Client.UserInitiatedShutdown: User initiated shutdown",
            ),
        )
        changes.append(_change(instance, before))
    return {"TerminatingInstances": changes}


@operation("ec2", "StopInstances", "InstanceIds")
def stop(account: Account, params: Params) -> dict[str, Any]:
    """Stop instances."""
    changes = []
    for instance in find_instances(account, params["InstanceIds"]):
        before = instance.state
        account.fleet.stop(instance)
        changes.append(_change(instance, before))
    return {"StoppingInstances": changes}


@operation("ec2", "StartInstances", "InstanceIds")
def start(account: Account, params: Params) -> dict[str, Any]:
    """Start stopped instances."""
    changes = []
    for instance in find_instances(account, params["InstanceIds"]):
        before = instance.state
        account.fleet.start(instance)
        changes.append(_change(instance, before))
    return {"StartingInstances": changes}


_RUN_ITSELF = ("MinCount", "MaxCount", "SubnetId", "LaunchTemplate", "ClientToken", "DryRun")


@operation(
    "ec2",
    "RunInstances",
    "ImageId",
    "InstanceType",
    "MinCount",
    "MaxCount",
    "SubnetId",
    "LaunchTemplate",
    "TagSpecifications",
    "UserData",
    "KeyName",
    "SecurityGroupIds",
    "IamInstanceProfile",
    "ClientToken",
)
def run(account: Account, params: Params) -> dict[str, Any]:
    """Launch up to MaxCount instances outside of any group, at least MinCount.

    They are launched from a template, from the parameters, or from both (parameters win). If fewer
    than MinCount are possible, none is launched.
    """
    given = {name: value for name, value in params.items() if name not in _RUN_ITSELF}
    data, origin = given, None
    if "LaunchTemplate" in params:
        template = find_template(account, params["LaunchTemplate"])
        version = find_version(template, params["LaunchTemplate"].get("Version"))
        data, origin = {**version.data, **given}, (template.id, version.number)
    subnet = _subnet(account, params.get("SubnetId"))
    made: list[Instance] = []
    while len(made) < params["MaxCount"]:
        try:
            made.append(account.fleet.launch(LaunchSpec(data, origin), subnet))
        except AwsError:
            if len(made) >= params["MinCount"]:
                break
            for instance in made:
                account.fleet.terminate(instance)
            raise
    return _reservation(account, [instance_view(account, instance) for instance in made])


def _subnet(account: Account, name: str | None) -> Subnet:
    subnets = account.subnets
    if name is None and subnets:
        return subnets[min(subnets)]
    if name not in subnets:
        raise AwsError("InvalidSubnetID.NotFound", f"The subnet ID '{name}' does not exist")
    return subnets[name]
