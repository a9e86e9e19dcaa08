# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The group as it was found, and what differs at the end.

Both are read from the World's true state.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SKIP
from ansible_collections.nodeops.rotator.tests.simulate.records import leases, record
from ansible_collections.nodeops.rotator.tests.simulation.truth import instance_id

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial

OURS = "nodeops"
LASTING = ("version", "reader", "boots", "drains")
"""Fields of a record with nothing to restore: which release can read it, earlier durations."""
EXCLUDE = "node.kubernetes.io/exclude-from-external-load-balancers"
SHIELD = "cluster-autoscaler.kubernetes.io/scale-down-disabled"
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"


@dataclasses.dataclass(frozen=True)
class Deviation:
    """Something that is not as it was found.

    `named`: a pattern that a sentence about it has to match, "" if nothing can excuse it.
    """

    what: str
    named: str


@dataclasses.dataclass
class Found:
    """How the group was, as far as others have not changed it since.

    `maximum`: all values that are right. `maximum_before`: those before the last write of somebody
    else, which are right too where a run has written over that one. `canary_fails`: the template
    has to go back. `moved`: somebody has moved it. `moved_at`: when. `canary_failed`: a run has
    found so, be it one that died of it. `untargeted`: instances that entered service while
    AddToLoadBalancer was suspended. `cordoned`, `excluded` and `shielded`: Nodes by uid whose mark
    is somebody else's. `handled`: instances that end, and whose Nodes somebody cordons therefore.
    """

    suspended: set[str]
    protected: set[str]
    protects_new: bool
    tags: dict[str, str]
    maximum: set[int]
    minimum: int
    known: set[str]
    template: Any
    maximum_before: set[int] = dataclasses.field(default_factory=set)
    canary_fails: bool = False
    moved: bool = False
    moved_at: float = 0.0
    canary_failed: bool = False
    cordoned: set[str] = dataclasses.field(default_factory=set)
    untargeted: set[str] = dataclasses.field(default_factory=set)
    excluded: set[str] = dataclasses.field(default_factory=set)
    shielded: set[str] = dataclasses.field(default_factory=set)
    handled: set[str] = dataclasses.field(default_factory=set)
    either: set[str] = dataclasses.field(default_factory=set)
    stuck: bool = False
    """No new instance comes into service, since the group names what does not exist."""

    @classmethod
    def of(cls, trial: Trial) -> Found:
        """Return the group as it is now."""
        group = trial.group
        return cls(
            suspended=set(group.suspended),
            protected={one.instance_id for one in group.counted() if one.protected},
            protects_new=bool(group.setting("NewInstancesProtectedFromScaleIn")),
            tags={key: tag.value for key, tag in group.tags.items()},
            maximum={group.maximum},
            minimum=group.minimum,
            known={one.instance_id for one in group.counted()},
            template=_pointer(trial),
        )

    def maxima(self, trial: Trial) -> set[int]:
        """Return the values of MaxSize that are right.

        What a run writes over before any read could show it, it cannot put back.
        """
        crossed = "maximum" in trial.judge.crossed
        return self.maximum | (self.maximum_before if crossed else set())

    def deviations(self, trial: Trial) -> list[Deviation]:
        """Return what is not as it was found, and not by somebody else's doing."""
        return [
            *self._group(trial),
            *self._protection(trial),
            *(each for node in trial.world.cluster.objects("nodes") for each in self._node(node)),
            *_lease(trial),
            *_pool(trial),
            *_targets(trial),
        ]

    def _group(self, trial: Trial) -> list[Deviation]:
        group, found = trial.group, []
        for process in sorted(set(group.suspended) ^ self.suspended):
            found.append(Deviation(f"process {process} is not as found", process))
        tags = {key: tag.value for key, tag in group.tags.items()}
        changed = {key for key in {*tags, *self.tags} if tags.get(key) != self.tags.get(key)}
        for key in sorted(changed):
            found.append(Deviation(f"tag {key} is {tags.get(key)}", f"{re.escape(key)}|[Tt]ags"))
        if group.maximum not in self.maxima(trial):
            text = f"MaxSize is {group.maximum} instead of {sorted(self.maxima(trial))}"
            found.append(Deviation(text, "MaxSize"))
        if group.minimum != self.minimum:
            found.append(Deviation(f"MinSize is {group.minimum}", ""))
        # The last run could not know it, or had ended.
        unseen = trial.judge.unknown("desired") or _lost_later(trial) or _untouched(trial)
        uneven = len(group.counted()) != group.desired and not (unseen or self.stuck)
        if group.desired not in trial.sizes.bases or uneven:
            text = (
                f"desired is {group.desired} and {len(group.counted())} are launched instead of"
                f" {sorted(trial.sizes.bases)}"
            )
            found.append(
                Deviation(text, "above its base|[Dd]esired|instances and wants|of [0-9]+ instances")
            )
        return found

    def _protection(self, trial: Trial) -> list[Deviation]:
        group, found = trial.group, []
        protects_new = bool(group.setting("NewInstancesProtectedFromScaleIn"))
        if protects_new != self.protects_new:
            found.append(Deviation(f"new instances are protected: {protects_new}", "rotect"))
        wrong = [
            member.instance_id
            for member in group.counted()
            if member.lifecycle_state == "InService"
            and member.instance_id not in self.either
            and member.protected != self.should_be_protected(member.instance_id)
        ]
        if wrong:
            found.append(Deviation(f"protection of {', '.join(wrong)} is not as found", "rotect"))
        return found

    def should_be_protected(self, instance: str) -> bool:
        """Return whether an instance is protected where no run is at work."""
        return instance in self.protected if instance in self.known else self.protects_new

    def _node(self, node: dict[str, Any]) -> list[Deviation]:
        meta, spec = node["metadata"], node["spec"]
        name, uid, notes = meta["name"], meta["uid"], meta.get("annotations") or {}
        keys = (*notes, *(meta.get("labels") or {}))
        marks = [key for key in keys if OURS in key and key != SKIP]
        marks += [
            taint["key"]
            for taint in spec.get("taints") or ()
            if OURS in taint["key"] or taint["key"] == OUT_OF_SERVICE
        ]
        ends = instance_id(node) in self.handled
        if bool(spec.get("unschedulable")) != (uid in self.cordoned) and not ends:
            marks.append(f"unschedulable {spec.get('unschedulable')}")
        if (EXCLUDE in (meta.get("labels") or {})) != (uid in self.excluded):
            marks.append(EXCLUDE)
        if (SHIELD in notes) != (uid in self.shielded):
            marks.append(SHIELD)
        return [Deviation(f"node {name} has {mark}", re.escape(name)) for mark in marks]


def _untouched(trial: Trial) -> bool:
    """Return whether every run was refused, so that nothing is their doing."""
    return all(run.result is not None and run.result.status == "refused" for run in trial.runs)


def _lost_later(trial: Trial) -> bool:
    """Return whether an instance has ended by itself after the end of the last run."""
    end = trial.ends.get(trial.last.policy.run, trial.now)
    return any(at > end for at in trial.sizes.lost)


def _lease(trial: Trial) -> list[Deviation]:
    """Return each Lease that is held or has something left to restore.

    A Lease may stay, but held by nobody, and with nothing to restore unless it is named.
    """
    found = []
    for lease in leases(trial):
        if holder := lease["spec"].get("holderIdentity"):
            found.append(Deviation(f"the Lease is held by {holder}", "Lease"))
        if said := {key: value for key, value in record(lease).items() if key not in LASTING}:
            found.append(Deviation(f"the record says {said}", "."))
    return found


def _pool(trial: Trial) -> list[Deviation]:
    """Whether the warm pool takes instances back is as it was."""
    pool = trial.group.warm_pool
    policy = (pool.configuration.get("InstanceReusePolicy") or {}) if pool else {}
    reuse = bool(policy.get("ReuseOnScaleIn"))
    if pool is None or reuse == trial.people.reuse:
        return []
    return [Deviation(f"reuse of the warm pool is {reuse}", "[Ww]arm pool|[Rr]euse")]


def _targets(trial: Trial) -> list[Deviation]:
    """Every instance in service is a target again."""
    found = []
    alive = {one.id for one in trial.instances()}
    members = [
        member
        for member in trial.group.counted()
        if member.lifecycle_state == "InService" and member.instance_id in alive
    ]
    for arn in trial.group.target_groups:
        if arn not in trial.world.account.target_groups:
            continue  # somebody has deleted it
        targets = trial.world.account.target_groups[arn].targets.values()
        there = {target.id for target in targets if target.state not in ("draining", "unused")}
        for member in members:
            if member.instance_id not in there | trial.found.untargeted:
                text = f"{member.instance_id} is no target of {arn}"
                found.append(Deviation(text, re.escape(member.instance_id)))
    return found


def _pointer(trial: Trial) -> Any:
    """What the group's pointer says, and what it leads to where a name moves."""
    found = trial.group.template or {}
    template = trial.world.account.templates[found["LaunchTemplateId"]]
    return (found["Version"], template.default, template.latest)
