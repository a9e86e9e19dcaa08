# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guard every command where it is issued, whatever its reason.

The guard asks facts (Ready, cordoned, launched, registered), never what we have chosen or judged. A
command that it forbids is not issued; the next look decides again.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Command,
    EnterStandby,
    Protect,
    ProtectNew,
    SetDesired,
    SetMaxSize,
    Terminate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import REPLACING
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.launching import (
    LaunchInstance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Member,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.readiness import (
    startup_taint,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.situation import (
    Situation,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import (
    guarding as control_plane,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.known import Known

LOOKS_WELL = 30.0
"""Seconds after somebody has lowered desired in which a read shows which instances that ends."""
MISSING_NODE = 90.0
"""Seconds for which a run has to miss the Node of an instance before it ends the instance: the pod
garbage collector removes the pods of a missing Node within a minute, and they start elsewhere."""
NODE_MISSING = "node of "
"""How the name of the timer of a missing Node begins; its instance follows."""


def missing_timer(instance: str) -> str:
    """Return the name of the timer of a Node that this run misses."""
    return NODE_MISSING + instance


def missing_one(timer: str) -> str:
    """Return whose Node this timer says is missing, "" for another timer."""
    return timer[len(NODE_MISSING) :] if timer.startswith(NODE_MISSING) else ""


def forbids(known: Known, issued: tuple[Command, ...], command: Command) -> str:
    """Return why this command may not be issued now, "" if it may.

    `issued`: what this look has issued before.
    """
    if why := control_plane.forbids(known, command):
        return why
    if isinstance(command, (ChangeNode, EnterStandby, Terminate)):
        return _cannot_be_seen(known, command) or _takes_too_much(known, issued, command)
    if isinstance(command, (SetDesired, LaunchInstance)):
        return _misses(known, command)
    if isinstance(command, SetMaxSize):
        least = max(known.situation.launched, known.group.desired)
        too_low = command.size < least
        return f"MaxSize below {least} lets the group choose whom to end" if too_low else ""
    lifts = isinstance(command, (Protect, ProtectNew)) and not command.protected
    if lifts and known.situation.launched > known.group.desired:
        return "more is launched than desired, so the group would end a node undrained"
    return ""


def in_outage(known: Known) -> bool:
    """Return whether the API is down with leave: the Lease outlasts that unrenewed."""
    return known.policy.allow_api_outage and "outage pointer" in known.memory.timers


def sure_for(known: Known) -> float:
    """Return for how many seconds after its last renewal the Lease is ours."""
    outage = 2 * known.policy.api_outage_timeout if in_outage(known) else 0.0
    return known.policy.lease_duration + outage


def _misses(known: Known, command: SetDesired | LaunchInstance) -> str:
    """Return why desired may not be set to this value, "" if it may."""
    most = known.base + known.window.surge
    if command.desired > most:
        return f"more than {most} would be launched"
    lower = isinstance(command, SetDesired) and command.desired < known.group.desired
    return "desired is lowered by a number: the group would choose whom to end" if lower else ""


def _cannot_be_seen(known: Known, command: Command) -> str:
    """Return why an instance that nobody can see into may not end yet."""
    if not isinstance(command, Terminate):
        return ""
    member = known.situation.by_id.get(command.instance)
    if member is None or member.node is not None:
        return ""
    missed = known.now - known.memory.timers.get(missing_timer(command.instance), known.now)
    if missed >= MISSING_NODE - 1e-6:
        return ""
    return f"the Node of {command.instance} has been missing for {missed:.0f} s only"


def _takes_too_much(known: Known, issued: tuple[Command, ...], command: Command) -> str:
    """Return why too few would be in service, "" if enough would.

    What runs pods counts as lost, but only what takes pods as left: a node that somebody has
    cordoned serves on, and is no place for what another one loses.
    """
    lost = _loses(known, command)
    if not lost:
        return ""
    before = {_loses(known, one) for one in issued} - {"", lost}
    available = known.shelved(_takers, known.situation, known.journal.expected_taints)
    left = len(available - before - {lost}) - _ending_unseen(known)
    least = known.base - known.window.unavailable
    return f"only {left} of {known.base} nodes would be available" if left < least else ""


def _ending_unseen(known: Known) -> int:
    """Return how many instances somebody else may be ending that still look well.

    Desired is lower than our acts explain, or was so a while ago, and an instance stays InService
    for a while after somebody has ended it with decrement.
    """
    reads, account = known.memory.reads, known.journal.account
    if reads.doubt is None:
        ending, since = reads.lowered
        return max(0, ending - len(reads.lost)) if known.now - since < LOOKS_WELL else 0
    return max(
        0, account.expected - len(account.decrements) - reads.doubt.desired - len(reads.lost)
    )


def _loses(known: Known, command: Command) -> str:
    """Return the instance that this command takes out of service, "" for none."""
    member = None
    if isinstance(command, (EnterStandby, Terminate)):
        member = known.situation.by_id.get(command.instance)
    elif isinstance(command, ChangeNode) and command.change.unschedulable is True:
        member = known.situation.by_name.get(command.name)
    return member.id if member is not None and runs_pods(member) else ""


def runs_pods(member: Member) -> bool:
    """Return whether a member is in service: Ready, and not taken out by us."""
    node = member.node
    return node is not None and node.ready is True and not _taken_out(node)


def takes_pods(known: Known, member: Member) -> bool:
    """Return whether a member is in service and counts as capacity.

    A new node that somebody has cordoned, that has a blocking taint, or whose instance a launch
    hook holds, does not. On an old one pods run on, and what it lacks is for the node to come.
    """
    return member.id in known.shelved(_takers, known.situation, known.journal.expected_taints)


def _takers(situation: Situation, recorded: tuple[str, ...]) -> frozenset[str]:
    """Return the ids of the members that count as capacity.

    `recorded`: keys of the blocking taints that nodes of the group carry on purpose.
    """
    expected = situation.expected_taints | set(recorded)
    return frozenset(one.id for one in situation.members if _takes_pods(one, expected))


def _takes_pods(member: Member, expected: frozenset[str]) -> bool:
    node = member.node
    if node is None or not runs_pods(member):
        return False
    if member.outdated:
        return True
    return not (node.unschedulable or member.instance.held or startup_taint(node, expected))


def _taken_out(node: Node) -> bool:
    return REPLACING in node.annotations and node.unschedulable
