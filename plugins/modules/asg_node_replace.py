# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The file is long since Ansible takes RETURN from nowhere else: fragments hold options alone.
DOCUMENTATION = r"""
module: asg_node_replace
short_description: Replace the outdated Kubernetes nodes of an Auto Scaling group
version_added: 0.1.0
description:
  - Replaces every node that was not launched from what its Auto Scaling group launches now.
    Replacement nodes are launched first, then outdated nodes are drained without breaking a
    PodDisruptionBudget and terminated, in a sliding window. A node group without outdated nodes is
    not touched.
  - By no action of this module are fewer nodes available than the group's size minus
    O(max_unavailable), or more launched than its size plus O(max_surge).
  - Every setting that it changes (MaxSize, scale-in protection, AZRebalance, taints) is first
    recorded in a Lease, and restored at the end, after a failure too.
  - To resume a killed run, start it again.
  - The Lease is also the lock. A second run on the same node group fails and names the holder.
  - A control plane of kops is replaced one node at a time, whatever the sizes say, and only while
    every other node of it is whole. See docs/control_plane.md for what is asked and needed.
author: nodeops.rotator contributors (@nodeops)
options:
  autoscaling_group_name:
    description: Name of the Auto Scaling group.
    type: str
    required: true
  state:
    description:
      - V(replaced) replaces the outdated nodes, and resumes where an interrupted run stopped.
      - V(restored) restores what an interrupted run has changed, and replaces nothing.
    type: str
    choices: [replaced, restored]
    default: replaced
  launch_template_version:
    description:
      - Version of the launch template that the group is known to launch, as returned in
        RV(nodeops.rotator.launch_template_update#module:version). AWS may answer with data older
        than a change that was just made; the module waits until it sees this version.
    type: str
    default: ''
  cluster_name:
    description:
      - Name of the cluster. It is recorded in the Lease, and a node group whose tags name another
        cluster is refused. By default O(eks_cluster).
      - If EKS knows a cluster of this name, the connection has to lead to it. Its endpoint or its
        certificate authority is compared.
    type: str
  planned:
    description:
      - In check mode, the result of M(nodeops.rotator.launch_template_update) in check mode. The
        nodes that would be outdated after that update are then part of the plan.
      - It has no effect outside check mode.
    type: dict
    default: {}
  run_id:
    description:
      - ID of this run, for the Lease and the marks on nodes. By default, a new one.
      - A M(nodeops.rotator.launch_template_update) with the same
        O(nodeops.rotator.launch_template_update#module:run_id) has left the Lease to this run, and
        it is taken at once.
    type: str
notes:
  - It refuses, with the reason, groups with a suspended C(Launch) or C(Terminate) process, a
    running instance refresh, weights, images of their own for instance types, two versions of one
    launch template, a capacity that does not count instances, groups that are being deleted, and
    groups of EKS managed node groups. Instances in standby are left, or refused
    (O(standby_instances)).
  - Outdated instances of a warm pool are ended before any node is replaced, and the group fills the
    pool again. While the run lasts, no instance goes back to the pool.
  - A run inside the cluster leaves the node that it works on, and names it. It is known by the
    address of its pod.
  - An action plugin of the same name shows the progress while the module runs.
  - On C(SIGINT), C(SIGTERM) or C(SIGHUP), and when Ansible is killed, it starts nothing new and
    releases the Lease within O(stop_timeout). The rest is left to the next run, which first shows
    how far this one came and what to type to resume it.
attributes:
  check_mode:
    description: Can run in check mode and tell the same without any change.
    support: full
    details: Reads the group, the nodes and the Lease, and returns the status V(planned) or
      V(unchanged).
  diff_mode:
    description: Tells in diff mode what has changed or would change.
    support: full
    details: Shows the image of each outdated node, before and after.
  idempotent:
    description: Run twice in a row, it changes nothing the second time.
    support: full
extends_documentation_fragment:
  - nodeops.rotator.rotation
  - nodeops.rotator.control_plane
  - nodeops.rotator.lease
  - nodeops.rotator.lease.turns
  - nodeops.rotator.reports
  - nodeops.rotator.drain.prefixed
  - nodeops.rotator.requests
  - nodeops.rotator.kube
  - nodeops.rotator.assume_role
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: nodeops.rotator.launch_template_update
  - module: nodeops.rotator.node_drain
"""

EXAMPLES = r"""
- name: Replace the outdated nodes of an EKS node group, with AWS credentials alone
  nodeops.rotator.asg_node_replace:
    autoscaling_group_name: blue-workers
    eks_cluster: blue
    region: eu-west-1

- name: Replace a quarter of the group at a time, after watching two canaries for ten minutes
  nodeops.rotator.asg_node_replace:
    autoscaling_group_name: blue-workers
    eks_cluster: blue
    max_surge: 25%
    canary: 2
    soak: 600

- name: Replace two nodes now, and leave the others for later
  nodeops.rotator.asg_node_replace:
    autoscaling_group_name: blue-workers
    eks_cluster: blue
    nodes:
      - ip-10-0-1-7.eu-west-1.compute.internal
      - ip-10-0-2-9.eu-west-1.compute.internal

- name: See what would be replaced, and why
  nodeops.rotator.asg_node_replace:
    autoscaling_group_name: blue-workers
    kubeconfig: ~/.kube/blue
  check_mode: true
  register: plan

- name: Restore what an interrupted run has changed, without replacing anything
  nodeops.rotator.asg_node_replace:
    autoscaling_group_name: blue-workers
    eks_cluster: blue
    state: restored
"""

RETURN = r"""
status:
  description:
    - V(complete), V(partial) (all that were to be replaced are, and RV(left_outdated) names those
      left on purpose), V(unchanged) (no node was outdated), V(planned) (check mode) or V(restored).
    - If it fails, V(refused) (nothing was changed), V(failed) (every change was restored except
      what RV(not_restored) lists), V(stopped) (by a signal) or V(suspended) (the credentials
      expired). After V(stopped) and V(suspended), the next run resumes.
  type: str
  returned: always
autoscaling_group_name:
  description: Name of the Auto Scaling group.
  type: str
  returned: always
base:
  description: Size of the group without the surge, in nodes.
  type: int
  returned: always
desired:
  description: Desired capacity at the end.
  type: int
  returned: always
target:
  description: What the group launches.
  type: dict
  returned: always
  contains:
    template:
      description: ID of the launch template, or name of the launch configuration.
      type: str
      returned: when the group could be read
    template_name:
      description: Name of the launch template or launch configuration.
      type: str
      returned: when the group could be read
    version:
      description: Version of the launch template as a number; empty for a launch configuration.
      type: str
      returned: when the group could be read
    image_id:
      description: ID of the image.
      type: str
      returned: when the group could be read
    overrides:
      description: The same of each launch template that an override of a mixed instances policy
        names, with the instance types for which it is named (types).
      type: list
      elements: dict
      returned: when the group could be read
old_image_ids:
  description: IDs of the images of the outdated nodes.
  type: list
  elements: str
  returned: always
nodes:
  description: The outdated nodes, and replacement nodes that were removed again.
  type: list
  elements: dict
  returned: always
  contains:
    name:
      description: Name of the node, or the ID of the instance if it had none.
      type: str
      returned: always
    instance_id:
      description: ID of the instance.
      type: str
      returned: always
    image_id:
      description: ID of its image.
      type: str
      returned: always
    zone:
      description: Availability zone.
      type: str
      returned: always
    reason:
      description: Why it was outdated, or why it was removed.
      type: str
      returned: always
    phase:
      description: Last phase that it reached, V(outdated), V(cordoned), V(waiting), V(draining),
        V(volumes), V(drained), V(terminated), V(kept), V(skipped) or V(failed).
      type: str
      returned: always
    replaced:
      description: Whether it was replaced.
      type: bool
      returned: always
    seconds:
      description: Seconds from its cordon to its termination.
      type: float
      returned: always
    phase_seconds:
      description: Seconds that it spent in each phase, by the phase. Empty if its replacement has
        not begun.
      type: dict
      returned: always
    evictions:
      description: Number of pods evicted or deleted.
      type: int
      returned: always
    blocked_by:
      description: PodDisruptionBudgets that blocked its drain, as namespace/name.
      type: list
      elements: str
      returned: always
    console_output:
      description: The last lines that a replacement node which failed has written to its console,
        read before the instance was removed. Empty for all others, and if they could not be read.
        They may hold what user data prints.
      type: str
      returned: always
replaced:
  description: Number of nodes replaced.
  type: int
  returned: always
outdated:
  description: Number of nodes still outdated at the end.
  type: int
  returned: always
evictions:
  description: Total number of pods evicted or deleted.
  type: int
  returned: always
blocked_by:
  description: PodDisruptionBudgets that blocked any drain, as namespace/name.
  type: list
  elements: str
  returned: always
seconds:
  description: Duration of the rotation in seconds.
  type: float
  returned: always
left_outdated:
  description: The nodes that are outdated still because they were left on purpose, those in standby
    included.
  type: list
  elements: dict
  returned: always
  contains:
    name:
      description: Name of the node, or the ID of the instance if it has none.
      type: str
      returned: always
    instance_id:
      description: ID of the instance.
      type: str
      returned: always
    why:
      description: Why it was left, as a clause.
      type: str
      returned: always
standby:
  description: The instances that somebody has put into standby. They were left as they are.
  type: list
  elements: dict
  returned: always
  contains:
    name:
      description: Name of the node, or the ID of the instance if it has none.
      type: str
      returned: always
    instance_id:
      description: ID of the instance.
      type: str
      returned: always
    outdated:
      description: Why it is outdated, as a clause. Empty if it is current.
      type: str
      returned: always
foreseen:
  description: How the rotation would go about it. Empty unless the status is V(planned).
  type: dict
  returned: always
  contains:
    surge:
      description: How many nodes more than the base would be launched at one time.
      type: int
      returned: if planned
    unavailable:
      description: How many nodes fewer than the base would be available at one time.
      type: int
      returned: if planned
    canaries:
      description: How many nodes would be replaced first, alone. 0 if the canary of this target
        has passed.
      type: int
      returned: if planned
    soak:
      description: Seconds that the replacement nodes of the canaries would be watched.
      type: float
      returned: if planned
    maintenance:
      description: The O(maintenance_window) and, while it is closed, when it opens. Empty if there
        is none.
      type: str
      returned: if planned
    order:
      description: IDs of the instances in the order in which they would be replaced if nothing else
        changed. The rotation chooses each one anew.
      type: list
      elements: str
      returned: if planned
not_restored:
  description: What could not be restored, and why. One sentence for each setting. A run that is
    refused also names what an earlier run has left.
  type: list
  elements: str
  returned: always
restored:
  description: What was restored at the end, one sentence for each setting.
  type: list
  elements: str
  returned: always
new_nodes:
  description: The nodes that were launched during this run, became ready and stay.
  type: list
  elements: dict
  returned: always
  contains:
    name:
      description: Name of the node.
      type: str
      returned: always
    instance_id:
      description: ID of the instance.
      type: str
      returned: always
    zone:
      description: Availability zone.
      type: str
      returned: always
    image_id:
      description: ID of its image.
      type: str
      returned: always
    seconds:
      description: Seconds from its launch until it was ready.
      type: float
      returned: always
api_calls:
  description: Number of requests to AWS and to Kubernetes, by operation, such as
    C(autoscaling:DescribeAutoScalingGroups) or C(kubernetes:list pods).
  type: dict
  returned: always
warm_pool:
  description: The warm pool of the group.
  type: dict
  returned: always
  contains:
    ended:
      description: IDs of the instances that were ended there since they were outdated.
      type: list
      elements: str
      returned: always
    outdated:
      description: IDs of the instances there that are outdated still. In check mode, those that a
        rotation would end.
      type: list
      elements: str
      returned: always
canary:
  description: Verdict of the canary, V(passed), V(failed) or V(none).
  type: str
  returned: always
lease:
  description: Name of the Lease of the node group. Empty if the group was not read.
  type: str
  returned: always
resumed:
  description: Whether it resumed an interrupted run.
  type: bool
  returned: always
state_store:
  description:
    - What of a state store still names the failed image after the launch template went back.
      M(nodeops.rotator.kops_instance_group_image) writes it back
      (O(nodeops.rotator.kops_instance_group_image#module:state=restored)). Empty for nothing.
  type: dict
  returned: always
  contains:
    owner:
      description: Whose state store it is, V(kops).
      type: str
      returned: if something is owed
      sample: kops
    name:
      description: Name of the instance group.
      type: str
      returned: if something is owed
      sample: nodes-a
    image:
      description: How the state store named the image before. Empty if that is not recorded.
      type: str
      returned: if something is owed
      sample: ami-0123456789abcdef0
indirect:
  description: Etcd clusters of a control plane of kops that no API server answers for, so that
    their members were judged by their pods and volumes alone. Empty for all other kinds.
  returned: success or failure
  type: list
  elements: str
  sample: [cilium]
way_back:
  description: File that says how to go back if the only node of a control plane of kops does not
    return. Empty unless O(allow_api_outage) was needed.
  returned: success or failure
  type: str
  sample: /tmp/nodeops-rotator-way-back-main.masters.shop.example.com-night-7.txt
launches:
  description: What new instances start from at the end, as a clause for people. Empty if the group
    was never read.
  type: str
  returned: always
  sample: new instances start from version 3 of shop-blue (ami-0abcdef1234567890)
rolled_back_to:
  description: The version of the launch template, or the launch configuration, from which new
    instances are launched again after a failed canary. Empty if nothing was rolled back.
  type: str
  returned: always
events:
  description: Events in the order in which they were shown.
  type: list
  elements: dict
  returned: always
"""

# pylint: disable-next=unused-import
import ansible_collections.nodeops.rotator.plugins.module_utils.edge.supported  # noqa: F401
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import aws_module
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import run_module
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.rotation import SPEC, rotate


def main() -> None:
    """Run the module."""
    run_module(aws_module(SPEC), rotate)


if __name__ == "__main__":
    main()
