# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_health_info
short_description: Gather information about the health of a Kubernetes cluster
version_added: 0.1.0
description:
  - Looks once at a whole cluster, of EKS, kops or any other kind. Returns which nodes are not
    Ready, which pods do not run, which workloads lack pods, how the control plane is, and whether
    all that is well. Given an earlier result, it says what has become worse.
  - It changes nothing. Read-only credentials are enough.
author: nodeops.rotator contributors (@nodeops)
options:
  before:
    description: An earlier result of this module to compare with, see RV(worse).
    type: dict
notes:
  - One look is a moment. To know that a cluster is stable, look several times in a row.
  - What may not be read is an error. Nothing that was not seen counts as well.
  - In Kubernetes it lists nodes, pods, Deployments, StatefulSets, DaemonSets and
    PodDisruptionBudgets (verb list) and asks for C(/readyz). For O(eks_cluster) it needs the IAM
    action C(eks:DescribeCluster).
extends_documentation_fragment:
  - nodeops.rotator.read_only
  - nodeops.rotator.kube
  - nodeops.rotator.assume_role
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: nodeops.rotator.node_group_info
"""

EXAMPLES = r"""
- name: Look at a cluster before a rotation
  nodeops.rotator.cluster_health_info:
    eks_cluster: shop
    region: eu-west-1
  register: before

- name: Wait until nothing is worse than before
  nodeops.rotator.cluster_health_info:
    eks_cluster: shop
    region: eu-west-1
    before: "{{ before }}"
  register: after
  until: after.healthy or after.worse | length == 0
  retries: 20
  delay: 15
"""

RETURN = r"""
healthy:
  description: Whether RV(problems) is empty.
  returned: success
  type: bool
  sample: true
problems:
  description: What is wrong, one sentence each. Nodes that are not Ready, pods that are Pending or
    do not come up, workloads with fewer ready pods than wanted, parts of the control plane that
    are not ready.
  returned: success
  type: list
  elements: str
  sample: ["Deployment shop/cart has 5 of 6 pods ready"]
worse:
  description: What is worse than in O(before), one sentence each. Empty without it. A pod in
    trouble counts if more pods of its owner are in it than before, a request once it takes a second
    and three times as long.
  returned: success
  type: list
  elements: str
  sample: []
nodes:
  description: The nodes of the cluster.
  returned: success
  type: dict
  contains:
    total:
      description: Number of nodes.
      type: int
    versions:
      description: Number of nodes by the version of their kubelet.
      type: dict
    not_ready:
      description: Names of the nodes that are not Ready, or of which that is not known.
      type: list
      elements: str
    unschedulable:
      description: Names of the nodes that are cordoned.
      type: list
      elements: str
  sample: {"total": 3, "versions": {"v1.33.5": 3}, "not_ready": [], "unschedulable": []}
pending_pods:
  description: Pods (namespace/name) in phase Pending.
  returned: success
  type: list
  elements: str
  sample: []
crashing_pods:
  description: Pods (namespace/name) with a container that does not come up, such as
    C(CrashLoopBackOff) or C(ImagePullBackOff).
  returned: success
  type: list
  elements: str
  sample: []
troubled:
  description: The pods in RV(pending_pods) and RV(crashing_pods) by what they belong to. A pod that
    belongs to its node or to nothing stands for itself. A pod that is moved gets another name, so
    O(before) is compared by these.
  returned: success
  type: dict
  sample: {"ReplicaSet shop/cart-6d4f": {"pending": ["shop/cart-6d4f-x2x"], "crashing": []}}
short_workloads:
  description: Deployments, StatefulSets and DaemonSets with fewer ready pods than wanted, each with
    the number of pods that are C(wanted) and C(ready).
  returned: success
  type: dict
  sample: {"Deployment shop/cart": {"wanted": 6, "ready": 5}}
exhausted_budgets:
  description: PodDisruptionBudgets (namespace/name) with pods that allow no disruption now, or
    whose status is not worked out. They are no problem by themselves.
  returned: success
  type: list
  elements: str
  sample: []
control_plane:
  description: Number of C(pods) and of C(ready) pods of each component of the control plane. Empty
    where the control plane does not run in the cluster, as with EKS.
  returned: success
  type: dict
  sample: {"kube-apiserver": {"pods": 3, "ready": 3}}
api_ready:
  description: Whether the API server that was asked says that it is ready.
  returned: success
  type: bool
  sample: true
api_latency:
  description: Seconds that a request took, as the median of all requests of this call.
  returned: success
  type: float
  sample: 0.021
"""

# pylint: disable-next=unused-import
import ansible_collections.nodeops.rotator.plugins.module_utils.edge.supported  # noqa: F401
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import aws_module
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.health import (
    SPEC,
    inspect_cluster,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import run_pass


def main() -> None:
    """Run the module."""
    run_pass(aws_module(SPEC), inspect_cluster)


if __name__ == "__main__":
    main()
