# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Helpers with which a scenario sets up an account before time starts."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account
from ansible_collections.nodeops.rotator.tests.simulation.aws.balancing import (
    CLASSIC,
    Target,
    TargetGroup,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.clusters import EksCluster, Nodegroup
from ansible_collections.nodeops.rotator.tests.simulation.aws.fleet import LaunchSpec
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group, Member, Tag
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import (
    Image,
    Instance,
    Subnet,
    Template,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import find
from ansible_collections.nodeops.rotator.tests.simulation.aws.origin import Origin, resolve_origins
from ansible_collections.nodeops.rotator.tests.simulation.aws.past import note_launch
from ansible_collections.nodeops.rotator.tests.simulation.aws.records import Parameter
from ansible_collections.nodeops.rotator.tests.simulation.aws.victims import zone_counts

VPC = "vpc-0123456789abcdef0"


def add_subnets(
    account: Account, zones: str = "abc", prefix: int = 20, vpc_id: str = VPC, ipv6: bool = False
) -> list[Subnet]:
    """Add one subnet of 2**(32 - prefix) addresses per letter of `zones`.

    `ipv6`: its instances get an IPv6 address too.
    """
    made = []
    for letter in zones:
        index = len(account.subnets)
        name = account.new_id("subnet")
        subnet = Subnet(name, account.region + letter, f"10.{index}.0.0/{prefix}", vpc_id)
        subnet.ipv6_cidr = f"2001:db8:1234:{index:x}::/64" if ipv6 else ""
        account.subnets[name] = subnet
        made.append(subnet)
    return made


def add_image(
    account: Account,
    name: str,
    architecture: str = "x86_64",
    owner: str = "",
    created: str = "2026-05-06T07:08:09.000Z",
    image_id: str = "",
    **more: Any,
) -> Image:
    """Add an image.

    `owner` defaults to the account itself. `more`: other fields of Image.
    """
    image = Image(
        image_id or account.new_id("ami"), name, architecture, owner or account.id, created, **more
    )
    account.images[image.id] = image
    return image


def add_template(
    account: Account, name: str, versions: Sequence[Mapping[str, Any]], default: int = 1
) -> Template:
    """Add a launch template with this data as its versions 1, 2, ...

    `versions` holds LaunchTemplateData; `default` is the number of the default version.
    """
    made = _make(
        account,
        "ec2",
        "CreateLaunchTemplate",
        {"LaunchTemplateName": name, "LaunchTemplateData": dict(versions[0])},
    )
    template = account.templates[made["LaunchTemplate"]["LaunchTemplateId"]]
    for data in versions[1:]:
        _make(
            account,
            "ec2",
            "CreateLaunchTemplateVersion",
            {"LaunchTemplateId": template.id, "LaunchTemplateData": dict(data)},
        )
    template.default = default
    _quiet(account)
    return template


def add_group(
    account: Account,
    name: str,
    template: Template | None = None,
    version: str | int = "$Latest",
    desired: int = 3,
    minimum: int = 0,
    maximum: int = 10,
    subnets: Sequence[Subnet] = (),
    target_groups: Sequence[TargetGroup] = (),
    tags: Mapping[str, str] | None = None,
    configuration: str = "",
    mixed: Mapping[str, Any] | None = None,
    age: float = 30 * 86400.0,
) -> Group:
    """Add a group whose instances have been InService for a long time.

    Each instance goes to the emptiest of `subnets` (default: all of the account). The group
    launches from `template` and `version`, from launch `configuration` or by policy `mixed`. Its
    instances are `age` seconds old. Tags are propagated. Observers are not told; they can read
    `account.instances`.
    """
    params: dict[str, Any] = {
        "AutoScalingGroupName": name,
        "MinSize": minimum,
        "MaxSize": maximum,
        "DesiredCapacity": desired,
        "VPCZoneIdentifier": ",".join(one.id for one in subnets or account.subnets.values()),
        "TargetGroupARNs": [one.arn for one in target_groups],
        **_launch_source(template, version, configuration, mixed),
    }
    _make(account, "autoscaling", "CreateAutoScalingGroup", params)
    group = account.groups[name]
    group.tags = {key: Tag(value, True) for key, value in (tags or {}).items()}
    if group.pending:
        group.pending.cancel()
    for _instance in range(desired):
        _settle(account, group, age)
    _quiet(account)
    return group


def _launch_source(
    template: Template | None,
    version: str | int,
    configuration: str,
    mixed: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return the parameters that say what the group launches from."""
    params: dict[str, Any] = {}
    if template is not None:
        params["LaunchTemplate"] = {"LaunchTemplateId": template.id, "Version": str(version)}
    if configuration:
        params["LaunchConfigurationName"] = configuration
    if mixed is not None:
        params["MixedInstancesPolicy"] = mixed
    return params


def _settle(account: Account, group: Group, age: float) -> None:
    """Add an instance that was InService before time started."""
    counts = zone_counts(group)
    subnet = min(
        (account.subnets[name] for name in group.subnets),
        key=lambda one: (counts[one.zone], one.id),
    )
    origin = resolve_origins(account, group)[0]
    add_member(account, group, origin, subnet, age)


def add_member(
    account: Account, group: Group, origin: Origin, subnet: Subnet, age: float
) -> Instance:
    """Add an instance, launched from `origin`, as an InService member of the group.

    Its targets are healthy, and it is `age` seconds old.
    """
    tags = {key: tag.value for key, tag in group.tags.items() if tag.propagate}
    spec: LaunchSpec = origin.spec(group, {**tags, "aws:autoscaling:groupName": group.name})
    instance = account.fleet.create(spec, subnet)
    instance.state, instance.launched_at = "running", account.kernel.now - age
    member: Member = account.scaler.lifecycle.enroll(group, instance, origin)
    member.lifecycle_state = "InService"
    note_launch(account, group, instance)
    for arn in group.target_groups:
        target_group = account.target_groups[arn]
        key = (instance.id, target_group.port)
        target_group.targets[key] = Target(*key, instance.zone, "healthy", "")
    return instance


def add_target_group(
    account: Account,
    name: str,
    port: int = 30080,
    protocol: str = "TCP",
    target_type: str = "instance",
    deregistration_delay: float | None = None,
    tags: Mapping[str, str] | None = None,
    health_port: int = 0,
) -> TargetGroup:
    """Add a target group behind a load balancer of its own.

    `health_port`: of its health checks, 0 for that of the traffic.
    """
    number = f"{account.kernel.random.getrandbits(64):016x}"
    delay = (
        account.behavior.deregistration_delay
        if deregistration_delay is None
        else deregistration_delay
    )
    vpc = next((subnet.vpc_id for subnet in account.subnets.values()), VPC)
    group = TargetGroup(
        account.arn("elasticloadbalancing", f"targetgroup/{name}/{number}"),
        name,
        port,
        protocol,
        vpc,
        target_type,
        delay,
        [account.arn("elasticloadbalancing", f"loadbalancer/net/{name}/{number}")],
        tags=dict(tags or {}),
        health_port=health_port,
    )
    account.target_groups[group.arn] = group
    return group


def add_classic_balancer(account: Account, name: str, delay: float = 10.0) -> TargetGroup:
    """Add a classic load balancer; `delay`: seconds for which it drains connections."""
    group = TargetGroup(CLASSIC + name, name, 443, "TCP", VPC, deregistration_delay=delay)
    account.target_groups[group.arn] = group
    return group


def add_eks_cluster(
    account: Account,
    name: str,
    version: str = "1.33",
    endpoint: str = "https://127.0.0.1:6443",
    ca_data: str = "",
    tags: Mapping[str, str] | None = None,
) -> EksCluster:
    """Add an active EKS cluster."""
    certificate = (
        ca_data
        or base64.b64encode(b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n").decode()
    )
    cluster = EksCluster(name, version, endpoint, certificate, tags=dict(tags or {}))
    account.eks_clusters[name] = cluster
    return cluster


def add_nodegroup(
    cluster: EksCluster, name: str, group: Group, release_version: str, **more: Any
) -> Nodegroup:
    """Add a managed node group on top of `group`, with the tags that EKS sets.

    `more`: other fields of Nodegroup.
    """
    nodegroup = Nodegroup(name, group.name, cluster.version, release_version, **more)
    cluster.nodegroups[name] = nodegroup
    group.tags["eks:cluster-name"] = Tag(cluster.name, True)
    group.tags["eks:nodegroup-name"] = Tag(name, True)
    return nodegroup


def publish(account: Account, name: str, value: str, modified: float | None = None) -> Parameter:
    """Set an SSM parameter, even a public one; a new value is a new version."""
    old = account.parameters.get(name)
    at = account.kernel.now if modified is None else modified
    parameter = Parameter(name, value, old.version + 1 if old else 1, at)
    account.parameters[name] = parameter
    return parameter


def _make(
    account: Account, service: str, operation: str, params: Mapping[str, Any]
) -> dict[str, Any]:
    """Run an operation without the gate: it is not counted, judged or faulted."""
    return find(service, operation, params)(account, params)


def _quiet(account: Account) -> None:
    """Forget old views, so that no answer lags behind the setup."""
    account.history.forget()
