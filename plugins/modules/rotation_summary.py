# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rotation_summary
short_description: Summarize the rotation of node groups in a table
version_added: 0.1.0
description:
  - Shows one line for each node group that was rotated or tried. It has the nodes replaced, the
    images before and after, the duration, the evictions, and the PodDisruptionBudgets that blocked
    evictions.
  - It uses the results that the roles P(nodeops.rotator.prepare#role),
    P(nodeops.rotator.rotate#role) and P(nodeops.rotator.verify#role) have registered.
author: nodeops.rotator contributors (@nodeops)
options:
  hosts:
    description: Inventory hosts to include. By default all hosts of the play.
    type: list
    elements: str
  plan:
    description: Whether the rotation was only planned. By default V(true) in check mode.
    type: bool
extends_documentation_fragment:
  - nodeops.rotator.controller
"""

EXAMPLES = r"""
- name: Show the node groups rotated so far
  nodeops.rotator.rotation_summary:
  register: summary
  run_once: true

- name: Hand the summary to the next job of a workflow
  ansible.builtin.set_stats:
    data:
      rotation: "{{ summary.node_groups }}"
    per_host: false
  run_once: true
"""

RETURN = r"""
table:
  description: The lines that are shown, the table and a last sentence. They are shown only if the
    callback of standard output is for people, see C(rotation_progress) in docs/playbooks.md.
  returned: success
  type: list
  elements: str
node_groups:
  description: Summary of each node group that was rotated or tried, in the order of O(hosts).
  returned: success
  type: list
  elements: dict
  contains:
    node_group:
      description: Name in the inventory.
      type: str
    autoscaling_group_name:
      description: Name of the Auto Scaling group.
      type: str
    status:
      description: RV(ignore:status) of M(nodeops.rotator.asg_node_replace). If that did not run,
        V(failed) if the launch template was changed before, otherwise V(refused).
      type: str
    failed:
      description: Whether it failed.
      type: bool
    replaced:
      description: Number of nodes replaced.
      type: int
    outdated:
      description: Number of nodes still outdated.
      type: int
    old_image_ids:
      description: IDs of the images that the nodes ran before.
      type: list
      elements: str
    image_id:
      description: ID of the image of the replacement nodes.
      type: str
    seconds:
      description: Duration of the rotation in seconds.
      type: float
    evictions:
      description: Number of pods evicted.
      type: int
    blocked_by:
      description: PodDisruptionBudgets that blocked evictions, as namespace/name.
      type: list
      elements: str
    not_restored:
      description: What could not be restored.
      type: list
      elements: str
    problems:
      description: What could not be restored, and what is wrong afterwards.
      type: list
      elements: str
  sample: [{"node_group": "shop-blue", "status": "complete", "failed": false, "replaced": 5,
    "outdated": 0}]
"""
