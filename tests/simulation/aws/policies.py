# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge a call by IAM policies, as far as ours go.

That is by actions, resources and conditions. Which action an operation needs, on which resources
and with which condition keys: Service Authorization Reference. An operation that it lists without
resource types is judged on "*", so a statement that names a resource does not allow it.
"""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account

PREFIXES = {"elbv2": "elasticloadbalancing", "elb": "elasticloadbalancing"}
"""Service prefixes of actions that differ from boto3's name of the service."""
ACTIONS = {"service-quotas": "servicequotas", "s3:ListObjectsV2": "s3:ListBucket"}
"""Services and operations whose actions have other names."""


@dataclasses.dataclass(frozen=True)
class Asked:
    """One resource of a call: its ARN, and the condition keys with their values."""

    arn: str = "*"
    keys: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Statement:
    """One Allow statement.

    A condition is (operator, key, values); all of them have to hold.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...] = ("*",)
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    def allows(self, action: str, asked: Asked) -> bool:
        """Return whether this statement allows the action on that resource."""
        return (
            any(fnmatch.fnmatchcase(action.lower(), glob.lower()) for glob in self.actions)
            and any(fnmatch.fnmatchcase(asked.arn, glob) for glob in self.resources)
            and all(_holds(*condition, asked.keys) for condition in self.conditions)
        )


ANYTHING = (Statement(("*",)),)
"""The policy of an administrator."""


def read_policy(document: Mapping[str, Any]) -> tuple[Statement, ...]:
    """Return the statements of a policy document."""
    return tuple(_statement(entry) for entry in document["Statement"])


def action_of(service: str, operation: str) -> str:
    """Return the IAM action that an operation needs."""
    name = ACTIONS.get(f"{service}:{operation}")
    prefix = PREFIXES.get(service) or ACTIONS.get(service, service)
    return name or f"{prefix}:{operation}"


def allows(
    statements: Iterable[Statement],
    account: Account,
    service: str,
    operation: str,
    params: Mapping[str, Any],
) -> bool:
    """Return whether policies allow an operation on all resources that it names."""
    action, known = action_of(service, operation), tuple(statements)
    find = RESOURCES.get(f"{service}:{operation}")
    asked = find(account, params) if find is not None else (Asked(),)
    return all(any(one.allows(action, resource) for one in known) for resource in asked)


def _statement(entry: Mapping[str, Any]) -> Statement:
    if entry["Effect"] != "Allow":
        raise ValueError(f"Only Allow is understood, not {entry['Effect']}")
    conditions = tuple(
        (operator, key, _words(values))
        for operator, block in entry.get("Condition", {}).items()
        for key, values in block.items()
    )
    return Statement(_words(entry["Action"]), _words(entry["Resource"]), conditions)


def _words(given: str | list[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _holds(operator: str, key: str, values: tuple[str, ...], keys: Mapping[str, str]) -> bool:
    """Return whether a condition holds. A key that the call lacks matches nothing."""
    if key not in keys:
        return False
    if operator == "StringEquals":
        return keys[key] in values
    if operator in ("StringLike", "ArnLike"):
        return any(fnmatch.fnmatchcase(keys[key], value) for value in values)
    raise ValueError(f"Condition operator {operator} is not understood")


def _tagged(arn: str, tags: Mapping[str, str]) -> Asked:
    return Asked(arn, {f"aws:ResourceTag/{key}": value for key, value in tags.items()})


def _group(account: Account, name: str) -> Asked:
    group = account.groups.get(name)
    if group is None:
        return Asked(account.arn("autoscaling", f"autoScalingGroup:x:autoScalingGroupName/{name}"))
    return _tagged(group.arn, {key: tag.value for key, tag in group.tags.items()})


def _named_group(account: Account, params: Mapping[str, Any]) -> tuple[Asked, ...]:
    return (_group(account, params["AutoScalingGroupName"]),)


def _group_of_instance(account: Account, params: Mapping[str, Any]) -> tuple[Asked, ...]:
    found = account.instances.get(params["InstanceId"])
    return (_group(account, found.group if found is not None else ""),)


def _tagged_groups(account: Account, params: Mapping[str, Any]) -> tuple[Asked, ...]:
    return tuple(_group(account, tag["ResourceId"]) for tag in params["Tags"])


def _configuration(account: Account, params: Mapping[str, Any]) -> tuple[Asked, ...]:
    name = params["LaunchConfigurationName"]
    return (
        Asked(account.arn("autoscaling", f"launchConfiguration:x:launchConfigurationName/{name}")),
    )


def _template(account: Account, params: Mapping[str, Any]) -> tuple[Asked, ...]:
    wanted = (params.get("LaunchTemplateId"), params.get("LaunchTemplateName"))
    found = [one for one in account.templates.values() if one.id in wanted or one.name in wanted]
    return tuple(
        _tagged(account.arn("ec2", f"launch-template/{one.id}"), one.tags) for one in found
    ) or (Asked(account.arn("ec2", f"launch-template/{wanted[0]}")),)


def _run(account: Account, params: Mapping[str, Any]) -> tuple[Asked, ...]:
    template = (params.get("LaunchTemplate") or {}).get("LaunchTemplateId", "")
    arn = account.arn("ec2", f"launch-template/{template}")
    return (Asked("*", {"ec2:LaunchTemplate": arn} if template else {}),)


def _resource(account: Account, name: str) -> Asked:
    """Return an EC2 resource by its ID: its prefix tells the type."""
    kinds = {"i": "instance", "lt": "launch-template", "vol": "volume"}
    found = account.instances.get(name) or account.templates.get(name)
    kind = kinds.get(name.partition("-")[0], "unknown")
    return _tagged(account.arn("ec2", f"{kind}/{name}"), found.tags if found is not None else {})


def _resources(key: str) -> Finder:
    return lambda account, params: tuple(
        _resource(account, name)
        for name in ([params[key]] if isinstance(params[key], str) else params[key])
    )


def _cluster(account: Account, params: Mapping[str, Any]) -> tuple[Asked, ...]:
    name = params.get("clusterName") or params.get("name")
    return (Asked(account.arn("eks", f"cluster/{name}")),)


def _nodegroup(account: Account, params: Mapping[str, Any]) -> tuple[Asked, ...]:
    if "nodegroupName" not in params:
        return _cluster(account, params)
    cluster = params.get("clusterName") or params.get("name")
    return (Asked(account.arn("eks", f"nodegroup/{cluster}/{params['nodegroupName']}/x")),)


def _parameters(account: Account, params: Mapping[str, Any]) -> tuple[Asked, ...]:
    """Return the parameters; public ones belong to no account."""
    names = params.get("Names") or [params["Name"]]
    return tuple(
        Asked(
            f"arn:aws:ssm:{account.region}:{'' if name.startswith('/aws/') else account.id}"
            f":parameter/{name.lstrip('/')}"
        )
        for name in names
    )


Finder = Callable[["Account", Mapping[str, Any]], "tuple[Asked, ...]"]


def _balancer(account: Account, params: Mapping[str, Any]) -> tuple[Asked, ...]:
    arn = account.arn("elasticloadbalancing", f"loadbalancer/{params['LoadBalancerName']}")
    return (Asked(arn),)


def _stored(_account: Account, params: Mapping[str, Any]) -> tuple[Asked, ...]:
    return (Asked(f"arn:aws:s3:::{params['Bucket']}/{params['Key']}"),)


RESOURCES: Mapping[str, Finder] = {
    **{
        f"autoscaling:{operation}": cast(Finder, _named_group)
        for operation in (
            *("EnterStandby", "ExitStandby", "LaunchInstances", "PutWarmPool", "DeleteWarmPool"),
            *("ResumeProcesses", "SetDesiredCapacity", "SetInstanceProtection"),
            *("SuspendProcesses", "UpdateAutoScalingGroup", "CompleteLifecycleAction"),
        )
    },
    "autoscaling:TerminateInstanceInAutoScalingGroup": _group_of_instance,
    "autoscaling:CreateOrUpdateTags": _tagged_groups,
    "autoscaling:DeleteTags": _tagged_groups,
    "autoscaling:CreateLaunchConfiguration": _configuration,
    "autoscaling:DeleteLaunchConfiguration": _configuration,
    "ec2:CreateLaunchTemplateVersion": _template,
    "ec2:ModifyLaunchTemplate": _template,
    "ec2:DeleteLaunchTemplateVersions": _template,
    "ec2:RunInstances": _run,
    "ec2:CreateTags": _resources("Resources"),
    "ec2:DeleteTags": _resources("Resources"),
    "ec2:TerminateInstances": _resources("InstanceIds"),
    "ec2:GetConsoleOutput": _resources("InstanceId"),
    "eks:DescribeCluster": _cluster,
    "eks:ListNodegroups": _cluster,
    "eks:ListFargateProfiles": _cluster,
    "eks:DescribeNodegroup": _nodegroup,
    "eks:ListUpdates": _nodegroup,
    "eks:DescribeUpdate": _nodegroup,
    "eks:UpdateNodegroupVersion": _nodegroup,
    "eks:UpdateNodegroupConfig": _nodegroup,
    "eks:TagResource": lambda _account, params: (Asked(params["resourceArn"]),),
    "eks:UntagResource": lambda _account, params: (Asked(params["resourceArn"]),),
    "elbv2:RegisterTargets": lambda _account, params: (Asked(params["TargetGroupArn"]),),
    "elb:RegisterInstancesWithLoadBalancer": _balancer,
    "elb:DeregisterInstancesFromLoadBalancer": _balancer,
    "elbv2:DeregisterTargets": lambda _account, params: (Asked(params["TargetGroupArn"]),),
    "route53:ListResourceRecordSets": lambda _account, params: (
        Asked(
            f"arn:aws:route53:::hostedzone/{params['HostedZoneId'].removeprefix('/hostedzone/')}"
        ),
    ),
    "s3:GetObject": _stored,
    "s3:PutObject": _stored,
    "s3:ListObjectsV2": lambda _account, params: (Asked(f"arn:aws:s3:::{params['Bucket']}"),),
    "ssm:GetParameter": _parameters,
    "ssm:GetParameters": _parameters,
    "sts:AssumeRole": lambda _account, params: (Asked(params["RoleArn"]),),
}
"""Resources of the operations that the reference lists with resource types."""
