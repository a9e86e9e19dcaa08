# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record in a Lease that traffic of a cluster was stopped for a rotation.

The playbooks close a gate before the first node group of a cluster and open it after the last one.
The record outlives a run that is killed in between. Its run renews it between two node groups, when
it holds no other Lease, so that nobody takes it for dead then.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import LEASE_PREFIX, PREFIX

GATE_LEASE = LEASE_PREFIX + "gate"
LABEL = PREFIX + "gate"
"""Label of the Lease: "closed" or "open", for those who ask the cluster before they install."""
SINCE = PREFIX + "closed-since"
"""Annotation of the Lease: when the gate was closed, once that was renewed."""


@dataclasses.dataclass(frozen=True)
class Closure:
    """Which run has closed the gate, and when.

    `run`: "" while it is open. `since` and `renewed`: by the clock of the run.
    """

    run: str = ""
    since: str = ""
    renewed: str = ""

    @property
    def told(self) -> str:
        """Return a line for people, "" while the gate is open."""
        return f"The gate of the cluster is closed since {self.since} by run {self.run}" * (
            self.run != ""
        )


def closure(lease: Lease | None) -> Closure:
    """Return what the Lease says; a gate without a Lease was never closed."""
    if lease is None or not lease.holder:
        return Closure()
    return Closure(lease.holder, dict(lease.notes).get(SINCE, lease.renewed), lease.renewed)


def written(lease: Lease | None, run: str) -> Lease:
    """Return the Lease that says who has closed the gate, "" that it is open.

    A run that has closed it already renews that. It has no labels of the Lease of a node group, for
    which a control plane would wait.
    """
    before = closure(lease)
    return dataclasses.replace(
        lease or Lease(GATE_LEASE),
        holder=run,
        labels=((LABEL, "closed" if run else "open"),),
        notes=((SINCE, before.since),) if run and run == before.run else (),
    )


def missing_marks(
    metadata: Mapping[str, Any], labels: Mapping[str, Any], annotations: Mapping[str, Any]
) -> dict[str, dict[str, str | None]]:
    """Return the merge patch of metadata that lets it have these marks, {} for none.

    `metadata`: as it is. `labels`, `annotations`: values of any kind that is written in one word;
    None takes a mark away.
    """
    wanted = {"labels": labels, "annotations": annotations}
    patch = {kind: _missing(metadata.get(kind) or {}, marks) for kind, marks in wanted.items()}
    return {kind: marks for kind, marks in patch.items() if marks}


def _missing(found: Mapping[str, str], marks: Mapping[str, Any]) -> dict[str, str | None]:
    texts = {key: _text(value) for key, value in marks.items()}
    return {key: text for key, text in texts.items() if found.get(key) != text}


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)
