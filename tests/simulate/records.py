# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Lease of the group says, wherever it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial

JOURNAL = "nodeops.rotator/journal"


def leases(trial: Trial) -> Iterator[dict[str, Any]]:
    """The Leases of rotations, of all namespaces."""
    for lease in trial.world.cluster.objects("leases"):
        if lease["metadata"]["name"].startswith("nodeops-rotator"):
            yield lease


def record(lease: dict[str, Any]) -> dict[str, Any]:
    """What is recorded in a Lease."""
    text = (lease["metadata"].get("annotations") or {}).get(JOURNAL)
    found: dict[str, Any] = json.loads(text or "{}")
    return found


def orphaned_raises(trial: Trial) -> set[tuple[int, int]]:
    """Return the raises of desired that runs recorded and never saw.

    Each is (from, to), and its run died or was stopped before a read showed it.
    """
    alive = {run.policy.holder for run in trial.runs if run.policy.run not in trial.ends}
    return {
        raised(lease) for lease in leases(trial) if lease["spec"].get("holderIdentity") not in alive
    }


def raised(lease: dict[str, Any]) -> tuple[int, int]:
    """The raise that a Lease records, (-1, 0) without one."""
    found = record(lease)
    return (found.get("raise_from", -1), found.get("expected", 0))
