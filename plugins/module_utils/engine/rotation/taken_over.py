# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recognise Nodes of ended instances under which new ones of the same name run.

A kubelet that finds a Node of its name keeps it as it is, with providerID, taints and cordon.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)


def is_taken_over(ctx: RotationContext, node: Node) -> bool:
    """Return whether a new instance runs pods under this Node of another one.

    It has become Ready since that one was launched. To delete the Node would take its pods;
    under one that is cordoned there are none, and it may go.
    """
    new = (one.instance for one in ctx.situation.nodeless)
    launched = [one.launched_at for one in new if one.private_dns == node.name]
    takes_pods = node.ready is True and not node.unschedulable
    return takes_pods and any(node.ready_since > at for at in launched)
