# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe EC2 instances."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.subnets import held
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import KEPT

BOOTING = 60.0
"""Seconds after which an instance is described again that did not run yet."""
VALUES_PER_FILTER = 200
"""EC2 takes up to 200 values in a filter (DescribeInstances, API reference)."""


def describe_instances(
    aws: Aws, doing: str, name: str, values: Sequence[str]
) -> Iterator[Mapping[str, Any]]:
    """Yield the instances with one of these values in filter `name`.

    Asked for by filter, because a call by IDs fails if EC2 has forgotten one of them.
    """
    for start in range(0, len(values), VALUES_PER_FILTER):
        filters = [{"Name": name, "Values": list(values[start : start + VALUES_PER_FILTER])}]
        for reservation in aws.pages(
            doing, "ec2", "DescribeInstances", "Reservations", Filters=filters
        ):
            yield from reservation["Instances"]


def joined(instance: Instance, machine: Mapping[str, Any]) -> Instance:
    """Return the instance with what EC2 describes of it; {} means not known."""
    launched = machine.get("LaunchTime")
    return dataclasses.replace(
        instance,
        zone=instance.zone or machine.get("Placement", {}).get("AvailabilityZone", ""),
        state=machine.get("State", {}).get("Name", ""),
        image_id=machine.get("ImageId", ""),
        type=machine.get("InstanceType", instance.type),
        launched_at=launched.timestamp() if launched else 0.0,
        private_dns=machine.get("PrivateDnsName", ""),
        platform=str(machine.get("Platform", "")).lower(),
        addresses=held(machine),
        kept=any(tag["Key"] == KEPT for tag in machine.get("Tags", ())),
    )


class Machines:
    """What EC2 knows of a group's instances; remembers what hardly changes."""

    def __init__(self) -> None:
        self._known: dict[str, Mapping[str, Any]] = {}
        self._asked: dict[str, float] = {}
        self._all_at = float("-inf")

    def describe(
        self,
        aws: Aws,
        doing: str,
        ids: Iterable[str],
        also: Iterable[str],
        now: float,
        max_age: float,
    ) -> Mapping[str, Mapping[str, Any]]:
        """Return EC2's descriptions by ID, without those that it does not know.

        `ids`: the instances of the group. `also`: others to look up, or those that may have
        changed. `max_age`: for so many seconds all are described but once, except those that are
        new, or were not seen to run and have not been asked about for BOOTING.
        """
        shown = tuple(ids)
        whole = now - self._all_at >= max_age
        asked = {name: None for name in shown if whole or self._may_differ(name, now)}
        asked |= dict.fromkeys(also)
        found = describe_instances(aws, doing, "instance-id", list(asked))
        kept = {name: one for name, one in self._known.items() if name in {*shown} - asked.keys()}
        self._known = kept | {one["InstanceId"]: one for one in found}
        self._asked = {name: self._asked.get(name, now) for name in shown}
        self._asked |= dict.fromkeys(asked, now)
        self._all_at = now if whole else self._all_at
        return self._known

    def _may_differ(self, name: str, now: float) -> bool:
        if name not in self._known:
            return True
        runs = self._known[name].get("State", {}).get("Name") == "running"
        return not runs and now - self._asked[name] >= BOOTING
