# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calculate surge and max unavailable, as numbers or percentages of the base.

Surge rounds up and max unavailable rounds down, as for a Deployment's rolling update and for kops.
A max unavailable that rounds down to 0 becomes 1 when the surge is 0, since no node could be
replaced otherwise.
"""

from __future__ import annotations

import dataclasses
import re

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError

_SIZE = re.compile(r"^(\d+)(%?)$")
_CONFIRM = "Give less, or set confirm_sizes if that is meant"


@dataclasses.dataclass(frozen=True)
class Size:
    """A number of nodes or, with `percent`, a percentage of the base."""

    value: int
    percent: bool = False

    def of(self, base: int, up: bool) -> int:
        """Return the number of nodes for this base, a percentage rounded up or down."""
        if not self.percent:
            return self.value
        return -(-self.value * base // 100) if up else self.value * base // 100

    def __str__(self) -> str:
        return f"{self.value}%" if self.percent else str(self.value)


def parse(option: str, text: object) -> Size:
    """Return the Size that a user wrote: 2, "2" or "25%".

    Raises InputError, which names the option, for anything else.
    """
    found = _SIZE.match(str(text).strip())
    if isinstance(text, bool) or not found:
        raise InputError(
            f"{option} is '{text}'",
            "Give a number of nodes (2) or a percentage (25%); it must not be negative",
        )
    return Size(int(found[1]), bool(found[2]))


@dataclasses.dataclass(frozen=True)
class Window:
    """What a rotation may do at one time, in nodes.

    `surge`: launched above the base. `unavailable`: missing below the base.
    """

    surge: int
    unavailable: int

    @property
    def size(self) -> int:
        """Return how many replacements may be in flight at one time."""
        return self.surge + self.unavailable


def window(surge: Size, unavailable: Size, base: int) -> Window:
    """Return the window for a group of `base` nodes.

    Raises InputError if both sizes are 0.
    """
    if surge.value == 0 and unavailable.value == 0:
        raise InputError(
            "max_surge and max_unavailable are both 0",
            "Set one of them to 1 or more, otherwise no node can be replaced",
        )
    above, below = surge.of(base, up=True), unavailable.of(base, up=False)
    return Window(above, max(1, below) if above == 0 else below)


def check_confirmed(surge: Size, unavailable: Size) -> None:
    """Raise InputError if the sizes ask for more than people usually mean."""
    if surge.percent and surge.value > 100:
        raise InputError(f"max_surge is {surge}, more nodes than the group has", _CONFIRM)
    if unavailable.percent and unavailable.value >= 100:
        raise InputError(f"max_unavailable is {unavailable}, all nodes at one time", _CONFIRM)


def all_at_once(unavailable: Size, base: int) -> InputError | None:
    """Return the refusal if a number of nodes is the whole group, None if it is not.

    A group of one node is replaced as a whole anyway.
    """
    if unavailable.percent or base < 2 or unavailable.value < base:
        return None
    return InputError(
        f"max_unavailable is {unavailable}, and the group has {base} nodes: all at one time",
        _CONFIRM,
    )


def may_take(available: int, base: int, window_: Window) -> bool:
    """Return whether one available node may become unavailable now."""
    return available - 1 >= base - window_.unavailable


def room(launched: int, base: int, window_: Window) -> int:
    """Return how many more instances may be launched."""
    return max(0, base + window_.surge - launched)
