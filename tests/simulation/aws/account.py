# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One AWS account in one region: its state, its physics and its entry point.

Both faces use `Account.call`. It answers as boto3 does, without ResponseMetadata. Answers may share
data with the account, so callers must not change them.
"""

from __future__ import annotations

import fnmatch
import importlib
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation import used
from ansible_collections.nodeops.rotator.tests.simulation.aws import errors, policies
from ansible_collections.nodeops.rotator.tests.simulation.aws.balancing import Balancer, TargetGroup
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.aws.clusters import (
    EksCluster,
    Nodegroup,
    Update,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.fleet import Fleet
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group, Member
from ansible_collections.nodeops.rotator.tests.simulation.aws.history import History
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import (
    Image,
    Instance,
    LaunchConfiguration,
    Subnet,
    Template,
    Volume,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Handler, find
from ansible_collections.nodeops.rotator.tests.simulation.aws.records import (
    Credential,
    HostedZone,
    Parameter,
    StoredObject,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.refreshes import Refresh
from ansible_collections.nodeops.rotator.tests.simulation.aws.scaler import Scaler
from ansible_collections.nodeops.rotator.tests.simulation.aws.services import sts
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call, Gate
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel

_SERVICES = "ansible_collections.nodeops.rotator.tests.simulation.aws.services"
SERVICES = (sts,) + tuple(
    importlib.import_module(f"{_SERVICES}.{name}")
    for name in (
        "autoscaling_configurations",
        "autoscaling_groups",
        "autoscaling_hooks",
        "autoscaling_launches",
        "autoscaling_members",
        "autoscaling_refreshes",
        "autoscaling_settings",
        "autoscaling_targets",
        "autoscaling_views",
        "autoscaling_warm_pools",
    )
    + ("ec2_console", "ec2_images", "ec2_instances", "ec2_places", "ec2_tags", "ec2_templates")
    + ("ec2_volumes", "eks", "eks_updates", "elb", "elbv2", "route53", "s3")
    + ("service_quotas", "ssm")
)
"""Modules of the services; each registers its operations on import."""


class Account:
    """An AWS account, whose dictionaries hold its true state.

    Judges and scenarios may read the dictionaries. Scenarios change them through `call`, the
    helpers of build.py and the physics (`fleet`, `scaler`, `balancer`).

    `capacity` limits launches: it maps (instance type, zone) to how many more instances EC2 can
    launch; a pair that it lacks is unlimited. `quotas` maps the first letter of an instance type's
    family to how many vCPUs may run at once. `not_offered` holds the pairs of type and zone that
    EC2 does not offer. `denied` holds pairs of globs: actor and "service:Operation". `credentials`
    maps actors (on the wire: access key IDs) to what their own policies allow; while it is empty,
    every caller is accepted. `role_policies`: those of roles, which allow everything without them.
    `updaters` carry out what is asked of managed node groups.
    """

    def __init__(
        self,
        kernel: Kernel,
        gate: Gate,
        region: str = "eu-west-1",
        account_id: str = "123456789012",
        behavior: Behavior = Behavior(),
    ) -> None:
        self.kernel, self.gate, self.behavior = kernel, gate, behavior
        self.region, self.id = region, account_id
        self.groups: dict[str, Group] = {}
        self.instances: dict[str, Instance] = {}
        self.templates: dict[str, Template] = {}
        self.launch_configurations: dict[str, LaunchConfiguration] = {}
        self.images: dict[str, Image] = {}
        self.subnets: dict[str, Subnet] = {}
        self.parameters: dict[str, Parameter] = {}
        self.volumes: dict[str, Volume] = {}
        self.buckets: dict[str, dict[str, StoredObject]] = {}
        self.eks_clusters: dict[str, EksCluster] = {}
        self.target_groups: dict[str, TargetGroup] = {}
        self.hosted_zones: dict[str, HostedZone] = {}
        self.capacity: dict[tuple[str, str], int] = {}
        self.not_offered: set[tuple[str, str]] = set()
        self.quotas: dict[str, int] = {}
        self.refreshes: dict[str, Refresh] = {}
        self.denied: list[tuple[str, str]] = []
        self.credentials: dict[str, Credential] = {}
        self.assumed: dict[str, Credential] = {}
        self.external_ids: dict[str, str] = {}
        self.role_policies: dict[str, tuple[policies.Statement, ...]] = {}
        self.observers: list[Callable[[str, Instance], None]] = []
        self.member_observers: list[Callable[[Group, Member], None]] = []
        self.updaters: list[Callable[[EksCluster, Nodegroup, Update], None]] = []
        self._answered: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]] = {}
        self.history = History(kernel, lambda: self.behavior.describe_lag)
        self.fleet = Fleet(self)
        self.balancer = Balancer(self)
        self.scaler = Scaler(self)

    @property
    def zones(self) -> list[str]:
        """Return the zones in which the account has subnets."""
        return sorted({subnet.zone for subnet in self.subnets.values()})

    def call(
        self, service: str, operation: str, params: Mapping[str, Any], actor: str = ""
    ) -> dict[str, Any]:
        """Carry out one operation for `actor`; raises AwsError."""
        call = Call(service, operation, params, actor)
        self._authorize(call)
        fault = self.gate.admit(call)
        if fault is not None and not fault.applied:
            raise AwsError(fault.code, fault.message, errors.status_of(service, fault.code))
        answer = self._answer(call)
        if fault is not None:
            raise AwsError(fault.code, fault.message, errors.status_of(service, fault.code))
        return answer

    def _answer(self, call: Call) -> dict[str, Any]:
        if (
            self.behavior.throttle_odds
            and self.kernel.random.random() < self.behavior.throttle_odds
        ):
            raise errors.throttled(call.service)
        handler = find(call.service, call.operation, call.params)
        if call.service == "ec2" and call.params.get("DryRun"):
            raise AwsError(
                "DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412
            )
        if "ClientToken" in call.params:
            return self._once(call, handler)
        if call.service == "sts":
            return handler(self, {**call.params, sts.ACTOR: call.actor})
        return handler(self, call.params)

    def _once(self, call: Call, handler: Handler) -> dict[str, Any]:
        """Answer a repeated client token with the first answer, as EC2 does."""
        key = (call.operation, call.params["ClientToken"])
        if key not in self._answered:
            self._answered[key] = (dict(call.params), handler(self, call.params))
        params, answer = self._answered[key]
        if params != call.params:
            raise AwsError(
                "IdempotentParameterMismatch", "The client token was used with other parameters."
            )
        return answer

    def _authorize(self, call: Call) -> None:
        """Refuse unknown callers, expired tokens and operations that are not allowed.

        A call that is refused here is counted but not judged: it has no effect.
        """
        refusal = self._refusal(call)
        if refusal is not None:
            self.gate.calls[call.name] += 1
            raise refusal

    def _refusal(self, call: Call) -> AwsError | None:
        if not self.has_valid_credential(call.actor):
            return (errors.expired if self.credential(call.actor) else errors.unknown_key)(
                call.service
            )
        if not self._allows(call):
            return errors.denied(call.service, call.operation, self.arn_of(call.actor))
        return None

    def _allows(self, call: Call) -> bool:
        """Return True if policies allow the actor this operation.

        GetCallerIdentity is always allowed (STS API reference).
        """
        if call.name == "sts:GetCallerIdentity":
            return True
        known = self.credential(call.actor)
        if known is not None and not self._permits(known, call):
            return False
        denied = (name for actor, name in self.denied if fnmatch.fnmatchcase(call.actor, actor))
        return not any(fnmatch.fnmatchcase(call.name, name) for name in denied)

    def _permits(self, known: Credential, call: Call) -> bool:
        """Return True if an identity may do that; note our own use of rights."""
        asked = (self, call.service, call.operation, call.params)
        if not policies.allows(known.allowed, *asked):
            return False
        if known.ours:
            used.note_action(policies.action_of(call.service, call.operation))
        return True

    def has_valid_credential(self, actor: str) -> bool:
        """Return True if the actor's credentials are valid now."""
        known = self.credential(actor)
        if known is None:
            return not self.credentials
        return known.expires is None or self.kernel.now < known.expires

    def credential(self, actor: str) -> Credential | None:
        """Return the actor's credential, if the account has it."""
        return self.credentials.get(actor) or self.assumed.get(actor)

    def arn_of(self, actor: str) -> str:
        """Return the ARN of an actor."""
        known = self.credential(actor)
        return known.arn if known else self.arn("iam", f"user/{actor or 'tester'}", regional=False)

    def arn(self, service: str, resource: str, regional: bool = True) -> str:
        """Return an ARN of this account."""
        return f"arn:aws:{service}:{self.region if regional else ''}:{self.id}:{resource}"

    def new_id(self, prefix: str) -> str:
        """Return a new ID such as i-0123456789abcdef0."""
        return f"{prefix}-{self.kernel.random.getrandbits(68):017x}"

    def tell(self, event: str, instance: Instance) -> None:
        """Tell the observers that an instance runs, stops or ends.

        `event`: running, stopping, shutting-down or terminated.
        """
        for observer in self.observers:
            observer(event, instance)

    def tell_member(self, group: Group, member: Member) -> None:
        """Tell the observers that a member joined, left or changed its state."""
        for observer in self.member_observers:
            observer(group, member)

    def page_size(self, asked: int | None, default: int) -> int:
        """Return how many elements the next page holds."""
        size = min(asked or default, default)
        return min(size, self.behavior.page_size) if self.behavior.page_size else size
