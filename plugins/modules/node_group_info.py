# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: node_group_info
short_description: Tell what a node group is like, before and after a rotation
version_added: 0.1.0
description:
  - Reads one node group as it is now, in AWS and in Kubernetes, and tells which nodes are outdated,
    what would make a
    rotation slow or impossible, and whether anything is not as it should be after one.
  - Nothing is changed, so credentials that may only read are enough.
author: nodeops.rotator contributors (@nodeops)
options:
  autoscaling_group_name:
    description: Name of the Auto Scaling group.
    type: str
    required: true
    aliases: [group]
  image_id:
    description:
      - Judge as if the group launched this image from now on. Every node with another image is then
        outdated.
      - By default, what the group launches from now is what counts.
    type: str
    default: ''
  max_node_age:
    description: Nodes older than so many seconds are outdated too.
    type: int
  force:
    description: What a drain will be told, see M(nodeops.rotator.node_drain). Without it, pods that
      nobody recreates are told.
    type: bool
    default: false
  delete_emptydir_data:
    description: What a drain will be told, see M(nodeops.rotator.node_drain). Without it, pods with
      such data are told.
    type: bool
    default: false
  before:
    description:
      - The RV(snapshot) of an earlier call, to be compared with. Without it, RV(problems) leaves
        out what can only be
        told by comparison, that is settings of the group and the readiness of workloads.
    type: dict
  cluster_name:
    description: Name of the cluster, for the name of the Lease, as for
      M(nodeops.rotator.asg_node_replace). By default O(eks_cluster).
    type: str
  lock_namespace:
    description: Namespace of the Lease.
    type: str
    default: kube-system
notes:
  - Needs the IAM actions C(autoscaling:DescribeAutoScalingGroups),
    C(autoscaling:DescribeInstanceRefreshes),
    C(autoscaling:DescribeScalingActivities), C(autoscaling:DescribeLaunchConfigurations),
    C(ec2:DescribeInstances),
    C(ec2:DescribeLaunchTemplateVersions), C(elasticloadbalancing:DescribeTargetHealth) and, for
    O(eks_cluster),
    C(eks:DescribeCluster).
  - In Kubernetes it lists nodes, pods and PodDisruptionBudgets (verb list) and reads one Lease
    (verb get).
attributes:
  check_mode:
    description: Can run in check mode and tell the same without any change.
    support: full
    details: It only reads.
  diff_mode:
    description: Tells in diff mode what has changed or would change.
    support: none
    details: It changes nothing.
  idempotent:
    description: Run twice in a row, it changes nothing the second time.
    support: full
    details: It changes nothing at all.
extends_documentation_fragment:
  - nodeops.rotator.kube
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: nodeops.rotator.asg_node_replace
  - module: nodeops.rotator.eks_ami_lookup
"""

EXAMPLES = r"""
- name: Look at a node group
  nodeops.rotator.node_group_info:
    autoscaling_group_name: shop-blue
    eks_cluster: shop
    region: eu-west-1
  register: before

- name: Tell what would stand in the way of a rotation
  ansible.builtin.debug:
    var: before.preflight

- name: After a rotation, wait until everything is as it was
  nodeops.rotator.node_group_info:
    autoscaling_group_name: shop-blue
    eks_cluster: shop
    region: eu-west-1
    before: "{{ before.snapshot }}"
  register: after
  until: after.problems | length == 0
  retries: 10
  delay: 15
"""

RETURN = r"""
autoscaling_group_name:
  description: Name of the Auto Scaling group.
  returned: success
  type: str
  sample: shop-blue
kind:
  description: V(self_managed), or V(eks_managed) for the group behind a managed node group of EKS.
  returned: success
  type: str
  sample: self_managed
sizes:
  description: Sizes of the group, in instances; C(launched) counts those that are pending or in
    service.
  returned: success
  type: dict
  sample: {"desired": 5, "min": 1, "max": 5, "launched": 5}
zones:
  description: Zones in which the group launches.
  returned: success
  type: list
  elements: str
  sample: [eu-west-1a, eu-west-1b]
target:
  description: What the group launches from now, C($Latest) and C($Default) resolved; null if that
    does not exist.
  returned: success
  type: dict
  sample: {"template": "lt-0123456789abcdef0", "template_name": "shop-blue", "version": "8",
    "image_id": "ami-0123456789abcdef0"}
image_ids:
  description: Images that instances of the group run.
  returned: success
  type: list
  elements: str
  sample: [ami-0fedcba9876543210]
nodes:
  description: The launched instances and their nodes.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the node, empty while the instance has none.
      type: str
    instance_id:
      description: Id of the instance.
      type: str
    instance_type:
      description: Type of the instance.
      type: str
    zone:
      description: Zone of the instance.
      type: str
    image_id:
      description: Image that the instance runs.
      type: str
    lifecycle:
      description: State in the Auto Scaling group.
      type: str
    ready:
      description: Whether the node is Ready.
      type: bool
    kubelet_version:
      description: Version of the kubelet.
      type: str
    outdated:
      description: Why it has to be replaced, empty if it has not.
      type: str
  sample: [{"name": "ip-10-0-1-7.eu-west-1.compute.internal", "outdated": "version 7, target is 8"}]
outdated:
  description: How many of the nodes have to be replaced.
  returned: success
  type: int
  sample: 5
refusals:
  description: Why M(nodeops.rotator.asg_node_replace) would refuse the group. Empty if it would
    not.
  returned: success
  type: list
  elements: str
  sample: []
preflight:
  description: What may make a rotation slow, block it for a while, or should be looked at first.
  type: list
  elements: str
  returned: always
blockers:
  description: What a drain can never get past, such as a PodDisruptionBudget that wants all its
    pods. A rotation is bound to fail.
  type: list
  elements: str
  returned: always
snapshot:
  description: What has to be again as it is now after a rotation, for O(before) of a later call.
  returned: success
  type: dict
  contains:
    max_size:
      description: MaxSize of the group.
      type: int
    suspended:
      description: Suspended processes.
      type: list
      elements: str
    protects_new:
      description: Whether new instances are protected from scale-in.
      type: bool
    protected:
      description: Ids of instances that are protected from scale-in.
      type: list
      elements: str
    workloads:
      description: Pods and ready pods, in the whole cluster, of each workload with a pod on the
        group.
      type: dict
  sample: {"max_size": 5, "suspended": [], "protects_new": false, "protected": [], "workloads":
    {"Deployment shop/cart": {"pods": 6, "ready": 6}}}
problems:
  description:
    - What is not as it should be once a rotation has ended, each in a sentence. Nodes that do not
      run the target or are
      not Ready, anything of this collection that was left behind, settings that are not as before,
      workloads that are
      less ready than before.
  returned: success
  type: list
  elements: str
  sample: ["2 of 5 nodes do not run the target: ip-10-0-1-7.eu-west-1.compute.internal,
    ip-10-0-2-9.eu-west-1.compute.internal"]
"""

from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import (
    aws_module,
    fail_on_error,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.node_group import (
    SPEC,
    describe,
    look_at,
)


@fail_on_error
def run(module: Any) -> None:
    """Look and tell."""
    module.exit_json(changed=False, **describe(look_at(module), module.params["before"]))


def main() -> None:
    """Entry point."""
    run(aws_module(SPEC))


if __name__ == "__main__":
    main()
