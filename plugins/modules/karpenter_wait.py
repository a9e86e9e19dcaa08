# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: karpenter_wait
short_description: Wait until Karpenter has replaced the nodes that have drifted
version_added: 0.1.0
description:
  - Karpenter, and EKS Auto Mode, replace nodes that differ from what they would launch now, within
    the disruption budgets of their NodePools. This module watches that until no node has drifted
    any more, shows what happens to each node, and says what holds Karpenter, such as a budget, a
    window, C(karpenter.sh/do-not-disrupt) or a PodDisruptionBudget.
  - It writes nothing and deletes no NodeClaim. That would start no replacement first, and could not
    be undone.
author: nodeops.rotator contributors (@nodeops)
options:
  nodepools:
    description: Names of the NodePools to wait for. By default, all.
    type: list
    elements: str
  timeout:
    description: Seconds within which it has to be done. Later is a failure, which names what holds
      Karpenter.
    type: int
    default: 3600
  settle:
    description: Seconds for which no node has to have drifted, and none to be on its way, until it
      is done. Karpenter does not see at once that an image has changed.
    type: int
    default: 300
  stop_timeout:
    description: Seconds within which a run ends after it was told to stop.
    type: int
    default: 20
  cluster_name:
    description: Name of the cluster, as in M(nodeops.rotator.asg_node_replace). If it is an EKS
      cluster, a connection to another one is refused.
    type: str
notes:
  - An action plugin of the same name shows the progress while the module runs.
  - It lists and watches nodes, pods, PodDisruptionBudgets, NodePools and NodeClaims.
attributes:
  check_mode:
    description: Can run in check mode and tell the same without any change.
    support: full
    details: Looks once and does not wait.
  diff_mode:
    description: Tells in diff mode what has changed or would change.
    support: none
  idempotent:
    description: Run twice in a row, it changes nothing the second time.
    support: full
extends_documentation_fragment:
  - nodeops.rotator.kube
  - nodeops.rotator.assume_role
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: nodeops.rotator.node_carriers_info
"""

EXAMPLES = r"""
- name: Wait until Karpenter has replaced all nodes that have drifted
  nodeops.rotator.karpenter_wait:
    eks_cluster: shop
    timeout: 14400

- name: See which nodes of a NodePool have drifted, and what holds them
  nodeops.rotator.karpenter_wait:
    eks_cluster: shop
    nodepools: [spot]
  check_mode: true
"""

RETURN = r"""
status:
  description:
    - V(complete), V(unchanged) (no node has drifted), or V(planned) (check mode).
    - If it fails, V(refused), V(failed) or V(stopped) (by a signal).
  type: str
  returned: always
nodepools:
  description: The NodePools at the end.
  type: list
  elements: dict
  returned: always
  contains:
    name:
      description: Name of the NodePool.
      type: str
      returned: always
    nodes:
      description: Number of its NodeClaims.
      type: int
      returned: always
    drifted:
      description: Its nodes that have drifted.
      type: list
      elements: str
      returned: always
    held_by:
      description: What holds Karpenter, one sentence each.
      type: list
      elements: str
      returned: always
replaced:
  description: Number of drifted nodes that were replaced while this module watched.
  type: int
  returned: always
drifted:
  description: Number of drifted nodes that are left.
  type: int
  returned: always
seconds:
  description: Duration of the wait in seconds.
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
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.karpenter import (
    DRIFT_SPEC,
    wait_for_karpenter,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import run_module


def main() -> None:
    """Run the module."""
    run_module(aws_module(DRIFT_SPEC), wait_for_karpenter)


if __name__ == "__main__":
    main()
