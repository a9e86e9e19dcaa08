# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limit until when a client may send.

A run that was paused must not act on a lock that it has lost.
"""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import LateError


@dataclasses.dataclass(frozen=True)
class Deadline:
    """Last moment at which a request may be sent, in seconds of `clock`."""

    clock: Callable[[], float] = time.monotonic
    at: float = math.inf

    def check(self, doing: str) -> None:
        """Raise LateError if the moment has passed; `doing` says what is not sent."""
        late = self.clock() - self.at
        if late > 0:
            raise LateError(
                f"Did not {doing}: it could be sent until {late:.0f} s ago, and by now another run"
                " may hold the Lease"
            )

    def until(self, moment: float) -> Deadline:
        """Return the deadline at this moment of the same clock."""
        return dataclasses.replace(self, at=moment)
