# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deciding a rotation: one look at a time, from whatever state the world is in. Private to
nodeops.rotator.

Level-triggered: nothing here remembers a step, every look asks again what is missing. So a run that
was killed at any point is simply gone on with, and what the world changes behind our back is seen
at the next look.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import WriteLease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.status import (
    failed_status,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import spread
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.readiness import broken
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Step, View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    balancers,
    capacity,
    failures,
    lock,
    new_nodes,
    observe,
    replacement,
    restore,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import Turn
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    Memory,
    learn,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.result import (
    RotationResult,
    conclude,
)

REBALANCE = "AZRebalance"


def start(now: float) -> Memory:
    """The memory of a run that begins now."""
    return Memory(began=now)


def decide(memory: Memory, view: View, now: float, policy: RotationPolicy) -> Step[Memory]:
    """One look: what to do, what to tell, when to look again, and the result when all is done."""
    turn = Turn(memory, view, now, policy)
    try:
        turn.note_outcomes(learn)
        result = _decide(turn)
    except RotatorError as error:
        result = conclude(turn, failed_status(turn.memory.changed), error)
    return Step(
        turn.memory,
        tuple(turn.commands),
        tuple(turn.events),
        turn.wake,
        frozenset(turn.feeds),
        result,
    )


def _decide(turn: Turn) -> RotationResult | None:
    if error := failures.shut_out(turn):
        return conclude(turn, "suspended", error)
    if turn.memory.released:
        return _ended(turn)
    if turn.view.stop is not None:
        return _stop(turn)
    if not lock.known(turn) or not observe.look(turn, replacement.awaited(turn)):
        return None
    if turn.memory.mode == "survey":
        return _survey(turn)
    turn.may_act = lock.keep(turn)
    {"rotate": _rotate, "settle": _settle, "release": _release}[turn.memory.mode](turn)
    turn.note(hurry=turn.hurry)
    return None


def _survey(turn: Turn) -> RotationResult | None:
    """Refuse, or end at once if there is nothing to do or only a plan was asked for; else take the
    lock and begin."""
    if observe.stale(turn):
        return None
    if error := observe.refusal(turn.group):
        raise error
    work = turn.situation.outdated
    held = turn.memory.lease is not None and turn.memory.lease.holder != ""
    rest = held or not turn.journal.clean or any(member.marked for member in turn.situation.members)
    if turn.policy.plan_only:
        return conclude(turn, "planned" if work or rest else "unchanged")
    if not rest and (turn.policy.restore_only or not work):
        return conclude(turn, "unchanged")
    if observe.permitted(turn) and lock.acquire(turn):
        _begin(turn)
        turn.note(mode="release" if turn.policy.restore_only else "rotate")
        turn.look_at(turn.now)
    return None


def _begin(turn: Turn) -> None:
    """The first record: what we are about to change and how it was. What an earlier run recorded
    stays as it was found then, since by now the group shows what that run had set."""
    group, journal = turn.group, turn.journal
    target = (turn.target.template, turn.target.version, turn.target.image_id)
    if (
        journal.target[:2] != target[:2] or journal.canary == "failed"
    ):  # to run again is to try again
        turn.record(canary="", canaries=0)
    if journal.clean:
        turn.record(
            surge=0, retiring=(), intent=None, canary="", canaries=0, usual=(), broken=_broken(turn)
        )
    usual = tuple(sorted(turn.situation.usual_taints | set(turn.journal.usual)))
    turn.record(run=turn.policy.run, group=group.name, target=target, usual=usual)
    turn.note(target=turn.target)
    turn.record(base=turn.situation.base, failures=(), tainted=True)
    if REBALANCE not in group.suspended and REBALANCE not in journal.suspended:
        turn.record(
            suspended=(*journal.suspended, REBALANCE),
            spread=spread(turn.situation.zones, group.zones),
        )
    if turn.policy.scale_in_fence and not journal.fenced:
        protected = tuple(instance.id for instance in group.instances if instance.protected)
        bare = (
            tuple(instance.id for instance in group.launched if not instance.protected)
            if group.protects_new
            else ()
        )
        turn.record(fenced=True, protected=protected, protects_new=group.protects_new, bare=bare)
    count = len(turn.situation.outdated)
    resumed = "; going on where an earlier run stopped" if turn.memory.resumed else ""
    turn.tell(
        "start", group.name, f"{count} of {turn.situation.launched} nodes are outdated{resumed}"
    )


def _broken(turn: Turn) -> tuple[str, ...]:
    """The DaemonSets that no fresh node is asked to have ready; told, since somebody should look at
    them."""
    found = broken(turn.view.cache.items(observe.DAEMONSETS).values())
    for name in found:
        turn.tell(
            "warning",
            turn.group.name,
            f"DaemonSet {name} is broken already: most of its pods are not ready",
            once=f"broken {name}",
        )
    return found


def _rotate(turn: Turn) -> None:
    replacement.departed(turn)
    replacement.bury(turn)
    capacity.adopt(turn)
    capacity.reckon(turn)
    for hopeless in failures.hopeless(turn).values():
        failures.settle(turn, hopeless)
    if error := observe.same_target(turn):
        failures.settle(turn, error)
    fenced = not (turn.situation.outdated or turn.situation.surge) or capacity.fence(turn)
    capacity.taint(turn)
    new_nodes.judge(turn)
    replacement.advance(turn)
    replacement.put_back(turn)
    balancers.rejoined(turn)
    wide = new_nodes.canary(turn)
    if turn.memory.mode != "rotate" or not fenced or observe.moving(turn):
        return
    capacity.raise_desired(turn)
    capacity.choose(turn)
    if wide and _done(turn):
        if turn.memory.marks.spared & {member.id for member in turn.situation.outdated}:
            reasons = "; ".join(turn.journal.failures)
            turn.note(
                problem=FailedError(
                    f"Not every node of {turn.group.name} could be replaced: {reasons}"
                )
            )
        turn.note(mode="release")
        turn.look_at(turn.now)


def _done(turn: Turn) -> bool:
    """Whether every outdated node that we did not give up is replaced, for good."""
    situation = turn.situation
    if situation.leaving or any(
        member.id not in turn.memory.marks.spared for member in situation.outdated
    ):
        return False
    if not restore.shrunk(turn) or not turn.read_fresh:
        return False
    well = all(
        member.joined for member in situation.members if member.id not in turn.memory.marks.spared
    )
    return well and situation.launched == situation.desired and replacement.buried(turn)


def _settle(turn: Turn) -> None:
    replacement.departed(turn)
    capacity.adopt(turn)
    capacity.reckon(turn)
    replacement.strand(turn)
    replacement.advance(turn)
    replacement.put_back(turn)
    balancers.rejoined(turn)
    if turn.journal.intent is not None:
        capacity.raise_desired(turn) if turn.desired >= turn.journal.intent[1] else _drop_intent(
            turn
        )
    elif restore.shrunk(turn) and replacement.buried(turn):
        turn.note(mode="release")
        turn.look_at(turn.now)


def _drop_intent(turn: Turn) -> None:
    """A raise that was recorded and not carried out is not carried out any more."""
    start_, goal = turn.journal.intent or (0, 0)
    turn.record(intent=None, surge=max(0, turn.journal.surge - (goal - start_)))


def _release(turn: Turn) -> None:
    replacement.departed(turn)
    capacity.reckon(turn)
    if restore.restored(turn) and turn.recorded:
        for error in failures.hopeless(turn).values():
            restore.left(turn, error.message)
        lock.release(turn)


def _stop(turn: Turn) -> RotationResult | None:
    """Somebody wants us to end now: nothing new, nodes that lost no pod go back, the lock is given
    up, and the record tells the next run where to go on."""
    reason = turn.view.stop.reason if turn.view.stop else ""
    error = FailedError(
        f"Stopped by {reason}", "Run again to go on, or with state: restored to put everything back"
    )
    taking = any(isinstance(command, WriteLease) for command in turn.view.in_flight)
    if turn.over("stop", turn.policy.stop_timeout) or not (turn.memory.held or taking):
        return conclude(turn, "stopped", error)
    turn.note(problem=error)
    if turn.memory.mode == "survey":  # the lock was being taken: it is given up as it was
        if turn.memory.held:
            lock.release(turn)
        return None
    turn.may_act = lock.keep(turn)
    replacement.departed(turn)
    for member in turn.situation.leaving:
        record = turn.memory.records.get(member.id)
        pushed = any(push[1] == member.id for push in turn.journal.pushed)
        if (
            member.node is not None
            and record is not None
            and record.evictions == 0
            and not pushed
            and record.phase != "drained"
        ):
            capacity.give_up(turn, member)
    if replacement.put_back(turn) and turn.recorded:
        lock.release(turn)
    return None


def _ended(turn: Turn) -> RotationResult:
    """The lock is given up: say how it went."""
    if turn.view.stop is not None and turn.memory.problem is not None:
        return conclude(turn, "stopped", turn.memory.problem)
    if turn.memory.problem is not None:
        return conclude(turn, failed_status(turn.memory.changed), turn.memory.problem)
    kept = f"; {len(turn.memory.left)} things stay as said" if turn.memory.left else ""
    turn.tell(
        "done",
        turn.group.name,
        f"{turn.situation.launched} nodes are current, everything is put back{kept}",
        once="done",
    )
    return conclude(turn, "restored" if turn.policy.restore_only else "complete")
