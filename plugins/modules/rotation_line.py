# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rotation_line
short_description: Put the node groups of a fleet in line, ring by ring
version_added: 0.1.0
description:
  - Orders node groups by ring, cluster and node group, and cuts the line into batches, each with
    the i-th node group of up to C(parallel) clusters of a ring.
  - Says where the line is at the host of the task, which release is pinned, how long the ring
    before still soaks, and whether failures stop the line.
  - It waits for nothing and changes nothing. The playbook C(nodeops.rotator.rotate_fleet) does.
author: nodeops.rotator contributors (@nodeops)
options:
  hosts:
    description: Inventory hosts, in the order in which those of a cluster are rotated.
    type: list
    elements: str
    required: true
  rings:
    description:
      - The rings in their order, each a name, or a dictionary with C(name) and any of the
        following.
      - C(hosts) is a host pattern. Without it, the hosts are those whose variable C(ring) is the
        name.
      - C(parallel) is the number of clusters at one time, by default 1.
      - C(soak) is the time in seconds between this ring and the next one, by default 0.
      - C(gate) is the path of a file with tasks that have to succeed after the soak.
      - C(max_failed) is the percentage of its node groups that may fail before the line stops, by
        default 0.
      - C(window_wait) is the time in seconds to wait at most for the maintenance window of the ring
        to open, by default 0.
      - C(policy) is a dictionary of variables of the roles, such as C(rotate_max_surge),
        C(rotate_canary), C(rotate_maintenance_window) and C(prepare_ami_min_age). They have
        precedence over the inventory.
    type: list
    elements: raw
    required: true
  only:
    description: Rings to rotate. By default all of them.
    type: list
    elements: str
  pins:
    description: Releases that are pinned before the first node group, as RV(pins).
    type: dict
  members:
    description: RV(members) of an earlier call, to save time. By default the variables of O(hosts)
      are read.
    type: dict
  known:
    description: RV(states) of an earlier call.
    type: dict
  halted:
    description: Why the line stops, if that is known.
    type: str
    default: ""
  show:
    description: Whether to show RV(table).
    type: bool
    default: false
extends_documentation_fragment:
  - nodeops.rotator.controller
"""

EXAMPLES = r"""
- name: Put all node groups in line
  nodeops.rotator.rotation_line:
    hosts: "{{ ansible_play_hosts_all }}"
    rings:
      - name: dev
        parallel: 4
        soak: 3600
      - name: production
        policy:
          rotate_max_surge: 1
          prepare_ami_min_age: 7
  register: line
  run_once: true
"""

RETURN = r"""
order:
  description: All hosts in the order of the line.
  returned: success
  type: list
  elements: str
serial:
  description: Sizes of the batches, for C(serial) of a play with the hosts of RV(order).
  returned: success
  type: list
  elements: int
rings:
  description: The rings that have node groups, in their order.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the ring.
      type: str
    clusters:
      description: Number of its clusters.
      type: int
    node_groups:
      description: Number of its node groups.
      type: int
    batches:
      description: Number of its batches.
      type: int
ring:
  description: The ring of the host, with all its options.
  returned: if the host is in the line
  type: dict
begins:
  description: Whether the ring begins with the batch of the host.
  returned: if the host is in the line
  type: bool
ends:
  description: Whether the line ends with the batch of the host.
  returned: if the host is in the line
  type: bool
gate:
  description: Path of the task file that has to succeed before the ring begins. Empty if there is
    none.
  returned: if the host is in the line
  type: str
soak_left:
  description: Seconds for which the ring before still soaks.
  returned: if the host is in the line
  type: float
opens_in:
  description: Seconds until the maintenance window of the ring opens, 0 if it is open.
  returned: if the host is in the line
  type: float
window:
  description: The maintenance window for people. Empty if there is none.
  returned: if the host is in the line
  type: str
not_yet:
  description: Why the ring cannot begin yet. Empty if it can.
  returned: if the host is in the line
  type: str
stop:
  description: Why the line stops. Empty if it goes on.
  returned: if the host is in the line
  type: str
next_ring:
  description: The ring that comes after those of this run (O(only)). Empty if none does.
  returned: if the host is in the line
  type: str
lost:
  description: Hosts that have failed or were passed over.
  returned: success
  type: list
  elements: str
passed_over:
  description: Hosts of the batch that are not touched, since a node group of their cluster failed.
  returned: if the host is in the line
  type: list
  elements: str
pins:
  description: Release of each family that this run has looked up, see
    P(nodeops.rotator.pinned#filter).
  returned: success
  type: dict
  sample: {"al2023": "20261114"}
members:
  description: Cluster and ring of each node group, for O(members) of a later call.
  returned: success
  type: dict
states:
  description: What became of each node group so far, for O(known) of a later call.
  returned: success
  type: dict
table:
  description: The lines of the table, what needs attention first. Before the first node group is
    rotated, the line itself.
  returned: success
  type: list
  elements: str
"""
