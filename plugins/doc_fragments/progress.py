# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What action plugins hand to their modules; the counterpart of
module_utils.module.progress.PROGRESS_SPEC."""

from __future__ import annotations


class ModuleDocFragment:
    """The way by which progress leaves a module."""

    DOCUMENTATION = r"""
options:
  _progress_file:
    description:
      - File to which the module appends its progress. Set by the action plugin of the same name,
        which shows it; not
        for playbooks.
    type: str
"""
