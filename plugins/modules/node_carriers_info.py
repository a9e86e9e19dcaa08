# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: node_carriers_info
short_description: Gather information about what carries the nodes of a cluster
version_added: 0.1.0
description:
  - Lists every node of a cluster under what carries it (an Auto Scaling group, a managed node
    group, a NodePool of Karpenter or of EKS Auto Mode, Fargate, EKS Hybrid Nodes, or no known
    owner), and says what would replace it. So no node is passed over in silence.
  - It changes nothing.
author: nodeops.rotator contributors (@nodeops)
options:
  cluster_name:
    description: Name of the cluster, as in M(nodeops.rotator.asg_node_replace). If it is an EKS
      cluster, a connection to another one is refused.
    type: str
  rotated:
    description: Names of the Auto Scaling groups and managed node groups that are rotated. The
      nodes of others are in RV(others). By default, all of them are.
    type: list
    elements: str
notes:
  - In Kubernetes it lists nodes, the NodeClaims and NodePools of Karpenter where a node has a
    NodePool, and pods where a node has drifted or is Fargate's. If NodeClaims may not be listed, it
    says that their drift is not known. In AWS it needs
    C(ec2:DescribeInstances), and for O(eks_cluster) C(eks:DescribeCluster).
extends_documentation_fragment:
  - nodeops.rotator.read_only
  - nodeops.rotator.kube
  - nodeops.rotator.assume_role
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: nodeops.rotator.asg_node_replace
  - module: nodeops.rotator.eks_nodegroup_replace
"""

EXAMPLES = r"""
- name: See which nodes no rotation reaches
  nodeops.rotator.node_carriers_info:
    eks_cluster: shop
  register: carried

- name: Show them
  ansible.builtin.debug:
    msg: "{{ carried.others }}"
"""

RETURN = r"""
carriers:
  description: What carries nodes, sorted by kind and name. Each node is in exactly one of them.
  type: list
  elements: dict
  returned: always
  contains:
    kind:
      description: One of V(auto_scaling_group), V(eks_managed), V(karpenter), V(auto_mode),
        V(fargate), V(hybrid) and V(unknown).
      type: str
      returned: always
    name:
      description: Name of the Auto Scaling group, node group or NodePool; empty for the others.
      type: str
      returned: always
    nodes:
      description: Names of its nodes.
      type: list
      elements: str
      returned: always
    drifted:
      description: Those of its nodes that Karpenter says differ from what it would launch now.
      type: list
      elements: str
      returned: always
    held:
      description: Those that carry C(karpenter.sh/do-not-disrupt), or whose NodeClaim does.
      type: list
      elements: str
      returned: always
    unread:
      description: Whether the NodeClaims or NodePools may not be listed, so that C(drifted),
        C(held) and C(held_by) are not known.
      type: bool
      returned: always
    pods:
      description: On Fargate, the pods to restart, as namespace/name.
      type: list
      elements: str
      returned: always
    held_by:
      description: What keeps Karpenter from replacing those that have drifted, such as a disruption
        budget, its window, or C(karpenter.sh/do-not-disrupt), one sentence each.
      type: list
      elements: str
      returned: always
    rotated_by:
      description: What replaces its nodes, for people.
      type: str
      returned: always
others:
  description: One line for each carrier that C(rotate_eks) does not reach, with O(rotated) for each
    other one too. With O(kops_cluster) and O(kops_state_store) also one for each instance group
    that Karpenter manages, with nodes or without.
  type: list
  elements: str
  returned: always
"""

# pylint: disable-next=unused-import
import ansible_collections.nodeops.rotator.plugins.module_utils.edge.supported  # noqa: F401
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import aws_module
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.carriers import (
    SPEC,
    tell_carriers,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import run_pass


def main() -> None:
    """Run the module."""
    run_pass(aws_module(SPEC), tell_carriers)


if __name__ == "__main__":
    main()
