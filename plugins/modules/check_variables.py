# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: check_variables
short_description: Check the variables of the roles and playbooks
version_added: 0.1.0
description:
  - Fails with one line if a variable of the roles P(nodeops.rotator.prepare#role),
    P(nodeops.rotator.rotate#role) and P(nodeops.rotator.verify#role) or of the playbooks is not
    what it has to be, before anything is changed.
  - Text is accepted where it means a number, a boolean, a list or a dictionary, since C(-e) on the
    command line always gives text.
author: nodeops.rotator contributors (@nodeops)
options:
  roles:
    description: Roles whose variables are checked. By default those of all roles and of the
      playbooks.
    type: list
    elements: str
    choices: [prepare, rotate, verify]
  hosts:
    description: Inventory hosts whose variables are checked. By default that of the task.
    type: list
    elements: str
  unknown:
    description:
      - What to do about variables of O(hosts) that begin as ours do (C(rotate_), C(prepare_),
        C(verify_), C(rotation_), C(plan_), C(check_amis_)) and are none of them.
      - V(fail) fails if the name differs from one of ours by at most two letters, and warns of the
        others. V(warn) warns of all. V(ignore) does not look.
    type: str
    choices: [fail, warn, ignore]
    default: ignore
extends_documentation_fragment:
  - nodeops.rotator.controller
"""

EXAMPLES = r"""
- name: Check all variables before the first node group is touched
  nodeops.rotator.check_variables:
    hosts: "{{ ansible_play_hosts_all }}"
    unknown: fail
  run_once: true
"""

RETURN = r"""#"""
