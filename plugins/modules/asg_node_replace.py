# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: asg_node_replace
short_description: Replace the outdated Kubernetes nodes of an Auto Scaling group
version_added: 0.1.0
description:
  - Replaces every node of a node group that was not launched from what its Auto Scaling group
    launches from now. Fresh
    nodes come first, old ones are drained without breaking a PodDisruptionBudget and then
    terminated, in a sliding
    window; a node group without outdated nodes is left alone.
  - At no time are there fewer available nodes than the group's size minus O(max_unavailable), or
    more launched than its
    size plus O(max_surge), by any act of this module.
  - Whatever it changes on the way (MaxSize, scale-in protection, AZRebalance, taints) it records in
    a Lease before, and
    puts back at the end, after a failure too. A run that was killed is gone on with by starting it
    again.
  - The Lease is the lock as well. A second run on the same node group fails and names the holder.
author: nodeops.rotator contributors (@nodeops)
options:
  autoscaling_group_name:
    description: Name of the Auto Scaling group.
    type: str
    required: true
    aliases: [group]
  state:
    description:
      - V(replaced) replaces outdated nodes, and goes on where an interrupted run stopped.
      - V(restored) replaces nothing and puts back what an interrupted run has left.
    type: str
    choices: [replaced, restored]
    default: replaced
  launch_template_version:
    description:
      - The version that the group is known to launch from, as
        RV(nodeops.rotator.launch_template_update#module:version)
        tells it. Reads of AWS may be older than a change just made; this makes the module wait
        until they show it.
    type: str
    default: ''
  cluster_name:
    description: Name of the cluster, for the name of the Lease. By default O(eks_cluster).
    type: str
  lock_namespace:
    description: Namespace of the Lease.
    type: str
    default: kube-system
notes:
  - Refused, with the reason, are groups with a suspended C(Launch) or C(Terminate), a running
    instance refresh, a warm
    pool, instances in standby, weights or launch templates of their own for instance types, and
    groups of EKS managed
    node groups.
  - Progress is shown while it works, by an action plugin of the same name.
  - On C(SIGTERM) or C(SIGINT) it starts nothing new, gives up the Lease within O(stop_timeout) and
    leaves the rest to the
    next run.
attributes:
  check_mode:
    description: Can run in check mode and tell the same without any change.
    support: full
    details: Reads the group, the nodes and the Lease, and answers with the status V(planned) or
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
  - nodeops.rotator.drain.prefixed
  - nodeops.rotator.requests
  - nodeops.rotator.kube
  - nodeops.rotator.progress
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: nodeops.rotator.launch_template_update
  - module: nodeops.rotator.node_drain
"""

EXAMPLES = r"""
- name: Replace what is outdated in a node group of an EKS cluster, with AWS credentials alone
  nodeops.rotator.asg_node_replace:
    autoscaling_group_name: blue-workers
    eks_cluster: blue
    region: eu-west-1

- name: A quarter of the group at a time, after two canaries and ten minutes of watching them
  nodeops.rotator.asg_node_replace:
    autoscaling_group_name: blue-workers
    eks_cluster: blue
    max_surge: 25%
    canary: 2
    soak: 600

- name: See what would be replaced, and why
  nodeops.rotator.asg_node_replace:
    autoscaling_group_name: blue-workers
    kubeconfig: ~/.kube/blue
  check_mode: true
  register: plan

- name: Put back what an interrupted run has left, without replacing anything
  nodeops.rotator.asg_node_replace:
    autoscaling_group_name: blue-workers
    eks_cluster: blue
    state: restored
"""

RETURN = r"""
status:
  description:
    - V(complete), V(unchanged) (no node is outdated), V(planned) (check mode) or V(restored).
    - When it fails, V(refused) (nothing was touched), V(failed) (something was; all is put back but
      what RV(not_restored) names), V(stopped) (by a signal) or V(suspended) (the credentials are no
      longer good). After the last two the next run goes on.
  type: str
  returned: always
autoscaling_group_name:
  description: Name of the Auto Scaling group.
  type: str
  returned: always
base:
  description: Size of the group without our surge, in nodes.
  type: int
  returned: always
desired:
  description: Desired capacity at the end.
  type: int
  returned: always
target:
  description: What the nodes should be launched from.
  type: dict
  returned: always
  contains:
    template:
      description: Id of the launch template, or name of the launch configuration.
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
      description: Id of the image.
      type: str
      returned: when the group could be read
old_image_ids:
  description: Ids of the images of the nodes that were outdated.
  type: list
  elements: str
  returned: always
nodes:
  description: The nodes that were outdated, and fresh ones that had to go again.
  type: list
  elements: dict
  returned: always
  contains:
    name:
      description: Name of the node, or the instance's id where it had none.
      type: str
      returned: always
    instance_id:
      description: Id of the instance.
      type: str
      returned: always
    image_id:
      description: Id of its image.
      type: str
      returned: always
    zone:
      description: Availability zone.
      type: str
      returned: always
    reason:
      description: Why it had to go.
      type: str
      returned: always
    phase:
      description: How far it came, V(outdated), V(cordoned), V(waiting), V(draining), V(volumes),
        V(drained), V(terminated), V(skipped) or V(failed).
      type: str
      returned: always
    replaced:
      description: Whether it was replaced.
      type: bool
      returned: always
    seconds:
      description: How long that took, from its cordon to its termination.
      type: float
      returned: always
    evictions:
      description: Pods evicted or deleted.
      type: int
      returned: always
    blocked_by:
      description: PodDisruptionBudgets that blocked it, as namespace/name.
      type: list
      elements: str
      returned: always
replaced:
  description: How many nodes were replaced.
  type: int
  returned: always
outdated:
  description: How many nodes are outdated at the end.
  type: int
  returned: always
evictions:
  description: Pods evicted or deleted in all.
  type: int
  returned: always
blocked_by:
  description: PodDisruptionBudgets that blocked anything, as namespace/name.
  type: list
  elements: str
  returned: always
seconds:
  description: How long it took.
  type: float
  returned: always
not_restored:
  description: Sentences about what could not be put back, and why.
  type: list
  elements: str
  returned: always
canary:
  description: What the canaries said, V(passed), V(failed) or V(none).
  type: str
  returned: always
resumed:
  description: Whether it went on where an earlier run had stopped.
  type: bool
  returned: always
events:
  description: What was told while it worked.
  type: list
  elements: dict
  returned: always
"""

from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import (
    aws_module,
    fail_on_error,
    finish,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.progress import (
    PROGRESS_OPTION,
    Progress,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.rotation import (
    SPEC,
    diff,
    rotate,
)


@fail_on_error
def run(module: Any) -> None:
    """Rotate and tell."""
    progress = Progress(module.params[PROGRESS_OPTION])
    result = rotate(module, progress)
    changed = result.changed or result.status == "planned"
    answer = {**result.values, "changed": changed, "diff": diff(result), "events": progress.events}
    for sentence in result.values["not_restored"]:
        module.warn(sentence)
    finish(module, answer, result.error)


def main() -> None:
    """Entry point."""
    run(aws_module(SPEC))


if __name__ == "__main__":
    main()
