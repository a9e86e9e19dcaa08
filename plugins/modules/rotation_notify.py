# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rotation_notify
short_description: Tell people of a rotation
version_added: 0.1.0
description:
  - Tells a webhook, Slack, Mattermost or Grafana what happens to the node group of the host. What
    it tells is what the roles P(nodeops.rotator.prepare#role), P(nodeops.rotator.rotate#role) and
    P(nodeops.rotator.verify#role) have registered, in the words of a Jinja2 template.
  - How a receiver is reached stands in the variable C(rotation_notify_NAME) of the host, so that
    its URL and its token are in no argument and in no result. The variables are described in
    docs/notifications.md.
  - It never fails because of a receiver. What went wrong is shown as a warning, without the path of
    the URL.
  - What a receiver was told of a node group before is not told again until the rotation has ended.
author: nodeops.rotator contributors (@nodeops)
options:
  event:
    description: What people are told of.
    type: str
    required: true
    choices: [started, blocked, approval, finished, failed]
  receiver:
    description: Who is told. Without it nobody is, and the text is returned, for task files of your
      own that send it.
    type: str
    choices: [webhook, slack, mattermost, grafana]
  reason:
    description: Why people are told, or why the rotation failed. By default the message of the
      failed role.
    type: str
    default: ""
  whole_run:
    description: Whether the run is meant and not the node group of the host.
    type: bool
    default: false
extends_documentation_fragment:
  - nodeops.rotator.controller
attributes:
  check_mode:
    description: Sends nothing in check mode, and shows what it would send.
  idempotent:
    description: An approval, and the end of a rotation, are told each time.
    support: partial
"""

EXAMPLES = r"""
# In the gate of a ring: ask for approval, and wait for it
- name: Ask for approval
  nodeops.rotator.rotation_notify:
    event: approval
    receiver: slack
    reason: Ring staging may begin once /var/lib/rotations/approved exists
    whole_run: true

- name: Wait for approval
  ansible.builtin.wait_for:
    path: /var/lib/rotations/approved
    timeout: 86400
  delegate_to: localhost
"""

RETURN = r"""
sent:
  description: Whether the receiver has taken the notification.
  returned: success
  type: bool
outcome:
  description: What became of it. V(sent), or why it was not sent. Empty without O(receiver).
  returned: success
  type: str
  sample: hooks.slack.com answered with status 500
text:
  description: The text of the notification.
  returned: success
  type: str
  sample: "shop-blue of shop: the rotation starts, 5 outdated nodes, new image ami-0123456789"
worth_telling:
  description: Whether it is worth a message. A node group that has nothing to replace neither
    starts nor finishes.
  returned: success
  type: bool
news:
  description: What the template was given, see docs/notifications.md.
  returned: success
  type: dict
"""
