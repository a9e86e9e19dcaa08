# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rotation_status_info
short_description: Gather information about running and interrupted rotations of a cluster
version_added: 0.1.0
description:
  - Reads the Leases of all node groups of a cluster. Returns who holds which of them, and what
    interrupted runs have left to restore.
  - While no run is at work, it also names nodes that carry marks of a rotation. Such a run was
    killed, or its Lease was deleted.
  - It changes nothing, and needs the rights to list nodes, and leases in the namespace.
author: nodeops.rotator contributors (@nodeops)
options:
  lock_namespace:
    description: Namespace of the Leases.
    type: str
    default: kube-system
  cluster_name:
    description: Name of the cluster, as in M(nodeops.rotator.asg_node_replace). If it is an EKS
      cluster, a connection to another one is refused.
    type: str
notes:
  - In Kubernetes it lists leases (verb list) in O(lock_namespace), and nodes. For O(eks_cluster) it
    needs the IAM action C(eks:DescribeCluster).
extends_documentation_fragment:
  - nodeops.rotator.read_only
  - nodeops.rotator.kube
  - nodeops.rotator.assume_role
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: nodeops.rotator.asg_node_replace
  - module: nodeops.rotator.cluster_gate
  - module: nodeops.rotator.node_group_info
"""

EXAMPLES = r"""
- name: See which rotations are at work and what was left
  nodeops.rotator.rotation_status_info:
    eks_cluster: shop
  register: status

- name: Show it
  ansible.builtin.debug:
    msg: "{{ status.table }}"
"""

RETURN = r"""
leases:
  description: The Leases of node groups in the namespace, by name.
  returned: success
  type: list
  elements: dict
  contains:
    lease:
      description: Name of the Lease.
      type: str
    autoscaling_group_name:
      description: Name of the Auto Scaling group. Empty if the Lease does not say it.
      type: str
    autoscaling_group_arn:
      description: ARN of the Auto Scaling group.
      type: str
    cluster:
      description: Name of the cluster, if the run was given one.
      type: str
    state:
      description:
        - V(held) means by a run. One that was killed leaves it so, and RV(leases[].renewed) no
          longer changes; the next run takes it over.
        - V(handed_over) means that the launch template was updated and the rotation of the same run
          has not begun.
        - V(left) means that nobody holds it, and an ended run has left something to restore.
        - V(free) means that nobody holds it and nothing is left.
        - V(unreadable) means that RV(leases[].problem) says why the record cannot be understood.
      type: str
    holder:
      description: Host, process and run that hold it. Empty if nobody does.
      type: str
    since:
      description: Time in UTC since when it has held it, by its clock. Empty if nobody holds it, or
        an earlier release wrote it.
      type: str
    doing:
      description: How far the run that holds it is. The verdict on its canary, the instances that
        it is replacing, what has failed.
      type: list
      elements: str
    renewed:
      description: Time in UTC at which the holder renewed it last, by the holder's clock.
      type: str
    duration:
      description: Seconds without renewal after which another run may take it over.
      type: int
    run:
      description: ID of the run that wrote the record.
      type: str
    paused:
      description: Who has paused the rotation by the annotation C(nodeops.rotator/paused), and why.
        Empty if nobody has.
      type: str
    paused_since:
      description: Time in UTC at which that annotation was written, as the API server recorded it.
        Empty if it is not known.
      type: str
    to_restore:
      description: What the end of the rotation restores, or
        O(nodeops.rotator.asg_node_replace#module:state=restored). One sentence for each setting.
      type: list
      elements: str
    closing:
      description: Closing words of a run that was stopped.
      type: list
      elements: str
    problem:
      description: Why the record cannot be understood. Empty if it can.
      type: str
  sample:
    - lease: nodeops-rotator-shop-blue-0a1b2c3d4e
      autoscaling_group_name: shop-blue
      state: left
      holder: ''
      run: 20260506T070809Z-1a2b
      to_restore: ["Processes to resume: AZRebalance"]
gate:
  description: Whether the gate of the cluster is closed, see M(nodeops.rotator.cluster_gate).
  returned: success
  type: dict
  contains:
    run:
      description: The run that has closed it. Empty if it is open.
      type: str
    since:
      description: Time in UTC at which it was closed, by the clock of that run.
      type: str
  sample: {"run": "", "since": ""}
strays:
  description: Nodes that carry marks of a rotation while no run holds a Lease, one sentence each,
    or why they are not known.
  returned: success
  type: list
  elements: str
  sample: ["Node ip-10-0-0-4.eu-west-1.compute.internal carries nodeops.rotator/replacing"]
table:
  description: The same as lines for people.
  returned: success
  type: list
  elements: str
"""

# pylint: disable-next=unused-import
import ansible_collections.nodeops.rotator.plugins.module_utils.edge.supported  # noqa: F401
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import aws_module
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import run_pass
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.status import SPEC, status


def main() -> None:
    """Run the module."""
    run_pass(aws_module(SPEC), status)


if __name__ == "__main__":
    main()
