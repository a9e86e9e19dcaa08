# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: table
short_description: Format rows as the lines of a table
version_added: 0.1.0
author: nodeops.rotator contributors (@nodeops)
description:
  - Returns one line for each row, in columns as wide as their longest cell.
options:
  _input:
    description:
      - The rows, headings first. Each is a list of cells, which are shown as text.
      - Cells missing at the end of a row are empty.
    type: list
    elements: list
    required: true
"""

EXAMPLES = r"""
- name: Show which release each node group runs
  ansible.builtin.debug:
    msg: "{{ ([headings] + rows) | nodeops.rotator.table }}"
  vars:
    headings: [NODE GROUP, RELEASE]
    rows:
      - [shop-blue, 1.33.5-20261114]
"""

RETURN = r"""
_value:
  description: The lines of the table.
  type: list
  elements: str
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.table import aligned


def table(rows: Any) -> list[str]:
    """Return the lines of a table.

    Raises AnsibleFilterError if `rows` is not a list of lists.
    """
    if not _is_list(rows) or not all(_is_list(row) for row in rows):
        raise AnsibleFilterError(
            f"nodeops.rotator.table takes a list of rows, each a list of cells, not {rows!r}"
        )
    return aligned([[_text(cell) for cell in row] for row in rows])


def _is_list(value: Any) -> bool:
    """Return True for a list in any of Ansible's forms, such as a lazy sequence."""
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell)


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[[Iterable[Any]], list[str]]]:
        """Return each filter by its name."""
        return {"table": table}
