# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A World made by a plan, and what somebody who knows all expects of it."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulate.found import Found
from ansible_collections.nodeops.rotator.tests.simulate.furnish import furnish
from ansible_collections.nodeops.rotator.tests.simulate.judge import FairJudge
from ansible_collections.nodeops.rotator.tests.simulate.oracles import Oracles
from ansible_collections.nodeops.rotator.tests.simulate.people import People
from ansible_collections.nodeops.rotator.tests.simulate.records import (
    leases,
    orphaned_raises,
    record,
)
from ansible_collections.nodeops.rotator.tests.simulate.sizes import Sizes
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import (
    Behavior as AwsBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group, Member
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance
from ansible_collections.nodeops.rotator.tests.simulation.aws.origin import resolve_origins
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import (
    Behavior as KubeBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import move
from ansible_collections.nodeops.rotator.tests.simulation.world import World

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulate.plan import Plan

ODDS = ("contention_odds", "scaling_in_progress_odds", "throttle_odds")
SPOT = ("Server.SpotInstanceTermination", "reclaimed")


@dataclasses.dataclass(frozen=True)
class Rival:
    """Somebody else who runs once.

    `at`: seconds after the first run begins. `options`: in which that run differs.
    """

    at: float
    options: dict[str, Any] = dataclasses.field(default_factory=dict)


class Trial:
    """One world of the simulation.

    `found`: what has to be as it was. `sizes`: what the group's users want. `cures`: end what would
    keep any run from its end. `excused`: patterns of errors that something which has happened
    explains. `rivals`: others who run. `runs`: those that were begun, oldest first.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan, self.name = plan, BLUE
        self.world = World(
            Kernel(plan.seed * 100_003 + plan.number),
            aws=AwsBehavior(reuse_addresses=plan.aws["reuse_addresses"]),
            kube=KubeBehavior(**plan.kube),
        )
        self.judge = FairJudge(self.world)
        self.world.judge, self.world.gate.judges[:] = self.judge, [self.judge]
        self.runs: list[Run] = []
        self.cures: list[Callable[[], None]] = []
        self.people = People()
        self.excused: list[str] = []
        self.stops: list[float] = []
        self.interruptions: list[tuple[int, str]] = []
        self.restores_after_interruption = False
        self.rivals: list[Rival] = []
        self.expired: list[bool] = []
        self.foreign_ends: set[str] = set()
        self.silenced: set[str] = set()
        self.ends: dict[str, float] = {}
        self.log: list[tuple[float, str]] = []
        self._raises: list[tuple[int, int]] = []
        furnish(self)
        if plan.aws["throttle_odds"]:
            self.excuse("refused: Cannot read .*(Throttling|RequestLimitExceeded)")
        self.world.behave(aws=plan.aws)
        self.found = Found.of(self)
        self.oracles = Oracles(self)
        self.world.account.member_observers.append(self._enters_service)

    def launches(self) -> str:
        """Return the image that the group would launch now, "" if there is none."""
        try:
            origins = resolve_origins(self.world.account, self.group)
        except AwsError:
            return ""
        return str(origins[0].data["ImageId"])

    def _enters_service(self, group: Group, member: Member) -> None:
        enters = (
            member.lifecycle_state == "InService" and member.instance_id not in self.found.known
        )
        if enters and "AddToLoadBalancer" in group.suspended:
            self.found.untargeted.add(member.instance_id)

    @property
    def group(self) -> Group:
        """The group that is rotated."""
        return self.world.account.groups[self.name]

    @property
    def sizes(self) -> Sizes:
        """What the group's users want."""
        return self.judge.sizes[self.name]

    @property
    def now(self) -> float:
        """The World's seconds."""
        return self.world.kernel.now

    def after(self, seconds: float, act: Callable[[], Any]) -> None:
        """Let this happen so many seconds from now."""
        self.world.kernel.after(seconds, act)

    def every(self, seconds: float, act: Callable[[], Any], until: float = 1e9) -> None:
        """Let this happen again and again, for `until` seconds."""
        end = self.now + until

        def again() -> None:
            if self.now <= end:
                act()
                self.after(seconds, again)

        self.after(seconds, again)

    def tell(self, text: str) -> None:
        """Note what somebody else has done, for the story."""
        self.log.append((self.now, text))

    def excuse(self, pattern: str) -> None:
        """From now on a run may end with an error that matches this."""
        self.excused.append(pattern)

    @property
    def last(self) -> Run:
        """The run that has ended last, apart from plans and from refused ones."""
        runs = [run for run in self.runs if not run.policy.plan_only]
        ended = [run for run in runs if run.result and run.result.status != "refused"]
        return max(ended or runs, key=lambda run: self.ends[run.policy.run])

    # Other people's hands

    def point_to(self, image: str) -> None:
        """Somebody moves the template, and tries again until that works.

        A policy of mixed instances gives way to its template, lest an override names an image.
        """
        if self.group.mixed:
            said = self.group.mixed["LaunchTemplate"]["LaunchTemplateSpecification"]
            plain = {key: said[key] for key in ("LaunchTemplateId", "Version")}
            name = {"AutoScalingGroupName": self.name}
            self.aws("UpdateAutoScalingGroup", **name, LaunchTemplate=plain)
        behavior = self.world.account.behavior
        self.world.behave(aws=dict.fromkeys(ODDS, 0))
        move(self.world, self.name, image)
        self.world.account.behavior = behavior

    def aws(self, operation: str, **params: Any) -> dict[str, Any]:
        """What an operator does: he tries again until it works."""
        for _attempt in range(50):
            try:
                return self.world.account.call("autoscaling", operation, params, "operator")
            except AwsError as error:
                last = error
        raise last

    def set_desired(self, wanted: int) -> None:
        """Somebody sets the desired capacity, within MinSize and MaxSize."""
        after = max(self.group.minimum, min(wanted, self.group.maximum))
        if after != self.group.desired:
            self.note_desired(after)
            self.aws("SetDesiredCapacity", AutoScalingGroupName=self.name, DesiredCapacity=after)

    def note_desired(self, after: int, before: int | None = None) -> None:
        """Note a desired capacity that somebody sets, or has set if `before` is given."""
        before = self.group.desired if before is None else before
        if after == before:
            return
        self.sizes.foreign(self.now, before, after)
        if after < before:
            self.oracles.lowered()
        self.judge.note("desired")
        self.judge.note("zones")
        self.tell(f"SOMEBODY sets desired from {before} to {after}")
        if after < before and after < len(self.world.account.zones):
            self.excuse("cannot be scheduled")  # a zone with a volume loses its only node
        self._raises.append((before, after))
        self.notice_deaths()

    def notice_deaths(self) -> None:
        """Note what a run that died has left in its record.

        Both sizes are right where it died between its record of a raise and its call. Whether it
        has sent that call before it died, or somebody else has written the very same
        value, no read and no scaling activity can tell.
        """
        records = [record(lease) for lease in leases(self)]
        self.found.canary_failed |= any(said.get("canary") == "failed" for said in records)
        if orphaned_raises(self).intersection(self._raises):
            self.sizes.crossed(self.now, self.sizes.before_last())

    def set_maximum(self, wanted: int) -> None:
        """Somebody sets MaxSize, not below what is desired."""
        self.found.maximum_before = self.found.maxima(self)
        self.found.maximum = {max(wanted, self.group.desired)}
        self.sizes.maximum = max(self.found.maximum)
        self.judge.note("maximum")
        self.oracles.lowered()
        self.tell(f"SOMEBODY sets MaxSize to {max(self.found.maximum)}")
        params = {"AutoScalingGroupName": self.name, "MaxSize": max(self.found.maximum)}
        self.aws("UpdateAutoScalingGroup", **params)

    def set_minimum(self, wanted: int) -> None:
        """Somebody sets MinSize."""
        self.found.minimum = wanted
        self.sizes.at_least(self.now, wanted)
        self.tell(f"SOMEBODY sets MinSize to {wanted}")
        self.judge.note("desired")
        self.aws("UpdateAutoScalingGroup", AutoScalingGroupName=self.name, MinSize=wanted)

    def scale_down(self, instance: Instance) -> None:
        """An autoscaler ends an instance with decrement, if MinSize allows."""
        member = self.group.members.get(instance.id)
        ends = member is None or member.doomed  # then the call would change nothing
        floor = self.group.desired - 1 < self.group.minimum
        if floor or instance.id in self.foreign_ends or ends:
            return
        self.note_taken(instance.id)
        params = {"InstanceId": instance.id, "ShouldDecrementDesiredCapacity": True}
        self.aws("TerminateInstanceInAutoScalingGroup", **params)

    def note_taken(self, instance: str) -> None:
        """Note that somebody is about to end an instance with decrement."""
        before = self.group.desired
        self.tell(f"AUTOSCALER takes {instance}, desired {before} to {before - 1}")
        self.oracles.lowered()  # and where that unbalances zones, Auto Scaling balances them
        self.foreign_ends.add(instance)
        self.sizes.taken(self.now, before)
        self.judge.note("desired")
        self.judge.note("zones")

    def end(self, instance: Instance, reason: tuple[str, str] = SPOT) -> None:
        """An instance ends, by EC2's doing or somebody's who does not ask the group."""
        self.foreign_ends.add(instance.id)
        self.sizes.lost.append(self.now)
        self.judge.note("zones")
        self.excuse("data/ledger")  # its zone may have no other node
        self.tell(f"SOMEBODY ends {instance.id} in {instance.zone}: {reason[0]}")
        self.world.account.fleet.terminate(instance, reason)

    # What there is

    def instances(self, new: bool | None = None) -> list[Instance]:
        """The running instances of the group: new ones, old ones or all."""
        image = self.world.facts["new_image"]
        return [
            one
            for one in self.world.account.instances.values()
            if one.group == self.name
            and one.state == "running"
            and new in (None, one.image_id == image)
        ]

    def nodes(self, new: bool | None = None) -> list[dict[str, Any]]:
        """The Node objects of these instances."""
        found = (self.world.node_of(one) for one in self.instances(new))
        return [node for node in found if node is not None]

    def ours(self, call: Call) -> bool:
        """Whether a call comes from a run."""
        return call.actor.startswith("host_")

    def change_node(self, node: dict[str, Any], patch: dict[str, Any]) -> None:
        """Somebody changes a Node."""
        self.tell(f"SOMEBODY changes {node['metadata']['name']}: {patch}")
        self.world.cluster.change("nodes", node, patch)


def dice_of(text: str) -> random.Random:
    """Return the dice that a text stands for."""
    return random.Random(text)
