# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say whose the Leases of node groups are, and what is to be restored."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PREFIX
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.table import aligned
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    salvage,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import paused_by
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed

State = Literal["held", "handed_over", "left", "free", "unreadable"]
ARN = PREFIX + "autoscaling-group-arn"
LEASE_HEADINGS = ("NODE GROUP", "STATE", "HOLDER", "SINCE", "RENEWED", "RUN")


@dataclasses.dataclass(frozen=True)
class Holding:
    """What one Lease says.

    `state`: "held" by a run (or by one that died without giving it up: then `renewed` no longer
    changes), "handed_over" by an update of the template to a rotation that has not begun, "left"
    with changes that an ended run could not restore, "free", or "unreadable" for this release.
    `paused`: who has paused the rotation and why; `paused_since`: when, as the API server recorded
    it. `since`: text of acquireTime, "" if nobody holds it. `renewed`: text of renewTime.
    `duration`: seconds after that when it may be taken over. `doing`: how far its run is.
    `to_restore`: what the record would have restored, a
    sentence each. `closing`: the closing words of a run that was stopped. `problem`: why the record
    cannot be understood.
    """

    lease: str
    autoscaling_group_name: str
    autoscaling_group_arn: str
    cluster: str
    state: State
    holder: str
    renewed: str
    duration: int
    run: str
    paused: str = ""
    paused_since: str = ""
    since: str = ""
    doing: tuple[str, ...] = ()
    to_restore: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    problem: str = ""


def holding(lease: Lease) -> Holding:
    """Return what a Lease says.

    A record that cannot be read is a problem, not an error.
    """
    journal, problem = Journal(), ""
    try:
        journal, error = salvage(lease.journal)
        problem = str(error or "")
    except RefusedError as error:
        problem = str(error)
    notes = dict(lease.notes)
    arn = notes.get(ARN, "")
    return Holding(
        lease=lease.name,
        autoscaling_group_name=journal.group or arn.rpartition("autoScalingGroupName/")[2],
        autoscaling_group_arn=arn,
        cluster=notes.get(PREFIX + "cluster", ""),
        state="unreadable" if problem else _state(lease, journal),
        holder=lease.holder,
        renewed=lease.renewed,
        duration=lease.duration,
        run=journal.run or journal.handover,
        paused=paused_by(lease),
        paused_since=lease.paused_since if paused_by(lease) else "",
        since=lease.acquired[1] if lease.holder else "",
        doing=_doing(journal) if lease.holder else (),
        to_restore=to_restore(journal),
        closing=journal.closing,
        problem=problem,
    )


def _state(lease: Lease, journal: Journal) -> State:
    if lease.holder:
        return "handed_over" if journal.handover else "held"
    return "free" if journal.clean else "left"


def _doing(journal: Journal) -> tuple[str, ...]:
    """Return how far the run of a record is, a sentence each."""
    nodes = [instance for instance, *_marks in journal.replacing]
    return (
        *((f"Canary: {journal.canary}",) if journal.canary else ()),
        *((f"Being replaced: {listed(nodes)}",) if nodes else ()),
        *(f"Failed: {failure}" for failure in journal.failures),
    )


def _seconds(moment: str) -> str:
    """Return the text of a moment without fractions of a second."""
    return f"{moment.partition('.')[0]}Z" if "." in moment else moment


def to_restore(journal: Journal) -> tuple[str, ...]:
    """Return what the end of the rotation restores, a sentence for each setting."""
    said = {
        f"Desired capacity: {journal.expected} counts as set, {journal.base} is the group's own": (
            journal.expected != journal.base or journal.raise_from >= 0
        ),
        f"Instances that are being ended: {listed(list(journal.decrements))}": journal.decrements,
        f"MaxSize: back to {(journal.max_size or (0,))[0]}": journal.max_size,
        f"Processes to resume: {', '.join(journal.suspended)}": journal.suspended,
        f"Scale-in protection: {_protection(journal)}": journal.fenced,
        "Warm pool: takes instances back when the group becomes smaller": journal.reused,
        "Soft taints of outdated nodes": journal.tainted,
        f"Targets that were deregistered: {len(journal.deregistered_targets)}": (
            journal.deregistered_targets
        ),
        f"Launch template: back to {_ways_back(journal)}": journal.pointer_owed,
    }
    return tuple(sentence for sentence, holds in said.items() if holds)


def _ways_back(journal: Journal) -> str:
    return " and ".join(" ".join(way).strip() for way in journal.ways_back)


def _protection(journal: Journal) -> str:
    if not journal.protected:
        return "of all instances"
    return f"of all instances but {listed(list(journal.protected))}"


def table(holdings: Iterable[Holding]) -> list[str]:
    """Return a line for each Lease under headings.

    Each is followed by what is to be restored.
    """
    found = sorted(holdings, key=lambda one: (one.cluster, one.autoscaling_group_name))
    if not found:
        return ["No Lease of a node group"]
    cells = [
        (
            one.autoscaling_group_name,
            one.state.replace("_", " "),
            one.holder,
            _seconds(one.since),
            _seconds(one.renewed),
            one.run,
        )
        for one in found
    ]
    heading, *lines = aligned([LEASE_HEADINGS, *cells])
    told = [heading]
    for line, one in zip(lines, found, strict=True):
        since = f" since {one.paused_since}" if one.paused_since else ""
        paused = f"Paused{since}: {one.paused}" if one.paused else ""
        told += [
            line,
            *(f"  {said}" for said in (paused, *one.doing, *one.to_restore, one.problem) if said),
        ]
    return told
