# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a rotation: give back the surge, put back what was touched, let go of the lock.
Private.

Put back compares: a value is restored only if it is still the one that we set; else it is left and
said.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Protect,
    ProtectNew,
    Resume,
    SetMaxSize,
    SetTag,
    Terminate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    BALANCED,
    spread,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import may_take
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    balancers,
    replacement,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.capacity import (
    PROTECT_AT_ONCE,
    SIGNPOST,
    take,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import Turn
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import (
    hopeless,
    tried,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    PATIENCE,
    REPEAT,
)


def shrunk(turn: Turn) -> bool:
    """Whether the surge has been given back, and what is launched above a desired that somebody
    lowered behind the fence. What is left of it goes by draining fresh nodes that nobody needs
    (others only where there is none): one whose loss unbalances no zone, among those one that never
    became ready, then the youngest."""
    situation = turn.situation
    if situation.leaving:
        return False
    if situation.surge == 0 and situation.launched <= situation.desired:
        turn.forget("excess")
        return True
    if situation.surge == 0 and not (turn.over("excess", REPEAT) and turn.read_fresh):
        return False
    excess = (
        f"Auto Scaling group {turn.group.name} has {situation.launched} nodes,"
        f" {situation.launched - situation.base} above its base of {situation.base}"
    )
    if any(isinstance(command, Terminate) for command in hopeless(turn)):
        left(turn, excess)
        return True
    if situation.launched <= situation.base or situation.launched < situation.desired:
        return _never_launched(turn)
    return _take_surplus(turn, excess)


def _never_launched(turn: Turn) -> bool:
    """Wait for what was asked for; return True, and say so, when it has not come in time."""
    rotating = turn.memory.mode == "rotate"
    limit = turn.policy.boot_timeout if rotating else 2 * turn.policy.poll_interval
    if not turn.over("unlaunched", limit):
        return False
    left(
        turn,
        f"Desired of Auto Scaling group {turn.group.name} stays {turn.desired},"
        f" {turn.situation.surge} above its base: what was asked for was not launched, and"
        " lowering it could cost an undrained node",
    )
    return True


def _take_surplus(turn: Turn, excess: str) -> bool:
    """Choose the next node to go; return True, and say so, when none can be spared."""
    situation = turn.situation
    members = [member for member in situation.members if member.id not in turn.memory.marks.spared]
    candidates = [member for member in members if not member.outdated] or members
    if turn.memory.mode == "rotate" and not all(member.joined for member in candidates):
        return False
    if not candidates:
        left(turn, excess)
        return True
    best = max(
        candidates,
        key=lambda m: (replacement.zones_bear(turn, m), not m.joined, m.instance.launched_at, m.id),
    )
    if not best.available or may_take(situation.available, situation.base, turn.window):
        take(turn, best, "surplus")
        return False
    if turn.over("surplus", turn.policy.terminate_timeout):
        left(turn, f"{excess}: so few are available that none can be spared")
        return True
    return False


def left(turn: Turn, sentence: str) -> None:
    """Say once what stays as we set it."""
    if sentence not in turn.memory.left:
        turn.note(left=(*turn.memory.left, sentence))
        turn.tell("left", turn.group.name, sentence)


def restored(turn: Turn) -> bool:
    """Whether everything that the record names is as it was, or is said to be left; one look may
    issue all of it. A run that follows must not take what we set for what was there before us: so
    the reads have to show it too."""
    turn.hurry = True
    if not turn.read_fresh:
        return False
    steps = (
        _nodes(turn),
        balancers.rejoined(turn),
        _processes(turn),
        _max_size(turn),
        _protection(turn),
        _signpost(turn),
    )
    return all(steps) and (turn.memory.read == turn.group or turn.over("unseen", PATIENCE))


def _nodes(turn: Turn) -> bool:
    back, clean = replacement.put_back(turn), replacement.untainted(turn)
    if clean and turn.journal.tainted:
        turn.record(tainted=False)
    return back and clean


def _processes(turn: Turn) -> bool:
    ours = tuple(sorted(set(turn.journal.suspended) & turn.group.suspended))
    if not ours:
        if turn.journal.suspended:
            turn.record(suspended=())
        return True
    now = spread(turn.situation.zones, turn.group.zones)
    if now > max(BALANCED, turn.journal.spread):
        left(
            turn,
            f"AZRebalance of Auto Scaling group {turn.group.name} stays suspended: its zones"
            f" differ by {now} instances, and"
            " resuming it would let AWS terminate undrained nodes. Balance the zones, then"
            " resume it",
        )
        return True
    return tried(turn, Resume(turn.group.name, ours))


def _max_size(turn: Turn) -> bool:
    if turn.journal.max_size is None:
        return True
    found, *ours = turn.journal.max_size
    if turn.group.max_size not in ours:
        if turn.group.max_size != found:
            left(
                turn,
                f"MaxSize of Auto Scaling group {turn.group.name} is {turn.group.max_size}:"
                " somebody changed it meanwhile",
            )
        turn.record(max_size=None)
        return True
    if max(turn.desired, turn.situation.launched) > found:
        left(
            turn,
            f"MaxSize of Auto Scaling group {turn.group.name} stays {turn.group.max_size} (was"
            f" {found}): it has"
            f" {turn.situation.launched} instances, and a smaller maximum would cost undrained"
            " nodes",
        )
        return True
    return tried(turn, SetMaxSize(turn.group.name, found))


def _protection(turn: Turn) -> bool:
    if not turn.journal.fenced:
        return True
    group = turn.group
    if turn.situation.launched != turn.desired:
        if turn.over("unfence", turn.policy.terminate_timeout):
            left(
                turn,
                f"Scale-in protection of Auto Scaling group {group.name} stays: it has"
                f" {turn.situation.launched} instances"
                f" and wants {turn.desired}, so unprotected ones would be taken undrained",
            )
            return True
        return False
    if group.protects_new != turn.journal.protects_new:
        return tried(turn, ProtectNew(group.name, turn.journal.protects_new))
    ours = tuple(
        member.id
        for member in turn.situation.members
        if member.instance.protected and _bare(turn, member.id)
    )
    parts = [
        ours[start : start + PROTECT_AT_ONCE] for start in range(0, len(ours), PROTECT_AT_ONCE)
    ]
    given_up = [tried(turn, Protect(group.name, part, False)) for part in parts]
    if not ours:
        turn.record(fenced=False, protected=(), bare=())
    return all(given_up)


def _bare(turn: Turn, instance: str) -> bool:
    """Whether the instance would be without protection if we had not come."""
    journal = turn.journal
    return instance in journal.bare if journal.protects_new else instance not in journal.protected


def _signpost(turn: Turn) -> bool:
    if SIGNPOST not in turn.group.tags:
        return True
    return tried(turn, SetTag(turn.group.name, SIGNPOST, None))
