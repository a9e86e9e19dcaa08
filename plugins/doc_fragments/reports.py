# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of modules that keep an event log."""

    DOCUMENTATION = r"""
options:
  report_dir:
    description:
      - Directory on the machine that runs the module, in which it keeps an event log
        (C(events.jsonl), readable by its owner alone) for M(nodeops.rotator.rotation_report). It is
        made if needed. On the control node, a relative path is meant from where Ansible was
        started.
      - At the end, and when the run is stopped by a signal, the reports are written too. What goes
        wrong with that is a warning and does not fail the run.
      - In check mode nothing is written.
    type: path
"""
