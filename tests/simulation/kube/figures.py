# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many replicas of each workload are wanted, and how many truly serve."""

from __future__ import annotations

from collections import Counter

from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control
from ansible_collections.nodeops.rotator.tests.simulation.kube.kubelet import Kubelets
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Object,
    is_ready,
    owner_uid,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.resources import RESOURCES
from ansible_collections.nodeops.rotator.tests.simulation.kube.tally import Tally, is_active


class Workloads:
    """Reads what the tally keeps, and takes off what only seems to be ready."""

    def __init__(self, control: Control, tally: Tally, kubelets: Kubelets) -> None:
        self._control, self._store = control, control.store
        self._tally, self._kubelets = tally, kubelets

    def all(self) -> dict[tuple[str, str, str], tuple[int, int]]:
        """(wanted, truly ready) replicas by (kind, namespace, name)."""
        figures, lost = {}, self._lost()
        for plural in ("deployments", "statefulsets", "daemonsets"):
            kind = RESOURCES[plural].kind
            for obj in self._store.all(plural):
                uids = self._owners(plural, obj)
                ready = sum(self._tally.ready[uid] - lost[uid] for uid in uids)
                wanted = obj["spec"].get(
                    "replicas", (obj.get("status") or {}).get("desiredNumberScheduled", 0)
                )
                meta = obj["metadata"]
                figures[kind, meta["namespace"], meta["name"]] = (wanted, ready)
        return figures

    def _owners(self, plural: str, obj: Object) -> list[str]:
        """Return the UIDs of what owns the workload's pods."""
        found = self._control.owned("replicasets", obj) if plural == "deployments" else [obj]
        return [owner["metadata"]["uid"] for owner in found]

    def _lost(self) -> Counter[str]:
        """Return, by owner, pods still shown as ready on nodes with a silent kubelet."""
        pods: list[Object] = []
        for name in list(self._kubelets.silent):
            found = self._store.by("pods", "node", name)
            pods += found
            if not found and self._store.get("nodes", name) is None:
                self._kubelets.silent.discard(name)
        return Counter(owner_uid(pod) or "" for pod in pods if is_active(pod) and is_ready(pod))
