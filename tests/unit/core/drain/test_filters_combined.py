# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every combination of pod traits and drain options, against rules in words."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import (
    AUTOSCALER,
    KARPENTER,
    MIRROR,
    Context,
    Decision,
    Fate,
    decide,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Owner, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse

OWNERS = (None, Owner("ReplicaSet", "cart-5d"), Owner("DaemonSet", "agent"), Owner("Job", "sum"))
PODS = [
    Pod(
        "shop",
        "cart-1",
        "u1",
        phase=phase,
        owner=owner,
        empty_dir=empty_dir,
        annotations={mark: "true" if mark != AUTOSCALER else "false"} if mark else {},
        deleted_at=100.0 if going else None,
    )
    for phase, owner, empty_dir, mark, going in itertools.product(
        ("Running", "Failed"), OWNERS, (False, True), ("", KARPENTER, AUTOSCALER), (False, True)
    )
]
POLICIES = [
    DrainPolicy(
        force=force,
        delete_emptydir_data=delete,
        ignore_daemonsets=ignore,
        honor_do_not_disrupt=honor,
        wait_for_jobs=jobs,
    )
    for force, delete, ignore, honor, jobs in itertools.product(
        (False, True), (False, True), (False, True), ("ignore", "wait", "skip_node"), (False, True)
    )
]
AGENT = frozenset(("shop/agent",))


def decisions(pods: list[Pod], policy: DrainPolicy) -> list[tuple[Pod, Decision]]:
    return [(pod, decide(pod, Context(policy, AGENT))) for pod in pods]


def is_daemon(pod: Pod) -> bool:
    return pod.owner is not None and pod.owner.kind == "DaemonSet"


@pytest.mark.parametrize("policy", POLICIES)
def test_nothing_is_lost_without_its_option(policy: DrainPolicy) -> None:
    running = [pod for pod in PODS if pod.phase == "Running"]
    for pod, decision in decisions(running, policy):
        if decision.fate in (Fate.REMOVE, Fate.AWAIT, Fate.SKIP_NODE):
            assert not is_daemon(pod)
            assert pod.owner is not None or policy.force
            assert not pod.empty_dir or policy.delete_emptydir_data


@pytest.mark.parametrize("policy", POLICIES)
def test_a_pod_that_has_ended_never_stops_a_drain(policy: DrainPolicy) -> None:
    ended = [pod for pod in PODS if pod.phase == "Failed"]
    for pod, decision in decisions(ended, policy):
        assert decision.fate is (Fate.REMOVE if pod.deleted_at is None else Fate.LEAVE)


@pytest.mark.parametrize("policy", POLICIES)
def test_every_refusal_names_an_option_that_lifts_it(policy: DrainPolicy) -> None:
    for pod, decision in decisions(PODS, policy):
        if decision.fate is not Fate.REFUSE:
            continue
        lifted = DrainPolicy(force=True, delete_emptydir_data=True, ignore_daemonsets=True)
        assert decide(pod, Context(lifted, AGENT)).fate is not Fate.REFUSE
        option = decision.todo.split()[1]
        assert getattr(policy, option) is False
        assert getattr(lifted, option) is True


@pytest.mark.parametrize("policy", POLICIES)
def test_a_mark_counts_only_when_it_is_to_be_honored(policy: DrainPolicy) -> None:
    for pod, decision in decisions(PODS, policy):
        marked = bool(pod.annotations)
        if decision.fate is Fate.SKIP_NODE:
            assert marked
            assert policy.honor_do_not_disrupt == "skip_node"
        if decision.why.startswith("marked"):
            assert marked
            assert policy.honor_do_not_disrupt != "ignore"
            assert pod.phase == "Running"
            assert pod.deleted_at is None


@pytest.mark.parametrize("policy", POLICIES)
def test_every_fate_but_removal_has_a_reason(policy: DrainPolicy) -> None:
    for _pod, decision in decisions(PODS, policy):
        assert bool(decision.why) is (decision.fate is not Fate.REMOVE)


@pytest.mark.parametrize("policy", POLICIES)
def test_static_and_unselected_pods_stay_whatever_else_is_true_of_them(policy: DrainPolicy) -> None:
    static = Pod("shop", "s", "u", annotations={MIRROR: "x"}, owner=Owner("Node", "n1"))
    assert decide(static, Context(policy, AGENT)).fate is Fate.LEAVE
    elsewhere = DrainPolicy(force=policy.force, pod_selector=parse("app=other"))
    for pod, decision in decisions(PODS, elsewhere):
        assert decision.fate is Fate.LEAVE, pod
