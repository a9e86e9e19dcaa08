# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notice kubelets that take over the Node of an instance that has ended."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial
from ansible_collections.nodeops.rotator.tests.simulation.truth import instance_id


def note_taken_over(trial: Trial) -> None:
    """Excuse, from now on, an instance whose kubelet runs under the Node of another.

    Such an instance never counts as a node, whatever a rotation does, and the error has to name
    both.
    """

    def changed(old: dict[str, Any] | None, new: dict[str, Any] | None) -> None:
        if old is None or new is None or _machine(old) == _machine(new):
            return
        name, former = new["metadata"]["name"], instance_id(new)
        for one in trial.world.account.instances.values():
            if one.private_dns == name and one.id != former and one.alive:
                trial.tell(f"KUBELET of {one.id} takes over node {name} of {former}")
                trial.excuse(f"{one.id}.*{former}")

    trial.world.cluster.store.listen("nodes", changed)


def _machine(node: dict[str, Any]) -> str:
    return str((node["status"].get("nodeInfo") or {}).get("systemUUID"))
