# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: check_plan
short_description: Hold the rotation of a node group to its plan
version_added: 0.1.0
description:
  - Fails if a node group is no longer as it was when M(nodeops.rotator.rotation_plan) made a plan
    of it. That is if another image would be launched, if nodes are outdated that were not, if the
    desired capacity is another one, or if variables of the roles are set in another way.
  - Nodes that are current by now are no difference, so that an interrupted rotation can be resumed
    with its plan.
  - The role P(nodeops.rotator.prepare#role) runs it before anything is changed, if the variable
    C(rotation_plan_file) or C(rotation_plan_data) is set.
author: nodeops.rotator contributors (@nodeops)
options:
  file:
    description: Path of the plan on the control node, as JSON. A relative path is meant from where
      Ansible was started.
    type: str
  plan:
    description: The plan as data. It is taken rather than O(file).
    type: dict
  info:
    description: What M(nodeops.rotator.node_group_info) has returned for the node group.
    type: dict
    required: true
  image_id:
    description: The image that is to be put into the launch template. Empty if that stays as it is.
    type: str
    default: ""
extends_documentation_fragment:
  - nodeops.rotator.controller
"""

EXAMPLES = r"""
- name: Rotate only what was signed
  nodeops.rotator.check_plan:
    file: build/plan.json
    info: "{{ node_group }}" # what node_group_info has returned
    image_id: "{{ ami.image_id }}" # what launch_template_update is about to launch
"""

RETURN = r"""
departures:
  description: How the node group differs from its plan, in clauses.
  returned: always
  type: list
  elements: str
  sample: ["the desired capacity is 7, and was 5"]
"""
