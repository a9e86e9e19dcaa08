# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rotation_plan
short_description: Show the plan of a rotation, and write it down
version_added: 0.1.0
description:
  - Shows for each node group what a rotation would do. That is the images before and after, the
    launch template, the window, the nodes in their order with what stands in their way, findings,
    and an estimate of the time.
  - It uses the results that the roles P(nodeops.rotator.prepare#role) and
    P(nodeops.rotator.rotate#role) have registered in check mode, as the playbook
    C(nodeops.rotator.plan) runs them. A node group without results counts as failed.
  - >-
    The last line is one of V(plan: due, 27 nodes in 3 of 5 node groups), V(plan: nothing to do) and
    V(plan: failed, REASON). The plan is also handed on as statistics (as
    M(ansible.builtin.set_stats) does), C(rotation_plan_outcome) and C(rotation_plan_data).
  - It says in RV(fails) whether the play should fail. It fails itself only with O(show=false),
    because Ansible drops the statistics of failed tasks.
author: nodeops.rotator contributors (@nodeops)
options:
  hosts:
    description: Inventory hosts to include, in the order of the rotation. By default all hosts of
      the play.
    type: list
    elements: str
  file:
    description:
      - Where to write the plan on the control node. V(build/plan.json) writes C(build/plan.json),
        C(build/plan.md) and C(build/plan.env). By default nothing is written.
      - A relative path is meant from where Ansible was started.
    type: str
  fail_if_due:
    description: Whether RV(fails) is true also if something would be replaced or resumed.
    type: bool
    default: false
  show:
    description:
      - V(false) only judges. Nothing is shown, written or handed on, and the task fails if
        RV(fails) is true.
      - A play judges each host by itself before it shows the plan of all of them. So each host
        without a whole plan counts as failed, and the last line of the plan stays the last one.
    type: bool
    default: true
extends_documentation_fragment:
  - nodeops.rotator.controller
"""

EXAMPLES = r"""
- name: Show what would be done, and keep it
  nodeops.rotator.rotation_plan:
    file: build/plan.json
  register: planned
  run_once: true

- name: Fail if this node group has no whole plan
  nodeops.rotator.rotation_plan:
    hosts: ["{{ inventory_hostname }}"]
    show: false
"""

RETURN = r"""
msg:
  description: The last line.
  returned: always
  type: str
  sample: "plan: due, 27 nodes in 3 of 5 node groups"
plan:
  description: The plan. Its fields are described in docs/plan.md.
  returned: if it was shown and could be written
  type: dict
  sample: {"schema": 1, "outcome": "due", "node_groups": []}
fails:
  description: Whether the plan of a node group failed, or with O(fail_if_due) something is due.
  returned: if it could be written
  type: bool
  sample: false
shown:
  description: Whether the plan was shown. It is only if the callback of standard output is for
    people, see C(rotation_progress) in docs/playbooks.md.
  returned: if it was shown and could be written
  type: bool
  sample: true
files:
  description: Paths of the files that were written.
  returned: if it was shown and could be written
  type: list
  elements: str
  sample: [/builds/plan.json, /builds/plan.md, /builds/plan.env]
"""
