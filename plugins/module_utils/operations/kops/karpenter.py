# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name the instance groups of a kops cluster whose nodes Karpenter launches.

They have no Auto Scaling group, so no inventory finds them. As long as they have no node, nothing
in the cluster or the account shows them either.
"""

from __future__ import annotations

from collections.abc import Collection

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kops.client import Kops
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError


def karpenter_groups(kops: Kops, cluster: str, shown: Collection[str]) -> list[str]:
    """Return one sentence for each instance group that Karpenter manages.

    `shown`: names of NodePools that are told anyway. Where the state store cannot be read, that is
    the sentence.
    """
    try:
        groups = kops.groups()
    except RotatorError as error:
        return [
            f"whether Karpenter manages further instance groups of {cluster} is not known:"
            f" {error.message}"
        ]
    return [
        f"instance group {group.name}: its nodes are replaced by Karpenter, which manages it"
        for group in groups
        if group.is_karpenter and group.name not in shown
    ]
