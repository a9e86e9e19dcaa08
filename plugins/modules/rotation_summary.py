# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rotation_summary
short_description: Show what became of node groups in a table
version_added: 0.1.0
description:
  - Shows one line for each node group whose turn has come. Nodes replaced, images before and after,
    time, evictions, and
    the PodDisruptionBudgets that held evictions back.
  - It tells this from what the roles P(nodeops.rotator.prepare#role),
    P(nodeops.rotator.rotate#role) and
    P(nodeops.rotator.verify#role) have registered.
author: nodeops.rotator contributors (@nodeops)
options:
  hosts:
    description: The node groups to tell of, as inventory hosts. By default all of the play.
    type: list
    elements: str
  plan:
    description: Whether the node groups were only looked at. By default true in check mode.
    type: bool
attributes:
  action:
    description: Has a corresponding action plugin so some parts of the options can be executed on
      the controller.
    support: full
  check_mode:
    description: Can run in check mode and tell the same without any change.
    support: full
  diff_mode:
    description: Tells in diff mode what has changed or would change.
    support: none
  idempotent:
    description: Run twice in a row, it changes nothing the second time.
    support: full
"""

EXAMPLES = r"""
- name: Show what became of the node groups so far
  nodeops.rotator.rotation_summary:
  register: summary
  run_once: true

- name: Keep it for the next job of a workflow
  ansible.builtin.set_stats:
    data:
      rotation: "{{ summary.node_groups }}"
    per_host: false
  run_once: true
"""

RETURN = r"""
node_groups:
  description: What became of each node group whose turn has come, in the order of O(hosts).
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
      description: RV(ignore:status) of M(nodeops.rotator.asg_node_replace), or V(failed) where it
        did not come to that.
      type: str
    failed:
      description: Whether it failed.
      type: bool
    replaced:
      description: Nodes that were replaced.
      type: int
    outdated:
      description: Nodes that are still to be replaced.
      type: int
    old_image_ids:
      description: Images that the replaced nodes ran.
      type: list
      elements: str
    image_id:
      description: Image of the fresh ones.
      type: str
    seconds:
      description: How long the rotation took, in seconds.
      type: float
    evictions:
      description: Pods that were evicted.
      type: int
    blocked_by:
      description: PodDisruptionBudgets that held evictions back, as namespace/name.
      type: list
      elements: str
    problems:
      description: What could not be put back, or is not as it should be.
      type: list
      elements: str
  sample: [{"node_group": "shop-blue", "status": "complete", "failed": false, "replaced": 5,
    "outdated": 0}]
"""
