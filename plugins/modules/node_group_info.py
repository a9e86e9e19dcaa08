# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: node_group_info
short_description: Gather information about a node group
version_added: 0.1.0
description:
  - Reads a node group from AWS and Kubernetes. Returns which nodes are outdated, what would slow
    down or block a rotation, and after one, what is wrong.
  - It changes nothing. Read-only credentials are enough.
author: nodeops.rotator contributors (@nodeops)
options:
  autoscaling_group_name:
    description: Name of the Auto Scaling group.
    type: str
    required: true
  image_id:
    description:
      - Assume that the group launches this image. Every node with another image is then outdated.
      - By default, what the group launches now decides.
    type: str
    default: ''
  max_node_age:
    description: Age in seconds from which a node is outdated even if it runs the target. By
      default, age does not matter.
    type: int
  before:
    description:
      - The RV(snapshot) of an earlier call to compare with. Without it, RV(problems) leaves out
        what needs a comparison, which are settings of the group and the readiness of workloads.
      - With it the rotation is over, so the room for new nodes is not read. RV(blockers) and
        RV(preflight) say nothing of free addresses and quotas then.
    type: dict
  left_outdated:
    description:
      - IDs of instances that are outdated on purpose, which RV(problems) then does not count. The
        rotation returns them in RV(nodeops.rotator.asg_node_replace#module:left_outdated).
    type: list
    elements: str
    default: []
  max_surge:
    description: Surge of the rotation, as in M(nodeops.rotator.asg_node_replace). Quotas, subnets
      and the life of the credentials are measured by it.
    type: str
    default: '1'
  max_unavailable:
    description: Nodes missing below the group's size in the rotation, as in
      M(nodeops.rotator.asg_node_replace).
    type: str
    default: '0'
  canary:
    description: Nodes that the rotation replaces first, as in M(nodeops.rotator.asg_node_replace).
    type: str
    default: '1'
  soak:
    description: Seconds for which the rotation watches the replacements of the canary, as in
      M(nodeops.rotator.asg_node_replace).
    type: int
    default: 60
  boot_timeout:
    description: Seconds within which an instance has to become a node, as in
      M(nodeops.rotator.asg_node_replace). Older ones without a Node are a sign of another cluster.
    type: int
  repair:
    description: Whether most instances may have no Node in this cluster, as in
      M(nodeops.rotator.asg_node_replace).
    type: bool
    default: false
  cluster_name:
    description: Name of the cluster, as in M(nodeops.rotator.asg_node_replace). A node group of
      another cluster is one of the RV(refusals).
    type: str
  lock_namespace:
    description: Namespace of the Lease.
    type: str
    default: kube-system
notes:
  - The options of the drain are those that the rotation will have. RV(preflight) and RV(blockers)
    depend on them.
  - Needs the IAM actions C(autoscaling:DescribeAutoScalingGroups), C(ec2:DescribeSubnets),
    C(autoscaling:DescribeInstanceRefreshes), C(autoscaling:DescribeScalingActivities),
    C(autoscaling:DescribeLaunchConfigurations), C(ec2:DescribeInstances),
    C(ec2:DescribeLaunchTemplateVersions), C(elasticloadbalancing:DescribeTargetHealth),
    C(autoscaling:DescribeWarmPool), C(servicequotas:GetServiceQuota) and, for O(eks_cluster),
    C(eks:DescribeCluster).
  - Quotas that it cannot read are named in RV(preflight).
  - How long the AWS credentials are good is compared with what the replacement of all outdated
    nodes takes, by the times of earlier rotations. Credentials that end before are named in
    RV(preflight), and in RV(blockers) if they end before one node can be replaced. Where nobody
    knows how long they are good, that is named too. C(AWS_CREDENTIAL_EXPIRATION) says it of those
    in the environment.
  - In Kubernetes it lists nodes, pods and PodDisruptionBudgets (verb list) and reads one Lease
    (verb get).
extends_documentation_fragment:
  - nodeops.rotator.read_only
  - nodeops.rotator.drain.prefixed
  - nodeops.rotator.kube
  - nodeops.rotator.assume_role
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

- name: Show what could slow down a rotation
  ansible.builtin.debug:
    var: before.preflight

- name: Wait after a rotation until nothing is wrong
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
  description: Kind of the node group, V(self_managed), V(eks_managed), V(kops_node),
    V(kops_control_plane), V(kops_apiserver), V(kops_bastion) or V(kops_unknown).
  returned: success
  type: str
  sample: self_managed
sizes:
  description: Sizes of the group in instances. C(launched) counts those that are pending or in
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
  description: What the group launches, with C($Latest) and C($Default) resolved. Null if it does
    not exist.
  returned: success
  type: dict
  sample: {"template": "lt-0123456789abcdef0", "template_name": "shop-blue", "version": "8",
    "image_id": "ami-0123456789abcdef0"}
image_ids:
  description: IDs of the images that the instances run.
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
      description: Name of the node. Empty while the instance has none.
      type: str
    instance_id:
      description: ID of the instance.
      type: str
    instance_type:
      description: Type of the instance.
      type: str
    zone:
      description: Zone of the instance.
      type: str
    image_id:
      description: ID of the image that the instance runs.
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
    age:
      description: Age of the instance in seconds. Null if EC2 does not know the instance.
      type: int
    outdated:
      description: Why it is outdated. Empty if it is not.
      type: str
    pods:
      description: Number of pods that its drain would move. 0 if it is not outdated.
      type: int
    volumes:
      description: Their PersistentVolumeClaims, as namespace/name.
      type: list
      elements: str
    in_the_way:
      description: What its drain would stop at, wait for or lose, one clause each.
      type: list
      elements: str
  sample: [{"name": "ip-10-0-1-7.eu-west-1.compute.internal", "outdated": "version 7, target is 8"}]
outdated:
  description: Number of outdated nodes.
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
  description: What may slow down a rotation, block it for a while, or needs a check first.
  type: list
  elements: str
  returned: always
waits:
  description: Those of RV(preflight) that a rotation waits for.
  type: list
  elements: str
  returned: always
blockers:
  description: What a rotation can never get past, such as a PodDisruptionBudget that requires all
    of its pods. It is bound to fail.
  type: list
  elements: str
  returned: always
leads:
  description: Leases of the controllers of the control plane that a node of the group holds. The
    end of that node is a new election. Empty for all other kinds of node groups.
  returned: success
  type: list
  elements: str
  sample: [kube-scheduler]
locked_by:
  description: Who holds the Lease of the node group. Empty if nobody does.
  returned: success
  type: str
  sample: runner-7/20260501T070809Z-1a2b
interrupted:
  description: Whether an earlier run has left something to restore.
  returned: success
  type: bool
durations:
  description: How many seconds the last boots (launch to ready) and drains (cordon to the end of
    the instance) of earlier rotations took, at most 20 of each.
  returned: success
  type: dict
  sample: {"boots": [96, 101], "drains": [64, 190]}
snapshot:
  description: State that a rotation has to restore, for O(before) of a later call.
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
      description: IDs of instances that are protected from scale-in.
      type: list
      elements: str
    workloads:
      description: Number of pods and of ready pods, in the whole cluster, of each workload with a
        pod on the group.
      type: dict
  sample: {"max_size": 5, "suspended": [], "protects_new": false, "protected": [], "workloads":
    {"Deployment shop/cart": {"pods": 6, "ready": 6}}}
eks_description:
  description: How O(eks_cluster) is reached, for O(eks_description) of the modules to follow.
  returned: if O(eks_cluster) is given and has an endpoint
  type: dict
  contains:
    name:
      description: Name of the cluster.
      type: str
    endpoint:
      description: URL of its API server.
      type: str
    certificate_authority:
      description: Its certificate authority as PEM in base64.
      type: str
  sample: {"name": "prod", "endpoint": "https://0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com",
    "certificate_authority": "LS0tLS1CRUdJTi..."}
problems:
  description:
    - What is wrong after a rotation, one sentence each. Nodes that do not run the target or are not
      Ready, changes of this collection that were not restored, settings that differ from before,
      and workloads that are less ready than before.
  returned: success
  type: list
  elements: str
  sample: ["2 of 5 nodes do not run the target: ip-10-0-1-7.eu-west-1.compute.internal,
    ip-10-0-2-9.eu-west-1.compute.internal"]
"""

# pylint: disable-next=unused-import
import ansible_collections.nodeops.rotator.plugins.module_utils.edge.supported  # noqa: F401
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import aws_module
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.node_group import SPEC, inspect
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import run_pass


def main() -> None:
    """Run the module."""
    run_pass(aws_module(SPEC), inspect)


if __name__ == "__main__":
    main()
