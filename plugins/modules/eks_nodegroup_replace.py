# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

# The file is long since Ansible takes RETURN from nowhere else: fragments hold options alone.
DOCUMENTATION = r"""
module: eks_nodegroup_replace
short_description: Replace the outdated nodes of an EKS managed node group
version_added: 0.1.0
description:
  - Lets EKS update a managed node group to an AMI release, or to a version of its launch template,
    and watches until it is done. EKS launches the new nodes, drains the outdated ones and ends
    them; this module checks beforehand what would make that fail, shows what happens to each node,
    and explains what went wrong.
  - A node group whose nodes all run the target is not touched.
  - An update that EKS is at work on already is watched, not failed on. To resume a killed run,
    start it again.
  - The Auto Scaling group behind the node group is never changed, it belongs to EKS.
  - EKS cannot go back to an earlier release. After a failure the result says what EKS has left, and
    which node runs what.
author: nodeops.rotator contributors (@nodeops)
options:
  eks_nodegroup:
    description: Name of the managed node group in O(eks_cluster), which has to be given.
    type: str
    required: true
  state:
    description:
      - V(replaced) replaces the outdated nodes.
      - V(restored) restores only what an interrupted run has changed, which is the update config.
    type: str
    choices: [replaced, restored]
    default: replaced
  release_version:
    description: Release version of EKS's AMI such as V(1.33.5-20260523), or V(current) for the one
      that the node group has, which after a failed update is the newest that its nodes run. By
      default, the one that is recommended for the node group's Kubernetes version and AMI type.
    type: str
    default: ''
  image_id:
    description:
      - ID of the image of O(release_version), if it is known. By default, it is looked up.
      - In check mode, the image that a node group with an image of its own would get.
    type: str
    default: ''
  kubernetes_version:
    description: Minor version such as V(1.34). Asks for an upgrade of the nodes to this version. By
      default, the version stays as it is.
    type: str
    default: ''
  launch_template_version:
    description:
      - Version of the launch template of the node group, a number, V($Latest) or V($Default), which
        is resolved once. By default, the version that the node group has.
      - For a node group with an image of its own, this says what its nodes are to run. An image
        that is named by an SSM parameter is refused, because EKS does not take it. A number may be
        older than the version that the node group has, V($Latest) and V($Default) may not.
    type: str
    default: ''
  max_unavailable:
    description:
      - Number of nodes that EKS updates at one time, from 1 to 100.
      - If it differs from the update config of the node group, that is changed first by an update
        of its own, and restored at the end. Its old value is kept in the tag
        C(nodeops.rotator/update-config) of the node group, so that the next run can restore it.
    type: int
  max_unavailable_percentage:
    description: The same in percent of the nodes.
    type: int
  update_strategy:
    description: V(default) launches new nodes first, V(minimal) ends outdated nodes first. It is
      changed and restored like O(max_unavailable).
    type: str
    choices: [default, minimal]
  force:
    description: Let EKS delete the pods that it could not evict within 15 minutes, past their
      budgets. Those that this concerns now are shown before anything is changed.
    type: bool
    default: false
  assist:
    description:
      - Evict with our own drain where EKS's 15 minutes are not enough, as the options of the drain
        say and as budgets allow. A node is drained by this module once EKS has been at work on it,
        or has done nothing at all, for 10 minutes. Once EKS has given up, its nodes are drained in
        as much time as the options give, and EKS is asked for the same update again.
      - Only nodes that EKS has cordoned and taken out of the load balancers for this update are
        drained, at one time no more than EKS would. Each time that EKS gives up and is asked again
        it enlarges the group once more, and makes it no smaller than it was left.
    type: bool
    default: false
  preflight:
    description:
      - What to do if the update would fail, because a budget can never let a pod go, two budgets
        cover one pod, or the subnets lack addresses, or a vCPU quota room, for the instances that
        EKS launches besides.
      - V(refuse) fails before anything is changed. V(warn) shows it and begins. V(off) shows
        nothing.
    type: str
    choices: [refuse, warn, 'off']
    default: refuse
  soak:
    description: Seconds for which the new nodes are watched after the update. A node that does not
      stay Ready is a failure.
    type: int
    default: 0
  stall_timeout:
    description: Seconds without any change of the nodes after which a run gives up watching. EKS
      goes on by itself.
    type: int
    default: 3600
  poll_interval:
    description: Seconds between two reads of the node group. Nodes and pods are watched.
    type: int
    default: 30
  lease_duration:
    description: Seconds after which the Lease of a run that no longer renews it may be taken over.
    type: int
    default: 30
  stop_timeout:
    description: Seconds within which a run ends after it was told to stop.
    type: int
    default: 20
  repair:
    description: Update a node group although most of its instances have no Node in this cluster,
      because its nodes have failed.
    type: bool
    default: false
  run_id:
    description: ID of this run, for the Lease. By default, a new one.
    type: str
notes:
  - An action plugin of the same name shows the progress while the module runs.
  - On C(SIGINT), C(SIGTERM) or C(SIGHUP) it asks EKS for nothing more and releases the Lease within
    O(stop_timeout). EKS goes on with an update that it has begun, and the next run watches it.
attributes:
  check_mode:
    description: Can run in check mode and tell the same without any change.
    support: full
    details: Reads the node group, the nodes and the pods, and returns the status V(planned) or
      V(unchanged).
  diff_mode:
    description: Tells in diff mode what has changed or would change.
    support: full
    details: Shows the image of each outdated node, before and after.
  idempotent:
    description: Run twice in a row, it changes nothing the second time.
    support: full
extends_documentation_fragment:
  - nodeops.rotator.lease
  - nodeops.rotator.lease.turns
  - nodeops.rotator.drain.prefixed
  - nodeops.rotator.reports
  - nodeops.rotator.requests
  - nodeops.rotator.kube
  - nodeops.rotator.assume_role
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: nodeops.rotator.asg_node_replace
  - module: nodeops.rotator.launch_template_update
"""

EXAMPLES = r"""
- name: Replace the nodes of a managed node group with those of the recommended release
  nodeops.rotator.eks_nodegroup_replace:
    eks_cluster: blue
    eks_nodegroup: workers
    region: eu-west-1

- name: Update a quarter of the nodes at a time, and watch the new ones for ten minutes
  nodeops.rotator.eks_nodegroup_replace:
    eks_cluster: blue
    eks_nodegroup: workers
    release_version: 1.33.5-20260523
    max_unavailable_percentage: 25
    soak: 600

- name: Move a node group with an image of its own to a version of its launch template
  nodeops.rotator.eks_nodegroup_replace:
    eks_cluster: blue
    eks_nodegroup: gpu
    launch_template_version: "7"
"""

RETURN = r"""
status:
  description:
    - V(complete), V(unchanged) (no node was outdated), V(planned) (check mode) or V(restored).
    - If it fails, V(refused) (EKS was not asked for anything), V(failed), V(stopped) (by a signal)
      or V(suspended) (the credentials expired).
  type: str
  returned: always
eks_nodegroup:
  description: Name of the node group.
  type: str
  returned: always
autoscaling_group_name:
  description: Name of the Auto Scaling group behind it.
  type: str
  returned: always
base:
  description: Desired capacity at the beginning, or before an earlier update of ours that has not
    ended well.
  type: int
  returned: always
desired:
  description: Desired capacity at the end.
  type: int
  returned: always
target:
  description: What the nodes were to run.
  type: dict
  returned: always
  contains:
    release_version:
      description: Release version of EKS's AMI; empty for an image of its own.
      type: str
      returned: always
    image_id:
      description: ID of the image.
      type: str
      returned: always
    template_version:
      description: Version of the launch template as a number; empty if it stays as it is.
      type: str
      returned: always
    version:
      description: Kubernetes version that was asked for; empty if it stays as it is.
      type: str
      returned: always
old_image_ids:
  description: IDs of the images of the outdated nodes.
  type: list
  elements: str
  returned: always
nodes:
  description: The outdated nodes.
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
      description: Why it was outdated.
      type: str
      returned: always
    phase:
      description: Last phase that it was seen in, V(outdated), V(cordoned), V(draining), V(drained)
        or V(terminated).
      type: str
      returned: always
    replaced:
      description: Whether it was replaced.
      type: bool
      returned: always
    seconds:
      description: Seconds from its cordon to its end. EKS cordons all outdated nodes at one time.
      type: float
      returned: always
    evictions:
      description: Number of pods that left it.
      type: int
      returned: always
    blocked_by:
      description: PodDisruptionBudgets that held its pods for more than a minute, as
        namespace/name.
      type: list
      elements: str
      returned: always
    console_output:
      description: Always empty.
      type: str
      returned: always
running:
  description: What every node of the group runs at the end.
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
    image_id:
      description: ID of its image.
      type: str
      returned: always
    template_version:
      description: Version of the launch template that it was launched from, empty if it has none.
      type: str
      returned: always
    current:
      description: Whether it runs the target.
      type: bool
      returned: always
replaced:
  description: Number of nodes replaced while this run watched.
  type: int
  returned: always
outdated:
  description: Number of nodes still outdated at the end.
  type: int
  returned: always
evictions:
  description: Total number of pods that left outdated nodes.
  type: int
  returned: always
blocked_by:
  description: PodDisruptionBudgets that held pods for more than a minute, as namespace/name.
  type: list
  elements: str
  returned: always
seconds:
  description: Duration of the run in seconds.
  type: float
  returned: always
estimate:
  description: How long the rest would take, for people. Empty when nothing is left.
  type: str
  returned: always
foreseen:
  description: How the rotation would go about it. Empty unless the status is V(planned).
  type: dict
  returned: always
  contains:
    surge:
      description: How many more nodes EKS would launch.
      type: int
      returned: if planned
    unavailable:
      description: How many nodes EKS would replace at one time.
      type: int
      returned: if planned
    canaries:
      description: Always 0. EKS has no canary within a node group.
      type: int
      returned: if planned
    soak:
      description: Seconds that the nodes would be watched at the end.
      type: float
      returned: if planned
    maintenance:
      description: Always empty. EKS replaces the nodes, at any time.
      type: str
      returned: if planned
    order:
      description: Always empty. EKS does not say in which order it goes.
      type: list
      elements: str
      returned: if planned
update_id:
  description: ID of the last update of the node group that was watched, empty if there was none.
  type: str
  returned: always
update_status:
  description: Its status in EKS's words.
  type: str
  returned: always
not_restored:
  description: What is left as it should not be, one sentence each. After a failure of EKS that is
    its size and the nodes that EKS has taken out of service.
  type: list
  elements: str
  returned: always
canary:
  description: Always V(none). EKS has no canary within a node group.
  type: str
  returned: always
resumed:
  description: Whether it watched an update that somebody else, or an earlier run, had begun.
  type: bool
  returned: always
launches:
  description: What EKS records for the node group at the end, as a clause for people. After an
    update that failed, some of its nodes may run a newer release. Empty if it was never read.
  type: str
  returned: always
  sample: EKS records release 1.33.5-20261020 for web
rolled_back_to:
  description: Always empty. EKS cannot go back.
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
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.managed import (
    SPEC,
    update_nodegroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import run_module


def main() -> None:
    """Run the module."""
    run_module(aws_module(SPEC), update_nodegroup)


if __name__ == "__main__":
    main()
