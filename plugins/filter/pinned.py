# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: pinned
short_description: Name the release that an image is pinned to
version_added: 0.1.0
author: nodeops.rotator contributors (@nodeops)
description:
  - Returns the release that node groups of the same family were given before, if it is not that of
    the image.
positional: pins
options:
  _input:
    description: What M(nodeops.rotator.eks_ami_lookup) returned.
    type: dict
    required: true
  pins:
    description:
      - Releases by family, as RV(nodeops.rotator.rotation_line#module:pins).
      - The family is followed by the release of the operating system where it has one, for
        V(ubuntu) by the Kubernetes version too, and for V(custom) by the architecture, as in
        V(windows/2022). A release is a date for V(al2023) and V(al2), and the name of the image for
        V(custom).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the release that the first ring was given
  ansible.builtin.debug:
    msg: "{{ ami | nodeops.rotator.pinned({'al2023': '20261114'}) }}"
"""

RETURN = r"""
_value:
  description: The release. Empty if there is none for its family, or if the image is of it.
  type: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.pins import key, release


def pinned(found: Mapping[str, Any], pins: Mapping[str, str]) -> str:
    """Return the release that the image has to be of.

    "" if it is, or if none is pinned for its family.
    """
    if "family" not in found:  # nothing was looked up
        return ""
    wanted = pins.get(key(found), "")
    return "" if wanted == release(found) else str(wanted)


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[[Mapping[str, Any], Mapping[str, str]], str]]:
        """Return each filter by its name."""
        return {"pinned": pinned}
