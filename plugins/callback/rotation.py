# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show a rotation to the person who runs it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: rotation
type: stdout
short_description: Output of Ansible for people who rotate node groups
version_added: 0.1.0
description:
  - The output of P(ansible.builtin.default#callback). After Ctrl-C it also waits, for at most
    O(nodeops.rotator.asg_node_replace#module:stop_timeout), until the interrupted rotation has
    stopped, and shows how far it came and what to type to resume it.
  - Without this callback, and after every other end, the next run shows that first.
author: nodeops.rotator contributors (@nodeops)
extends_documentation_fragment:
  - default_callback
  - result_format_callback
requirements:
  - set as C(stdout_callback) in the configuration of Ansible
"""

from ansible.plugins.callback.default import CallbackModule as Default

from ansible_collections.nodeops.rotator.plugins.plugin_utils.afterword import show_at_exit


class CallbackModule(Default):  # type: ignore[misc]
    """Ansible's default output, and closing words after Ctrl-C."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "nodeops.rotator.rotation"

    def __init__(self) -> None:
        """Arrange for the closing words."""
        super().__init__()
        show_at_exit()
