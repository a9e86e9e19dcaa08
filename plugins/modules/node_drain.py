# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: node_drain
short_description: Drain, cordon or uncordon Kubernetes nodes
version_added: 0.1.0
description:
  - Drains nodes as C(kubectl drain) does, several at a time. It watches instead of polling, and
    evicts each pod as soon as its PodDisruptionBudget admits it. So only budgets and grace periods
    determine how long it takes.
  - A timeout is a failure. The message names each remaining pod, why it remains and what to do, and
    the node returns to the cordon state it had before.
  - A node that does not exist counts as drained. If there is nothing left to do, nothing changes.
author: nodeops.rotator contributors (@nodeops)
options:
  nodes:
    description: Names of the nodes.
    type: list
    elements: str
  node_selector:
    description: Label selector of the nodes, in kubectl's notation. It is evaluated once, when the
      module starts.
    type: str
  state:
    description:
      - V(drained) cordons the nodes and removes their pods. V(cordoned) only cordons them.
        V(uncordoned) makes them schedulable again.
    type: str
    choices: [drained, cordoned, uncordoned]
    default: drained
  max_parallel:
    description:
      - Maximum number of nodes drained at a time. All nodes are cordoned at the beginning, so that
        no pod moves twice.
      - Pods of several nodes that share a PodDisruptionBudget take turns.
    type: int
    default: 1
  leave_cordoned:
    description: Leave a node cordoned if it could not be drained, instead of restoring its earlier
      state.
    type: bool
    default: false
notes:
  - Needs the verbs C(get), C(list), C(watch) and C(patch) for nodes; C(list) and C(watch) for pods,
    PodDisruptionBudgets, DaemonSets, PersistentVolumeClaims and VolumeAttachments; C(create) for
    C(pods/eviction); and C(delete) for pods if options require deletions.
  - If it is interrupted, it evicts nothing more and uncordons nodes that have lost no pod. To
    resume, run it again.
  - An action plugin of the same name shows the progress while the module runs.
attributes:
  check_mode:
    description: Can run in check mode and tell the same without any change.
    support: full
    details: Sends evictions as dry runs. RV(nodes) tells which pods would be evicted, and which
      would be blocked now and by what. Fails where the drain would be refused, as kubectl does.
  diff_mode:
    description: Tells in diff mode what has changed or would change.
    support: full
    details: Shows the cordon state of each node.
  idempotent:
    description: Run twice in a row, it changes nothing the second time.
    support: full
extends_documentation_fragment:
  - nodeops.rotator.drain
  - nodeops.rotator.requests
  - nodeops.rotator.kube
  - nodeops.rotator.assume_role
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: kubernetes.core.k8s_drain
  - module: nodeops.rotator.asg_node_replace
"""

EXAMPLES = r"""
- name: Drain a node
  nodeops.rotator.node_drain:
    nodes: [ip-10-0-1-7.eu-west-1.compute.internal]
    delete_emptydir_data: true

- name: Drain all nodes of an EKS node group with AWS credentials alone, three at a time
  nodeops.rotator.node_drain:
    eks_cluster: blue
    region: eu-west-1
    node_selector: eks.amazonaws.com/nodegroup=workers
    max_parallel: 3
    timeout: 1800

- name: Show which pods would be evicted, and which a budget would block
  nodeops.rotator.node_drain:
    nodes: [worker-1]
  check_mode: true
  register: plan

- name: Wait as long as needed for the database, and not for ever for the cache
  nodeops.rotator.node_drain:
    nodes: [worker-1]
    pdb_timeout: 120
    pdb_overrides:
      - selector: app=database
        action: wait
      - selector: app=cache
        action: delete

- name: Make it schedulable again
  nodeops.rotator.node_drain:
    nodes: [worker-1]
    state: uncordoned
"""

RETURN = r"""
nodes:
  description: The nodes in the order asked for, or of their names for a selector. Also there when
    the module fails.
  type: list
  elements: dict
  returned: always
  contains:
    name:
      description: Name of the node.
      type: str
      returned: always
    state:
      description:
        - How it ended. V(drained), V(cordoned), V(uncordoned), V(absent) (there is no such node),
          V(skipped), V(failed), or what it was at when the module was interrupted, V(waiting),
          V(draining) or V(volumes).
      type: str
      returned: always
    changed:
      description: Whether anything changed, or would change in check mode.
      type: bool
      returned: always
    cordoned_before:
      description: Whether it was cordoned before.
      type: bool
      returned: always
    cordoned:
      description: Whether it is cordoned now.
      type: bool
      returned: always
    seconds:
      description: Duration of its drain in seconds.
      type: float
      returned: always
    reasons:
      description: One line for each pod or volume that is in the way, with the reason and what to
        do.
      type: list
      elements: str
      returned: always
    blocked_by:
      description: PodDisruptionBudgets that blocked it at the end, as namespace/name.
      type: list
      elements: str
      returned: always
    pods:
      description: What happened to each pod.
      type: list
      elements: dict
      returned: always
      contains:
        namespace:
          description: Namespace of the pod.
          type: str
          returned: always
        name:
          description: Name of the pod.
          type: str
          returned: always
        uid:
          description: UID of the pod.
          type: str
          returned: always
        state:
          description:
            - V(evicted), V(deleted), V(gone) (by itself), V(left) (stays by the rules), V(refused)
              (an option is needed), V(terminating), V(blocked), V(waiting) (until it ends by
              itself) or V(pending) (not evicted yet).
          type: str
          returned: always
        why:
          description: The reason for its state.
          type: str
          returned: always
        asked:
          description: When its eviction or deletion was requested, in seconds since the drain of
            its node began.
          type: float
          returned: always
        gone:
          description: When it was gone, in seconds since the drain of its node began.
          type: float
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
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.drain import SPEC, drain
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import run_module


def main() -> None:
    """Run the module."""
    choice = [["nodes", "node_selector"]]
    run_module(aws_module(SPEC, mutually_exclusive=choice, required_one_of=choice), drain)


if __name__ == "__main__":
    main()
