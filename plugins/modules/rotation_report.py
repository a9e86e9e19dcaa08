# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rotation_report
short_description: Write reports of rotations from their event log
version_added: 0.1.0
description:
  - Reads the event log that M(nodeops.rotator.asg_node_replace) has kept in O(report_dir), and
    writes C(report.json), C(report.md), C(report.html), C(junit.xml) and C(metrics.prom) beside it.
    The reports replace those that are there.
  - Works at any time, also while a rotation runs and after one was killed. A rotation whose end the
    log does not tell is reported as unfinished.
  - What the files hold is described in docs/report.md.
author: nodeops.rotator contributors (@nodeops)
options:
  report_dir:
    description: Directory on the control node that holds the event log. A relative path is meant
      from where Ansible was started.
    type: path
    required: true
  templates:
    description:
      - Directory with the Jinja2 templates, one for each report. By default those of the role
        P(nodeops.rotator.report#role).
    type: path
extends_documentation_fragment:
  - nodeops.rotator.controller
"""

EXAMPLES = r"""
- name: Write the reports of the last rotations
  nodeops.rotator.rotation_report:
    report_dir: /var/lib/rotations/prod
  register: reports
  run_once: true
"""

RETURN = r"""
files:
  description: Paths of the reports that were written.
  returned: success
  type: list
  elements: path
  sample: [/var/lib/rotations/prod/report.json, /var/lib/rotations/prod/report.html]
"""
