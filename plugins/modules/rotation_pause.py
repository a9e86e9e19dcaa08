# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rotation_pause
short_description: Pause or resume the rotation of a node group
version_added: 0.1.0
description:
  - Sets or removes the annotation C(nodeops.rotator/paused) of the node group's Lease. While it is
    there, a rotation begins no other replacement, and nothing new is put into the launch template.
    Nodes that are leaving go on.
  - An update of a managed node group that EKS has begun goes on; while it is paused none is begun.
  - A pause lasts until it is resumed, for later runs too. A run that waits longer than its
    O(nodeops.rotator.asg_node_replace#module:pause_timeout) restores everything and fails.
author: nodeops.rotator contributors (@nodeops)
options:
  autoscaling_group_name:
    description: Name of the Auto Scaling group.
    type: str
    required: true
  state:
    description:
      - V(paused) sets the annotation. Without a Lease it creates one, which pauses the first run.
      - V(resumed) removes the annotation, whoever has set it.
    type: str
    choices: [paused, resumed]
    default: paused
  reason:
    description: Who pauses the rotation, and why. Required if O(state=paused).
    type: str
  cluster_name:
    description: Name of the cluster, as in M(nodeops.rotator.asg_node_replace). Another cluster
      than that of the node group is refused.
    type: str
  lock_namespace:
    description: Namespace of the Lease, the same for all runs of a cluster.
    type: str
    default: kube-system
notes:
  - Needs the IAM actions C(autoscaling:DescribeAutoScalingGroups) and C(ec2:DescribeInstances). In
    Kubernetes it needs C(list) on C(nodes), C(get) on the namespace C(kube-system), and C(get) and
    C(patch) on C(leases) in O(lock_namespace), for a group without a Lease also C(create).
extends_documentation_fragment:
  - nodeops.rotator.changing
  - nodeops.rotator.kube
  - nodeops.rotator.assume_role
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: nodeops.rotator.rotation_status_info
"""

EXAMPLES = r"""
- name: Let no other node of the group be replaced
  nodeops.rotator.rotation_pause:
    autoscaling_group_name: blue-workers
    eks_cluster: blue
    reason: "anna: incident 4711"

- name: Let the rotation go on
  nodeops.rotator.rotation_pause:
    autoscaling_group_name: blue-workers
    eks_cluster: blue
    state: resumed
"""

RETURN = r"""
lease:
  description: Name of the Lease.
  returned: success
  type: str
paused:
  description: Who pauses the rotation now, and why. Empty if nobody does.
  returned: success
  type: str
paused_before:
  description: Who had paused it before, and why. Empty if nobody had.
  returned: success
  type: str
holder:
  description: Host, process and run that hold the Lease. Empty if nobody does.
  returned: success
  type: str
"""

# pylint: disable-next=unused-import
import ansible_collections.nodeops.rotator.plugins.module_utils.edge.supported  # noqa: F401
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import aws_module
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.pause import SPEC, pause
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import run_pass


def main() -> None:
    """Run the module."""
    run_pass(aws_module(SPEC, required_if=[("state", "paused", ("reason",))]), pause)


if __name__ == "__main__":
    main()
