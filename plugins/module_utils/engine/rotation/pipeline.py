# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List the phases of a look in order: every mode runs through this one list.

Observe what has happened, judge new nodes, move leaving nodes on, begin what may begin, finish. A
mode skips phases, it never orders them anew.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import (
    judging as control_plane,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import (
    outage,
    repair,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    balancers,
    begin,
    canary,
    capacity,
    ended_nodes,
    failures,
    finish,
    foreign_kops,
    losses,
    namespaces,
    new_nodes,
    own_pod,
    pointer,
    replacement,
    right_cluster,
    settling,
    shield,
    shrink,
    turn_back,
    unknown,
    warm_pool,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    Mode,
)

ROTATE: Mode = "rotate"
SETTLE: Mode = "settle"
RELEASE: Mode = "release"
STOP: Mode = "stop"


@dataclasses.dataclass(frozen=True)
class Phase:
    """One step of a look: what it does, and the modes that do it."""

    act: Callable[[RotationContext], object]
    modes: tuple[Mode, ...]


OBSERVE = (
    Phase(own_pod.follow, (ROTATE, SETTLE)),
    Phase(unknown.note_seen, (ROTATE, SETTLE)),
    Phase(warm_pool.note_seen, (ROTATE, SETTLE, RELEASE, STOP)),
    Phase(right_cluster.note_proof, (ROTATE,)),
    Phase(namespaces.look_again, (ROTATE,)),
    Phase(control_plane.observed, (ROTATE, SETTLE)),
    Phase(outage.judge_outage, (ROTATE, SETTLE)),
    Phase(pointer.back, (SETTLE, RELEASE)),
    Phase(turn_back.turn_back, (SETTLE,)),
    Phase(replacement.record_terminated, (ROTATE, SETTLE, RELEASE, STOP)),
    Phase(ended_nodes.delete_ended_nodes, (ROTATE,)),
    Phase(capacity.adopt, (ROTATE, SETTLE)),
    Phase(capacity.tell_foreign, (ROTATE, SETTLE, RELEASE)),
    Phase(shrink.give_up_unseen_ends, (ROTATE, SETTLE, RELEASE)),
    Phase(failures.settle_if_hopeless, (ROTATE,)),
    Phase(begin.settle_if_moved, (ROTATE,)),
    Phase(foreign_kops.settle_if_beside, (ROTATE,)),
)
JUDGE = (
    Phase(begin.protect, (ROTATE,)),
    Phase(shield.shield, (ROTATE,)),
    Phase(new_nodes.judge, (ROTATE,)),
    Phase(settling.judge_settling, (SETTLE,)),
    Phase(repair.end_once, (SETTLE,)),
    Phase(warm_pool.end_outdated, (SETTLE,)),
)
MOVE = (
    Phase(replacement.skip_blocked, (SETTLE,)),
    Phase(shrink.keep_needed, (ROTATE, SETTLE)),
    Phase(replacement.advance, (ROTATE, SETTLE)),
    Phase(losses.note_losses, (ROTATE,)),
    Phase(finish.let_untouched_go, (STOP,)),
    Phase(replacement.restore_nodes, (ROTATE, SETTLE)),
    Phase(balancers.rejoined, (ROTATE, SETTLE)),
)
BEGIN = (
    Phase(canary.judge_canary, (ROTATE,)),
    Phase(begin.begin, (ROTATE,)),
)
FINISH = (
    Phase(finish.finish_rotating, (ROTATE,)),
    Phase(finish.finish_settling, (SETTLE,)),
    Phase(finish.finish_release, (RELEASE,)),
    Phase(finish.finish_stopping, (STOP,)),
)
PHASES = (*OBSERVE, *JUDGE, *MOVE, *BEGIN, *FINISH)


def run_phases(ctx: RotationContext, mode: Mode) -> None:
    """Run the phases of this mode.

    A phase that changes the mode of the run changes what the next look does, not this one.
    """
    for phase in PHASES:
        if mode in phase.modes:
            phase.act(ctx)
