# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account with one of everything, and the names that calls on it need."""

from __future__ import annotations

import dataclasses

from ansible_collections.nodeops.rotator.tests.contract.aws.conftest import Memory
from ansible_collections.nodeops.rotator.tests.simulation.aws import build, catalogue
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group, WarmPool
from ansible_collections.nodeops.rotator.tests.simulation.aws.records import HostedZone
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.eks import nodegroup_arn

PARAMETER = "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/recommended"

BUCKET = "state-store"


def furnish(face: Memory) -> None:
    """Give the account one of everything."""
    account = face.account
    build.add_subnets(account)
    catalogue.publish_catalogue(account, ("1.33",))
    image = account.parameters[PARAMETER + "/image_id"].value
    data = {
        "ImageId": image,
        "InstanceType": "m5.large",
        "KeyName": "key",
        "SecurityGroupIds": ["sg-0123456789abcdef0"],
        "IamInstanceProfile": {"Name": "nodes"},
        "UserData": "IyEvYmluL3NoCg==",
    }
    template = build.add_template(
        account, "nodes", [data, {**data, "ImageId": "resolve:ssm:" + PARAMETER + "/image_id"}]
    )
    target_group = build.add_target_group(account, "web", tags={"k": "v"})
    both = [target_group, build.add_classic_balancer(account, "old")]
    group = build.add_group(
        account, "blue", template, 1, 9, 1, 12, target_groups=both, tags={"team": "a"}
    )
    _add_parts(group)
    cluster = build.add_eks_cluster(account, "prod", tags={"k": "v"})
    build.add_nodegroup(cluster, "workers", group, "1.33.5-20251120", labels={"a": "b"})
    account.buckets[BUCKET] = {}
    account.hosted_zones["Z1"] = HostedZone("example.com", {"api.example.com": ["10.0.0.1"]})
    account.hosted_zones["Z2"] = HostedZone("prod.example.com", {"api.prod.example.com": []}, True)
    account.capacity["m6i.large", "eu-west-1a"] = 0


def _add_parts(group: Group) -> None:
    """Add an instance refresh, a policy, a scheduled action and a warm pool."""
    refresh = {
        "InstanceRefreshId": "r-1",
        "AutoScalingGroupName": "blue",
        "Status": "InProgress",
        "PercentageComplete": 10,
    }
    group.refreshes.append(refresh)
    group.policies.append(
        {"AutoScalingGroupName": "blue", "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling"}
    )
    group.scheduled_actions.append(
        {"AutoScalingGroupName": "blue", "ScheduledActionName": "night", "DesiredCapacity": 1}
    )
    group.warm_pool = WarmPool({"MinSize": 0, "PoolState": "Stopped"})


@dataclasses.dataclass(frozen=True)
class Names:
    """IDs that the calls need."""

    instances: list[str]
    template: dict[str, str]
    target_group: dict[str, str]
    image: str
    subnet: str
    release: str
    nodegroup: str

    @staticmethod
    def of(face: Memory) -> Names:
        """Return the IDs in the account of `face`."""
        account = face.account
        return Names(
            list(account.groups["blue"].members),
            {"LaunchTemplateId": next(iter(account.templates))},
            {"TargetGroupArn": next(iter(account.target_groups))},
            account.parameters[PARAMETER + "/image_id"].value,
            next(iter(account.subnets)),
            account.parameters[PARAMETER + "/release_version"].value,
            _nodegroup_arn(face),
        )


def _nodegroup_arn(face: Memory) -> str:
    cluster = face.account.eks_clusters["prod"]
    return nodegroup_arn(face.account, cluster, cluster.nodegroups["workers"])
