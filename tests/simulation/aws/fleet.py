# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2's physics: instances get an address, boot, stop and terminate."""

from __future__ import annotations

import base64
import dataclasses
import ipaddress
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.instance_types import (
    TYPES,
    InstanceType,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import (
    Image,
    Instance,
    Subnet,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.views import instance_view

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


@dataclasses.dataclass(frozen=True)
class LaunchSpec:
    """What to launch, and from where.

    `data` is LaunchTemplateData, or a launch configuration in the same terms. Either `template` (ID
    and resolved version) or `configuration` says where it comes from.
    """

    data: dict[str, Any]
    template: tuple[str, int] | None = None
    configuration: str = ""
    instance_type: str = ""
    tags: dict[str, str] = dataclasses.field(default_factory=dict)
    group: str = ""


class Fleet:
    """Launches and terminates instances; raises AwsError as RunInstances would."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def launch(self, spec: LaunchSpec, subnet: Subnet) -> Instance:
        """Launch an instance: pending now, running after the boot delay."""
        instance = self.create(spec, subnet)
        self._account.kernel.after(
            self._account.kernel.spread(*self._account.behavior.boot), lambda: self._run(instance)
        )
        return instance

    def create(self, spec: LaunchSpec, subnet: Subnet) -> Instance:
        """Create a pending instance that does not boot by itself."""
        image = self.image_of(spec.data)
        instance_type = spec.instance_type or spec.data.get("InstanceType", "")
        self._check(image, instance_type, subnet)
        instance = self._make(spec, image, instance_type, subnet)
        self._account.history.note("instance", instance.id, lambda: None)
        self._account.instances[instance.id] = instance
        return instance

    def image_of(self, data: dict[str, Any]) -> Image:
        """Return the image that a launch would use, with resolve:ssm: resolved."""
        image_id = self.resolve(data.get("ImageId", ""))
        image = self._account.images.get(image_id)
        if image is None or image.state != "available":
            raise AwsError("InvalidAMIID.NotFound", f"The image id '[{image_id}]' does not exist")
        return image

    def resolve(self, image_id: str) -> str:
        """Return an image ID, given as such or as the SSM parameter that holds it."""
        if not image_id.startswith("resolve:ssm:"):
            return image_id
        name = image_id.removeprefix("resolve:ssm:")
        if name not in self._account.parameters:
            raise AwsError("InvalidParameterValue", f"Unable to resolve the SSM parameter {name}")
        return self._account.parameters[name].value

    def stop(self, instance: Instance) -> None:
        """Stop a running instance; it keeps its address."""
        if instance.state in ("pending", "running"):
            self._become(instance, "stopping")
            self._account.tell("stopping", instance)
            self._account.balancer.instance_ended(instance)
            self._account.scaler.instance_ended(instance)
            delay = self._account.kernel.spread(*self._account.behavior.shutdown)
            self._account.kernel.after(delay, lambda: self._follow(instance, "stopping", "stopped"))

    def start(self, instance: Instance) -> None:
        """Start a stopped instance; that counts as its launch (EC2's LaunchTime)."""
        if instance.state == "stopped":
            self._become(instance, "pending")
            instance.launched_at = self._account.kernel.now
            self._account.kernel.after(
                self._account.kernel.spread(*self._account.behavior.boot),
                lambda: self._run(instance),
            )

    def terminate(self, instance: Instance, reason: tuple[str, str] | None = None) -> None:
        """Terminate an instance; a second time has no effect.

        `reason` is its state reason: code and message.
        """
        if instance.state in ("shutting-down", "terminated"):
            return
        self._become(instance, "shutting-down")
        instance.state_reason = reason or (
            "Client.UserInitiatedShutdown",
            "User initiated shutdown",
        )
        self._account.tell("shutting-down", instance)
        self._account.balancer.instance_ended(instance)
        self._account.scaler.instance_ended(instance)
        delay = self._account.kernel.spread(*self._account.behavior.shutdown)
        self._account.kernel.after(delay, lambda: self._end(instance))

    def _check_quota(self, kind: InstanceType) -> None:
        """Refuse what would exceed the account's vCPUs for this kind of instances.

        Source: EC2 user guide, on-demand instance quotas; the text is from logs in public issues.
        """
        most, used = self._account.quotas.get(kind.name[0]), 0
        if most is None:
            return
        for other in self._account.instances.values():
            if other.alive and other.instance_type[0] == kind.name[0]:
                used += TYPES[other.instance_type].vcpus
        if used + kind.vcpus > most:
            raise AwsError(
                "VcpuLimitExceeded",
                f"You have requested more vCPU capacity than your current vCPU limit of {most}"
                " allows for the instance bucket that the specified instance type belongs to."
                " Please visit http://aws.amazon.com/contact-us/ec2-request to request an"
                " adjustment to this limit.",
            )

    def _check(self, image: Image, instance_type: str, subnet: Subnet) -> None:
        kind = TYPES.get(instance_type)
        if kind is None:
            raise AwsError(
                "InvalidParameterValue", f"Invalid value '{instance_type}' for InstanceType."
            )
        if image.architecture != kind.architecture:
            raise AwsError(
                "InvalidParameterValue",
                f"The architecture '{kind.architecture}' of the specified instance type does not "
                f"match the architecture '{image.architecture}' of the specified AMI.",
            )
        self._check_quota(kind)
        left = self._account.capacity.get((instance_type, subnet.zone))
        if left == 0:
            raise AwsError(
                "InsufficientInstanceCapacity", self._no_capacity(instance_type, subnet.zone), 500
            )
        if subnet.available <= 0:
            raise AwsError(
                "InsufficientFreeAddressesInSubnet",
                f"There are not enough free addresses in subnet "
                f"'{subnet.id}' to satisfy the requested number of instances.",
            )
        if left is not None:
            self._account.capacity[instance_type, subnet.zone] = left - 1

    def _no_capacity(self, instance_type: str, zone: str) -> str:
        others = ", ".join(name for name in self._account.zones if name != zone)
        return (
            f"We currently do not have sufficient {instance_type} capacity in the Availability "
            f"Zone you requested ({zone}). Our system will be working on provisioning additional "
            f"capacity. You can currently get {instance_type} capacity by not specifying an "
            f"Availability Zone in your request or choosing {others}."
        )

    def _make(self, spec: LaunchSpec, image: Image, instance_type: str, subnet: Subnet) -> Instance:
        data, address = spec.data, self._take_address(subnet)
        name = self._account.new_id("i")
        own = self._account.behavior.own_hostnames
        return Instance(
            id=name,
            zone=subnet.zone,
            subnet_id=subnet.id,
            private_ip=address,
            private_dns=f"{name[2:]}.nodes.example" if own else self.dns_name(address),
            image_id=image.id,
            instance_type=instance_type,
            architecture=image.architecture,
            launched_at=self._account.kernel.now,
            group=spec.group,
            tags={**_template_tags(spec), **spec.tags},
            user_data=_text(data.get("UserData", "")),
            launch_template=spec.template,
            launch_configuration=spec.configuration,
            key_name=data.get("KeyName", ""),
            profile=_profile(data),
            security_groups=tuple(data.get("SecurityGroupIds", ())),
            spot=data.get("InstanceMarketOptions", {}).get("MarketType") == "spot",
            volume_id=self._account.new_id("vol"),
            ipv6=subnet.ipv6_of(address),
        )

    def dns_name(self, address: str) -> str:
        """Return the private DNS name that EC2 gives an address.

        It is an IP name; us-east-1 has a domain of its own.
        """
        domain = (
            "ec2.internal"
            if self._account.region == "us-east-1"
            else f"{self._account.region}.compute.internal"
        )
        return f"ip-{address.replace('.', '-')}.{domain}"

    def _take_address(self, subnet: Subnet) -> str:
        last = subnet.network.num_addresses - 2
        if subnet.freed and (self._account.behavior.reuse_addresses or subnet.next_host > last):
            host = (
                subnet.freed.pop()
                if self._account.behavior.reuse_addresses
                else subnet.freed.pop(0)
            )
        else:
            host, subnet.next_host = subnet.next_host, subnet.next_host + 1
        subnet.used.add(host)
        return str(subnet.network[host])

    def _run(self, instance: Instance) -> None:
        if instance.state == "pending":
            self._become(instance, "running")
            self._account.tell("running", instance)
            self._account.scaler.instance_running(instance)

    def _end(self, instance: Instance) -> None:
        self._become(instance, "terminated")
        instance.terminated_at = self._account.kernel.now
        subnet = self._account.subnets[instance.subnet_id]
        host = int(ipaddress.IPv4Address(instance.private_ip)) - int(subnet.network.network_address)
        subnet.used.discard(host)
        subnet.freed.append(host)
        self._account.tell("terminated", instance)
        self._account.scaler.instance_terminated(instance)
        self._account.kernel.after(self._account.behavior.forget, lambda: self._forget(instance))

    def _forget(self, instance: Instance) -> None:
        self._account.instances.pop(instance.id, None)

    def _follow(self, instance: Instance, expected: str, state: str) -> None:
        if instance.state == expected:
            self._become(instance, state)

    def _become(self, instance: Instance, state: str) -> None:
        self._account.history.note(
            "instance", instance.id, lambda: instance_view(self._account, instance)
        )
        instance.state = state


def _template_tags(spec: LaunchSpec) -> dict[str, str]:
    tags: dict[str, str] = {}
    if spec.template:
        tags = {
            "aws:ec2launchtemplate:id": spec.template[0],
            "aws:ec2launchtemplate:version": str(spec.template[1]),
        }
    for part in spec.data.get("TagSpecifications", []):
        if part.get("ResourceType") == "instance":
            tags.update({tag["Key"]: tag.get("Value", "") for tag in part.get("Tags", [])})
    return tags


def _profile(data: dict[str, Any]) -> str:
    profile = data.get("IamInstanceProfile") or {}
    return profile if isinstance(profile, str) else profile.get("Arn") or profile.get("Name", "")


def _text(user_data: str) -> str:
    try:
        return base64.b64decode(user_data, validate=True).decode()
    except ValueError:
        return user_data
