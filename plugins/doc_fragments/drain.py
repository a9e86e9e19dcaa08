# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How nodes are drained; the counterpart of module_utils.module.drain.DRAIN_SPEC."""

from __future__ import annotations

import re


class ModuleDocFragment:
    """The options of a drain, named as those of kubectl drain where it has one."""

    DOCUMENTATION = r"""
options:
  ignore_daemonsets:
    description:
      - Leave running pods of DaemonSets where they are. Their controller would put them back at
        once.
      - If V(false), a node with such a pod is not drained, as with kubectl, whose default that is.
    type: bool
    default: true
  delete_emptydir_data:
    description: Drain although the data that pods keep in C(emptyDir) volumes is lost. Otherwise
      such a pod is a refusal.
    type: bool
    default: false
  force:
    description:
      - Drain although pods without a controller, or of a DaemonSet that is gone, are lost for ever.
        Otherwise such a pod
        is a refusal.
    type: bool
    default: false
  disable_eviction:
    description: Delete pods instead of evicting them. PodDisruptionBudgets are then ignored.
    type: bool
    default: false
  pod_selector:
    description: Remove only pods with these labels; the others stay, and the node counts as drained
      with them.
    type: str
    default: ''
  grace_period:
    description:
      - Seconds that each pod gets to end. V(0) kills at once. Without it, or negative, the pod's
        own.
      - A pod that is terminating already is asked again if this is shorter than what it was given.
    type: int
  max_grace_period:
    description: Caps the grace of each pod at so many seconds, without lengthening any.
    type: int
  skip_wait_for_delete_timeout:
    description:
      - Do not wait for a pod whose deletion is older than so many seconds, for instance because its
        kubelet is dead.
      - V(0) waits for all.
    type: int
    default: 0
  honor_do_not_disrupt:
    description:
      - What to do for pods with C(karpenter.sh/do-not-disrupt=true) or
        C(cluster-autoscaler.kubernetes.io/safe-to-evict=false).
      - V(ignore) evicts them, as kubectl does; V(wait) waits until they end by themselves, at the
        longest for
        O(timeout); V(skip_node) leaves their node alone, which is no failure.
    type: str
    choices: [ignore, wait, skip_node]
    default: ignore
  wait_for_jobs:
    description: Wait until pods of Jobs end by themselves, at the longest for O(timeout), instead
      of evicting them.
    type: bool
    default: false
  pdb_overrides:
    description: Exceptions for pods that a PodDisruptionBudget blocks. The first entry that matches
      a pod counts.
    type: list
    elements: dict
    default: []
    suboptions:
      selector:
        description: Label selector of the pods.
        type: str
        required: true
      namespace:
        description: Only pods of this namespace; empty is every namespace.
        type: str
        default: ''
      action:
        description:
          - V(wait) waits for as long as O(timeout) allows, whatever O(pdb_timeout) says; V(delete)
            deletes the pod past
            its budget; V(skip_node) leaves the node alone.
        type: str
        choices: [wait, delete, skip_node]
        default: wait
  by_priority:
    description: Evict pods of low priority first, and those of the next priority when these are
      gone.
    type: bool
    default: false
  timeout:
    description: Seconds for a node to be drained of its pods. V(0) is no limit.
    type: int
    default: 900
  pdb_timeout:
    description:
      - Seconds that a pod may be blocked, counted from its first refusal, and anew whenever its
        budget lets another pod of
        ours go. V(0) is no limit but O(timeout).
    type: int
    default: 600
  retry:
    description:
      - Seconds after which a pod that its budget holds back is tried all the same. What a budget
        admits is evicted as
        soon as it does; this is for a budget whose status is wrong or never comes.
    type: int
    default: 30
  on_timeout:
    description:
      - What to do when O(timeout) or O(pdb_timeout) ends. V(fail) fails; V(skip) leaves the node
        and is no failure;
        V(delete) deletes the pods in question past their budgets; V(force_delete) does so with a
        grace of 0.
    type: str
    choices: [fail, skip, delete, force_delete]
    default: fail
  wait_for_volumes:
    description:
      - After the pods, wait until the volumes of those that were evicted are detached. An instance
        that is terminated
        before blocks them for six minutes.
    type: bool
    default: true
  volume_timeout:
    description: Seconds for the volumes. V(0) is no limit.
    type: int
    default: 120
"""
    PREFIXED: str
    """The same options of a module that does more than drain."""


_OPTIONS = re.sub(r"(?m)^  (\w+):$", r"  drain_\1:", ModuleDocFragment.DOCUMENTATION)
ModuleDocFragment.PREFIXED = re.sub(r"O\((\w+)\)", r"O(drain_\1)", _OPTIONS)
