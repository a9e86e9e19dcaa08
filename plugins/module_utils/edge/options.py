# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build argument specs from the dataclasses that hold the options.

So each option has its type, its default and its choices in one place, the field in core.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterable
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import choices

TYPES = {bool: "bool", int: "int", float: "int", str: "str"}
"""Ansible's type for a field's. Durations are whole seconds for users."""


def options_of(record: type, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the argument spec of these fields of a dataclass.

    A field with default None is an option without a default; a tuple of text is a list; one
    of another type than TYPES knows is written as text.
    """
    hints = typing.get_type_hints(record)
    fields = {field.name: field.default for field in dataclasses.fields(record)}
    return {name: _option(hints[name], fields[name]) for name in names}


def _option(hint: Any, default: Any) -> dict[str, Any]:
    if typing.get_origin(hint) is typing.Literal:
        return {"type": "str", "choices": list(choices(hint)), "default": default}
    known = next((TYPES[one] for one in (hint, *typing.get_args(hint)) if one in TYPES), "")
    if hint == tuple[str, ...]:
        return {"type": "list", "elements": "str", "default": []}
    if typing.get_origin(hint) is tuple and typing.get_args(hint)[-1] is Ellipsis:
        return {**_option(typing.get_args(hint)[0], []), "type": "list", "elements": "str"}
    if default is None:
        return {"type": known}
    return {"type": known or "str", "default": default if known else str(default)}
