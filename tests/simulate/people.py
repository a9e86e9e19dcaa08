# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people have asked of a rotation besides the options of its plan."""

from __future__ import annotations

import dataclasses
from typing import Any


@dataclasses.dataclass
class People:
    """Wishes that hold for every run.

    `options`: of the rotation, instead of the plan's. `open_for`: seconds for which the maintenance
    window is open each time, None without one. `closes`: when the present one does. `reuse`:
    whether the warm pool takes instances back, None without a pool.
    """

    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    open_for: float | None = None
    closes: float | None = None
    reuse: bool | None = None

    def chosen(self, now: float) -> dict[str, Any]:
        """Return the options of a run that begins now.

        People begin one only in an open window, be it the next.
        """
        if self.open_for is None:
            return dict(self.options)
        if self.closes is None or now >= self.closes:
            self.closes = now + self.open_for
        return {**self.options, "not_after": self.closes, "maintenance": "daily"}
