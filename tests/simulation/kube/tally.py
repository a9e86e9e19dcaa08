# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count pods by owner and true readiness, as pods change.

Judges and controllers ask for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Object,
    is_finished,
    is_ready,
    is_terminating,
    owner_uid,
)


def is_active(pod: Mapping[str, Any]) -> bool:
    """Return whether the pod counts as one of its controller's replicas."""
    return not is_terminating(pod) and not is_finished(pod)


class Tally:
    """For each controlling owner's UID: active pods, and active pods that are ready."""

    def __init__(self, control: Control) -> None:
        self.active: Counter[str] = Counter()
        self.ready: Counter[str] = Counter()
        control.store.listen("pods", self._changed)

    def _changed(self, old: Object | None, new: Object | None) -> None:
        for pod, sign in ((old, -1), (new, 1)):
            uid = owner_uid(pod) if pod is not None else None
            if pod is not None and uid is not None and is_active(pod):
                self.active[uid] += sign
                self.ready[uid] += sign * is_ready(pod)
