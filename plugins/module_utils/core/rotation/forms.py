# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell whether a value that was read from JSON has the form that a field has.

What somebody else has written, a later release or a person, is not trusted further than that.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints


@functools.lru_cache(maxsize=8)
def types_of(record: type) -> Mapping[str, Any]:
    """Return the types of the fields of a class by their names."""
    return get_type_hints(record)


def is_a(kind: Any, value: Any) -> bool:
    """Return whether a value of JSON is of a type, with everything in it.

    `kind`: str, int, bool or None, tuples and unions of them, or a Literal. Tuples are lists in
    JSON. A truth value is no number.
    """
    origin, parts = get_origin(kind), get_args(kind)
    if origin is None:
        return isinstance(value, kind) and isinstance(value, bool) is (kind is bool)
    if origin is Literal:
        return value in parts
    if origin is not tuple:
        return any(is_a(part, value) for part in parts)
    if not isinstance(value, list):
        return False
    wanted = (parts[0],) * len(value) if parts[-1] is Ellipsis else parts
    return len(value) == len(wanted) and all(map(is_a, wanted, value))
