# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Options of modules that take a Lease."""

    DOCUMENTATION = r"""
options:
  lock_namespace:
    description:
      - Namespace of the Lease of each node group, the same for all runs of a cluster.
      - A run also looks in C(kube-system), and in the namespace that the tag C(nodeops.rotator/run)
        of the group names. It is refused if the group's Lease is held there or records a rotation
        that has not ended.
      - Other runs find a Lease outside C(kube-system) only by this tag, which AWS shows late. With
        another namespace a rotation sets the tag first, and begins 30 seconds later if nobody
        has taken a Lease meanwhile.
    type: str
    default: kube-system
  lock_wait:
    description: Seconds to wait for a Lease that another run holds and renews.
    type: int
    default: 0
"""

    TURNS = r"""
options:
  cluster_parallel:
    description: Rotations of node groups that may be at work in the cluster at one time, this one
      included. Others are waited for, up to O(lock_wait). By default no limit.
    type: int
"""
