# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of faults, by name.

A kind is a function of the trial and of the fault's own dice, called at the fault's moment. What it
does to the group as found, it notes in `trial.found`; what it does to desired, in `trial.sizes`.
With `trial.excuse` it says which error of a run it explains; without that it may not keep a
rotation from its end.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial

Act = Callable[["Trial", random.Random], None]
BEFORE = (0.0, 0.0)
"""`when` of a fault that is there before the first run begins."""
DURING = (2.0, 900.0)


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of fault.

    `letter`: which family of faults it belongs to. `when`: the range of its moments, in seconds.
    `weight`: how often it is drawn. `wave`: kinds that were added together, and that are drawn by
    dice of their own, so that they leave the other faults of a world as they are.
    """

    name: str
    letter: str
    act: Act
    when: tuple[float, float]
    weight: int
    wave: int = 0


KINDS: dict[str, Kind] = {}


def kind(
    letter: str, when: tuple[float, float] = DURING, weight: int = 1, wave: int = 0
) -> Callable[[Act], Act]:
    """Register the decorated function under its own name; a later wave has no weight."""

    def register(act: Act) -> Act:
        name = act.__name__
        KINDS[name] = Kind(name, letter, act, when, 0 if wave else weight, wave)
        return act

    return register
