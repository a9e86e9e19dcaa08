# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: aftermath
short_description: Say how a node group is after a rotation, and what to type
version_added: 0.1.0
author: nodeops.rotator contributors (@nodeops)
description:
  - Returns sentences for people. They say what new instances start from, the desired capacity, what
    was not restored and, after a failure, what to type.
  - Of a node group that was never read nothing is said but that.
options:
  _input:
    description: The result of M(nodeops.rotator.asg_node_replace) or
      M(nodeops.rotator.eks_nodegroup_replace).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Replace the outdated nodes
  nodeops.rotator.asg_node_replace:
    autoscaling_group_name: shop-blue
    eks_cluster: shop
  register: result
  failed_when: false

- name: Fail with one message
  ansible.builtin.fail:
    msg: "{{ result.msg }}. {{ result | nodeops.rotator.aftermath }}"
  when: result.msg is defined
"""

RETURN = r"""
_value:
  description: The sentences, without the last full stop. Empty after a plan, and for a result
    without a status.
  type: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.aftermath import sentence


def aftermath(result: Mapping[str, Any]) -> str:
    """Return the sentences for a result."""
    if "status" not in result:
        return ""
    return sentence(result["status"], result["launches"], result["desired"], result["not_restored"])


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {"aftermath": aftermath}
