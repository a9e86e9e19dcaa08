# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell and replay the plans of worlds that have turns of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Replayed:
    """A drawn plan. `faults`: number, moment in seconds and kind of each."""

    seed: int
    number: int
    faults: tuple[tuple[int, float, Callable[..., Any]], ...]

    @property
    def told(self) -> str:
        """The faults, for people."""
        told = (f"{number} {act.__name__} at {at:.0f}" for number, at, act in self.faults)
        return ", ".join(told) or "none"

    @property
    def command(self) -> str:
        """The command that replays this plan."""
        keep = ",".join(str(number) for number, _at, _act in self.faults) or "none"
        return f"make simulate SEED={self.seed} WORLD={self.number} KEEP={keep}"
