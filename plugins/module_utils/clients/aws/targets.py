# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and change the targets of target groups and of classic load balancers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    NotFoundError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    CLASSIC,
    TargetHealth,
    Targets,
)

_CLASSIC_STATES = {"InService": "healthy", "OutOfService": "unhealthy"}
_IN_PROGRESS = (
    ("deregistration currently in progress", "draining"),
    ("still in progress", "initial"),
)
"""What a classic load balancer says of an instance that comes or goes, and the state that target
groups have for it (Elastic Load Balancing API reference 2012-06-01, InstanceState)."""
_CLASSIC_CHANGES = {
    "DeregisterTargets": "DeregisterInstancesFromLoadBalancer",
    "RegisterTargets": "RegisterInstancesWithLoadBalancer",
}


DELAY = "deregistration_delay.timeout_seconds"


class Delays:
    """Reads once how long the targets of a target group drain, and keeps it."""

    def __init__(self) -> None:
        """Begin without having read anything."""
        self._known: dict[str, float | None] = {}

    def of(self, aws: Aws, target_group: str) -> float | None:
        """Return that in seconds, None where it is not known.

        That is for a classic load balancer, and where it may not be read.
        """
        if target_group not in self._known:
            self._known[target_group] = _delay(aws, target_group)
        return self._known[target_group]


class TargetCalls:
    """Implements the part of core.ports.Cloud that concerns targets."""

    _aws: Aws
    _delays: Delays

    def read_targets(self, target_group: str) -> Targets:
        """Return the targets of a target group.

        The first time another call reads its delay.
        """
        try:
            found = tuple(_read_either(self._aws, target_group))
        except NotFoundError:
            return Targets(exists=False)
        return Targets(found, self._delays.of(self._aws, target_group) if found else None)

    def deregister(self, target_group: str, targets: tuple[tuple[str, int], ...]) -> None:
        """Deregister targets."""
        change_targets(self._aws, "DeregisterTargets", target_group, targets)

    def register(self, target_group: str, targets: tuple[tuple[str, int], ...]) -> None:
        """Register targets."""
        change_targets(self._aws, "RegisterTargets", target_group, targets)


def _delay(aws: Aws, target_group: str) -> float | None:
    if target_group.startswith(CLASSIC):
        return None
    doing = f"read the attributes of target group {target_group}"
    operation, named = "DescribeTargetGroupAttributes", {"TargetGroupArn": target_group}
    try:
        shown = aws.call(doing, "elbv2", operation, **named)
    except (AccessError, NotFoundError):
        return None
    found: dict[str, Any] = {one["Key"]: one["Value"] for one in shown.get("Attributes", ())}
    return float(found[DELAY]) if str(found.get(DELAY, "")).isdigit() else None


def read_targets(aws: Aws, target_groups: Iterable[str]) -> Iterable[TargetHealth]:
    """Yield the targets of these target groups, as Group has them, with their health."""
    for group in target_groups:
        try:
            yield from _read_either(aws, group)
        except NotFoundError:  # deleted: it sends no traffic any more
            continue


def _read_either(aws: Aws, group: str) -> Iterator[TargetHealth]:
    yield from _read_classic(aws, group) if group.startswith(CLASSIC) else _read(aws, group)


def _read(aws: Aws, arn: str) -> Iterator[TargetHealth]:
    doing = f"read the health of target group {arn}"
    found = aws.call(doing, "elbv2", "DescribeTargetHealth", TargetGroupArn=arn)
    for entry in found.get("TargetHealthDescriptions", ()):
        target, checked = entry["Target"], str(entry.get("HealthCheckPort", ""))
        yield TargetHealth(
            arn,
            target["Id"],
            target.get("Port", 0),
            entry["TargetHealth"]["State"],
            int(checked) if checked.isdigit() else 0,  # "traffic-port": the target's own
        )


def _read_classic(aws: Aws, group: str) -> Iterator[TargetHealth]:
    name = group.removeprefix(CLASSIC)
    doing = f"read the health of load balancer {name}"
    found = aws.call(doing, "elb", "DescribeInstanceHealth", LoadBalancerName=name)
    for entry in found.get("InstanceStates", ()):
        said = entry.get("Description", "")
        passing = next((state for words, state in _IN_PROGRESS if words in said), "")
        state = passing or _CLASSIC_STATES.get(entry["State"], "initial")
        yield TargetHealth(group, entry["InstanceId"], 0, state)


def change_targets(
    aws: Aws, operation: str, target_group: str, targets: tuple[tuple[str, int], ...]
) -> None:
    """Register or deregister targets by ID and port (0: the group's own).

    `operation`: as target groups name it.
    """
    if target_group.startswith(CLASSIC):
        name, ids = target_group.removeprefix(CLASSIC), [{"InstanceId": id_} for id_, _p in targets]
        doing, classic = (
            f"change the instances of load balancer {name}",
            _CLASSIC_CHANGES[operation],
        )
        aws.call(doing, "elb", classic, LoadBalancerName=name, Instances=ids)
        return
    named = [{"Id": id_, **({"Port": port} if port else {})} for id_, port in targets]
    aws.call(
        f"change the targets of {target_group}",
        "elbv2",
        operation,
        TargetGroupArn=target_group,
        Targets=named,
    )
