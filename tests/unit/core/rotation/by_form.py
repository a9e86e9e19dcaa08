# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make values of any form by chance."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Literal, get_args, get_origin


def by_form(kind: Any, dice: random.Random, word: Callable[[random.Random], str]) -> Any:
    """Return a value of a type as in core.rotation.forms; `word` makes the texts."""
    origin, parts = get_origin(kind), get_args(kind)
    if kind is str:
        return word(dice)
    if origin is None:
        return {bool: dice.random() < 0.5, int: dice.randint(0, 10**6)}.get(kind)
    if origin is Literal:
        return dice.choice(parts)
    if origin is not tuple:
        return by_form(dice.choice(parts), dice, word)
    kinds = (parts[0],) * dice.randint(0, 4) if parts[-1] is Ellipsis else parts
    return tuple(by_form(part, dice, word) for part in kinds)
