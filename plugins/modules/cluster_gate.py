# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_gate
short_description: Record that traffic of a cluster is stopped for a rotation
version_added: 0.1.0
description:
  - Writes into a Lease of the cluster that a run has closed its gate, or that the gate is open
    again. The record outlives a run that is killed in between.
  - It stops nothing by itself. The playbooks call it around the task files of
    C(rotation_gate_before) and C(rotation_gate_after).
author: nodeops.rotator contributors (@nodeops)
options:
  state:
    description:
      - V(closed) records O(run_id), unless the gate is closed already. If it was O(run_id) that has
        closed it, the record is renewed, which does not count as a change.
      - V(open) records that it is open.
      - V(read) changes nothing.
      - V(marked) sets O(labels) and O(annotations) of O(namespace), and leaves the record as it is.
    type: str
    choices: [closed, open, read, marked]
    default: read
  run_id:
    description: ID of the run that closes the gate. Required if O(state=closed).
    type: str
  lock_namespace:
    description: Namespace of the Lease, which is named C(nodeops-rotator-gate).
    type: str
    default: kube-system
  namespace:
    description: Namespace that gets O(labels) and O(annotations).
    type: str
    default: kube-system
  labels:
    description: Labels with O(state=marked). A value of null takes one away.
    type: dict
    default: {}
  annotations:
    description: Annotations with O(state=marked). A value of null takes one away.
    type: dict
    default: {}
notes:
  - Its label C(nodeops.rotator/gate) is C(closed) or C(open), for those who ask the cluster before
    they install something.
  - In Kubernetes it needs the verbs get, create and update on leases in O(lock_namespace),
    with O(state=marked) get and patch on O(namespace) instead. For O(eks_cluster) it needs the IAM
    action C(eks:DescribeCluster).
attributes:
  check_mode:
    description: Can run in check mode and return what it would change.
    support: full
  diff_mode:
    description: Returns what would be changed as a difference.
    support: none
extends_documentation_fragment:
  - nodeops.rotator.kube
  - nodeops.rotator.assume_role
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
seealso:
  - module: nodeops.rotator.rotation_status_info
  - module: nodeops.rotator.cluster_health_info
"""

EXAMPLES = r"""
- name: See who has closed the gate
  nodeops.rotator.cluster_gate:
    eks_cluster: shop
  register: gate

- name: Record that it is open again
  nodeops.rotator.cluster_gate:
    eks_cluster: shop
    state: open

- name: Tell those who install something that they have to wait
  nodeops.rotator.cluster_gate:
    eks_cluster: shop
    state: marked
    annotations:
      example.com/installations: stopped
"""

RETURN = r"""
run:
  description: The run that had closed the gate before this call. Empty if it was open.
  returned: success, unless O(state=marked)
  type: str
  sample: 20260506T070809Z-1a2b
since:
  description: Time in UTC at which it had closed the gate, by its clock. Empty if it was open.
  returned: success, unless O(state=marked)
  type: str
  sample: '2026-05-06T07:08:09.000000Z'
renewed:
  description: Time in UTC at which it had renewed that last, by its clock. Empty if it was open.
  returned: success, unless O(state=marked)
  type: str
  sample: '2026-05-06T07:38:09.000000Z'
"""

# pylint: disable-next=unused-import
import ansible_collections.nodeops.rotator.plugins.module_utils.edge.supported  # noqa: F401
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import aws_module
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.gate import SPEC, record_gate
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import run_pass


def main() -> None:
    """Run the module."""
    run_pass(
        aws_module(SPEC, required_if=[("state", "closed", ["run_id"])]),
        record_gate,
    )


if __name__ == "__main__":
    main()
