# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: given
short_description: Read a variable that may be empty, or text
version_added: 0.1.0
author: nodeops.rotator contributors (@nodeops)
description:
  - Returns the variable, or O(otherwise) if it is empty. V(0) and V(false) are not empty.
  - Text that is a list or a dictionary in YAML or JSON is returned as that, since C(-e) on the
    command line always gives text.
positional: otherwise
options:
  _input:
    description: The value of the variable.
    type: raw
    required: true
  otherwise:
    description: What to return if it is empty, for instance C(omit).
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Hand over an option that may be empty
  nodeops.rotator.launch_template_update:
    autoscaling_group_name: shop-blue
    overrides: "{{ prepare_template_overrides | nodeops.rotator.given(omit) }}"
"""

RETURN = r"""
_value:
  description: The value, or O(otherwise).
  type: raw
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.module_utils.common.yaml import yaml_load

STRUCTURES = ("[", "{")
"""What text begins with that is a list or a dictionary."""


def given(value: Any, otherwise: Any) -> Any:
    """Return the value, or `otherwise` if it is empty."""
    if isinstance(value, str) and value.lstrip().startswith(STRUCTURES):
        value = yaml_load(str(value))  # without the tags that Ansible gives to text
    structure = isinstance(value, (Mapping, Sequence)) and not isinstance(value, bytes)
    return otherwise if value is None or (structure and len(value) == 0) else value


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[[Any, Any], Any]]:
        """Return each filter by its name."""
        return {"given": given}
