# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a node group is rotated; the counterpart of module_utils.module.rotation.ROTATION_SPEC."""

from __future__ import annotations


class ModuleDocFragment:
    """The window and the time limits of a rotation."""

    DOCUMENTATION = r"""
options:
  max_surge:
    description:
      - So many nodes may be launched above the group's size, as a number or as a percentage of it,
        rounded up.
    type: str
    default: '1'
  max_unavailable:
    description:
      - So many nodes may be missing below the group's size, as a number or as a percentage of it,
        rounded down, but at
        least 1 where O(max_surge) is 0.
    type: str
    default: '0'
  canary:
    description:
      - So many nodes are replaced first and watched for O(soak) seconds before the rotation goes
        wide. If one of the fresh
        nodes does not become ready or ceases to be, nothing more is replaced. V(0) goes wide at
        once.
    type: int
    default: 1
  soak:
    description: Seconds for which the canaries are watched.
    type: int
    default: 60
  failure_budget:
    description: So many nodes may fail to drain or to become ready before the rotation stops. Those
      of the canary never.
    type: int
    default: 0
  min_ready:
    description: Seconds for which a fresh node must have been ready before it counts.
    type: int
    default: 10
  boot_timeout:
    description: Seconds for a launch to happen, and for a fresh node to become ready after it.
    type: int
    default: 900
  lb_timeout:
    description:
      - Seconds to wait until the target groups attached to the group send a leaving node no traffic
        any more.
      - A node that is still the last healthy target then is not taken, which is a failure.
    type: int
    default: 300
  terminate_timeout:
    description: Seconds to wait at the end until terminated instances and their nodes are gone.
    type: int
    default: 600
  max_node_age:
    description: Nodes older than so many seconds are outdated too.
    type: int
  poll_interval:
    description: Seconds between two reads of the group where nothing else asks for one. Nodes and
      pods are watched.
    type: int
    default: 30
  scale_in_fence:
    description:
      - Protect the group's instances from scale-in while it is rotated, so that no autoscaler or
        person who sets desired
        can take a node that is not drained.
    type: bool
    default: true
  lease_duration:
    description: Seconds after which the Lease of a run that no longer renews it may be taken over.
    type: int
    default: 30
  stop_timeout:
    description: Seconds within which a run that is told to stop ends.
    type: int
    default: 20
"""
