# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Attributes of modules that change something and show no difference."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Can run in check mode and tell what would change without any change.
    support: full
  diff_mode:
    description: Tells in diff mode what has changed or would change.
    support: none
  idempotent:
    description: Run twice in a row, it changes nothing the second time.
    support: full
"""
