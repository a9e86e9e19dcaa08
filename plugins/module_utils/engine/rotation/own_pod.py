# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Know the node on which this run itself works, so that it is not drained by it.

It is the node of the pod that has an address of ours. Of a pod in the network of its host, or of a
process on the host, that is the address of the node, which its pods in that network share.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.observe import listed


def is_known(ctx: RotationContext) -> bool:
    """Return whether the pods with our addresses are listed.

    Raises the error that prevents it.
    """
    feeds = frozenset(Feed("pods", address=one) for one in ctx.policy.addresses)
    return listed(ctx, feeds, "unread addresses")


def follow(ctx: RotationContext) -> None:
    """Go on to follow the pods with our addresses."""
    ctx.feeds |= {Feed("pods", address=one) for one in ctx.policy.addresses}
