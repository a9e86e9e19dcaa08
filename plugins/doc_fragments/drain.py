# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Document the options of a drain (edge.drain.DRAIN_SPEC)."""

from __future__ import annotations

import re


class ModuleDocFragment:
    """Options of a drain, with the names of kubectl drain where it has them."""

    DOCUMENTATION = r"""
options:
  ignore_daemonsets:
    description:
      - Leave running pods of DaemonSets on the node. Their controller would recreate them there at
        once.
      - If V(false), a node with such a pod is not drained. That is the default of kubectl.
    type: bool
    default: true
  delete_emptydir_data:
    description: Remove pods that use C(emptyDir) volumes. Their data is lost. By default, such a
      pod keeps its node from being drained.
    type: bool
    default: false
  force:
    description:
      - Remove pods that no controller would recreate, or whose DaemonSet no longer exists. By
        default, such a pod keeps its node from being drained.
    type: bool
    default: false
  disable_eviction:
    description: Delete pods instead of evicting them. PodDisruptionBudgets are then ignored.
    type: bool
    default: false
  pod_selector:
    description: Label selector. Only pods that match are removed. The others stay, and the node
      counts as drained all the same.
    type: str
    default: ''
  grace_period:
    description:
      - Seconds that each pod gets to terminate, instead of its own grace period. V(0) kills it at
        once. By default, or if negative, each pod has its own grace period.
      - A pod that is already terminating is evicted again if this is shorter than the grace period
        it has.
    type: int
  max_grace_period:
    description: Longest grace period of any pod, in seconds. It shortens grace periods and
      lengthens none.
    type: int
  skip_wait_for_delete_timeout:
    description:
      - Do not wait for a pod that was deleted more than this many seconds ago, for instance because
        its kubelet is dead.
      - V(0) waits for all pods.
    type: int
    default: 0
  honor_do_not_disrupt:
    description:
      - How to treat pods that are annotated with C(karpenter.sh/do-not-disrupt=true) or
        C(cluster-autoscaler.kubernetes.io/safe-to-evict=false).
      - V(ignore) evicts them, as kubectl does. V(wait) waits until they end by themselves, for at
        most O(timeout). V(skip_node) skips their node, which is not a failure.
    type: str
    choices: [ignore, wait, skip_node]
    default: ignore
  tolerating_pods:
    description:
      - What to do about a pod that comes back to the cordoned node again and again because it
        tolerates everything. V(leave) leaves it, names it, and counts the node as drained; V(fail)
        fails.
    type: str
    choices: [leave, fail]
    default: leave
  wait_for_jobs:
    description: Wait until pods of Jobs end by themselves, for at most O(timeout), instead of
      evicting them.
    type: bool
    default: false
  pdb_overrides:
    description: Exceptions for pods that a PodDisruptionBudget blocks. The first entry that matches
      a pod applies.
    type: list
    elements: dict
    default: []
    suboptions:
      selector:
        description: Label selector of the pods.
        type: str
        required: true
      namespace:
        description: Namespace of the pods. Empty matches every namespace.
        type: str
        default: ''
      action:
        description:
          - V(wait) waits for at most O(timeout), whatever O(pdb_timeout) is. V(delete) deletes the
            pod in spite of its budget. V(skip_node) skips the node.
        type: str
        choices: [wait, delete, skip_node]
        default: wait
  by_priority:
    description: Evict pods in order of their priority, lowest first. Each priority waits until the
      pods below it are gone.
    type: bool
    default: false
  timeout:
    description: Seconds within which the pods of a node have to be gone. V(0) sets no limit.
    type: int
    default: 900
  pdb_timeout:
    description:
      - Seconds that a pod may be blocked, counted from its first refusal. The count starts again
        whenever its budget admits another pod of this drain. V(0) leaves O(timeout) as the only
        limit.
    type: int
    default: 600
  retry:
    description:
      - Seconds after which a blocked pod is tried again. A pod is evicted as soon as its budget
        admits it; this helps where the status of a budget is wrong or never updated.
    type: int
    default: 30
  on_timeout:
    description:
      - What to do when O(timeout) or O(pdb_timeout) has passed. V(fail) fails. V(skip) skips the
        node, which is not a failure. V(delete) deletes the remaining pods in spite of their
        budgets. V(force_delete) does so with a grace period of 0.
    type: str
    choices: [fail, skip, delete, force_delete]
    default: fail
  wait_for_volumes:
    description:
      - Wait until the volumes of evicted pods are detached. A volume whose instance is terminated
        before that is blocked for six minutes.
    type: bool
    default: true
  volume_timeout:
    description: Seconds within which the volumes have to be detached. V(0) sets no limit.
    type: int
    default: 120
"""
    PREFIXED: str
    """The same options with the prefix `drain_`, for a module that does more than drain."""


_OPTIONS = re.sub(r"(?m)^  (\w+):$", r"  drain_\1:", ModuleDocFragment.DOCUMENTATION)
ModuleDocFragment.PREFIXED = re.sub(r"O\((\w+)\)", r"O(drain_\1)", _OPTIONS)
