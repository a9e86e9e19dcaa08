# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rotation_uninstall
short_description: Remove what rotations have left in a cluster
version_added: 0.1.0
description:
  - Deletes the Leases of all node groups of a cluster, and takes the tag C(nodeops.rotator/run) off
    their Auto Scaling groups. Use it when no rotation is to run any more.
  - Nothing is removed while one of them is of use. That is while a run holds a Lease, a rotation
    is paused, an ended run has left something to restore, a gate is closed, or a node carries
    marks of a rotation.
  - In check mode it lists what it would remove, and what is in the way.
  - It leaves launch template versions, instances that were kept, and the annotation
    C(nodeops.rotator/skip) of nodes, which people have set.
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
  - Needs the IAM actions C(autoscaling:DescribeAutoScalingGroups) and, if a tag is there,
    C(autoscaling:DeleteTags). In Kubernetes it needs C(list) on C(nodes), and C(list) and C(delete)
    on C(leases) in O(lock_namespace).
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
- name: See what rotations have left in the cluster
  nodeops.rotator.rotation_uninstall:
    eks_cluster: blue
  check_mode: true

- name: Remove it
  nodeops.rotator.rotation_uninstall:
    eks_cluster: blue
"""

RETURN = r"""
leases:
  description: Names of the Leases that were or would be deleted.
  returned: success
  type: list
  elements: str
  sample: [nodeops-rotator-shop-blue-0a1b2c3d4e]
tagged:
  description: Names of the Auto Scaling groups whose tag was or would be removed.
  returned: success
  type: list
  elements: str
  sample: [shop-blue]
in_the_way:
  description: Why nothing may be removed yet, one sentence each. Empty if all may.
  returned: success
  type: list
  elements: str
  sample: ["Lease nodeops-rotator-shop-blue-0a1b2c3d4e of node group shop-blue is held by host_17"]
table:
  description: The same as lines for people.
  returned: success
  type: list
  elements: str
"""

# pylint: disable-next=unused-import
import ansible_collections.nodeops.rotator.plugins.module_utils.edge.supported  # noqa: F401
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import aws_module
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import run_module
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.uninstall import SPEC, uninstall


def main() -> None:
    """Run the module."""
    run_module(aws_module(SPEC), uninstall)


if __name__ == "__main__":
    main()
