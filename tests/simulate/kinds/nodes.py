# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to Nodes: silence, cordons, lost objects."""

from __future__ import annotations

import random

from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import DURING, kind
from ansible_collections.nodeops.rotator.tests.simulate.stage import Stage


@kind("C")
def a_controller_owns_the_taints(stage: Stage, dice: random.Random) -> None:
    def strip() -> None:
        for node in stage.nodes():
            taints = node["spec"].get("taints") or []
            kept = [taint for taint in taints if "nodeops" not in taint["key"]]
            if len(kept) != len(taints):
                stage.change_node(node, {"spec": {"taints": kept}})

    stage.every(dice.choice([0.5, 5.0, 30.0]), strip, dice.choice([60, 600, 7200]))


@kind("D", DURING)
def an_old_node_is_cordoned(stage: Stage, dice: random.Random) -> None:
    """Somebody cordons a node that carries pods."""
    free = [node for node in stage.nodes(False) if not node["spec"].get("unschedulable")]
    if free:
        node = dice.choice(free)
        stage.found.cordoned.add(node["metadata"]["uid"])
        stage.change_node(node, {"spec": {"unschedulable": True}})
