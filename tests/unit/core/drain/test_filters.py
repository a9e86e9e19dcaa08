# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pods a drain removes: the filter chain as a truth table."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import (
    Context,
    Fate,
    decide,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import (
    DrainPolicy,
    from_params,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Owner, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse

SET, DAEMON, JOB = Owner("ReplicaSet", "cart-5d"), Owner("DaemonSet", "agent"), Owner("Job", "sum")
POD = Pod("shop", "cart-1", "u1", labels={"app": "cart"}, owner=SET)
KARPENTER = {"annotations": {"karpenter.sh/do-not-disrupt": "true"}}
AUTOSCALER = {"annotations": {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"}}
MIRROR: dict[str, Any] = {
    "annotations": {"kubernetes.io/config.mirror": "x"},
    "owner": Owner("Node", "n1"),
}
GOING = {"deleted_at": 100.0, "deletion_grace": 30}
THERE, ABSENT = frozenset(("shop/agent",)), frozenset(("shop/other", "bank/agent"))
NO_DAEMONS = {"ignore_daemonsets": False}

TABLE: list[tuple[str, dict[str, Any], dict[str, Any], Fate, str]] = [
    # name, pod, policy -> fate, a word of the reason
    ("plain", {}, {}, Fate.REMOVE, ""),
    ("mirror", MIRROR, {}, Fate.LEAVE, "static"),
    ("mirror with force", MIRROR, {"force": True}, Fate.LEAVE, "static"),
    ("daemon", {"owner": DAEMON}, {}, Fate.LEAVE, "DaemonSet agent"),
    ("daemon, not ignored", {"owner": DAEMON}, NO_DAEMONS, Fate.REFUSE, "ignore_daemonsets"),
    (
        "daemon, not ignored, forced",
        {"owner": DAEMON},
        {**NO_DAEMONS, "force": True},
        Fate.REFUSE,
        "ignore_daemonsets",
    ),
    ("daemon with local data", {"owner": DAEMON, "empty_dir": True}, {}, Fate.LEAVE, "DaemonSet"),
    ("daemon, finished", {"owner": DAEMON, "phase": "Failed"}, NO_DAEMONS, Fate.REMOVE, ""),
    ("unmanaged", {"owner": None}, {}, Fate.REFUSE, "force"),
    ("unmanaged, forced", {"owner": None}, {"force": True}, Fate.REMOVE, ""),
    ("unmanaged, succeeded", {"owner": None, "phase": "Succeeded"}, {}, Fate.REMOVE, ""),
    ("unmanaged, failed", {"owner": None, "phase": "Failed"}, {}, Fate.REMOVE, ""),
    ("unmanaged, pending", {"owner": None, "phase": "Pending"}, {}, Fate.REFUSE, "force"),
    ("unmanaged, going", {"owner": None, **GOING}, {}, Fate.REFUSE, "force"),
    ("local data", {"empty_dir": True}, {}, Fate.REFUSE, "delete_emptydir_data"),
    (
        "local data, forced",
        {"empty_dir": True},
        {"force": True},
        Fate.REFUSE,
        "delete_emptydir_data",
    ),
    ("local data, allowed", {"empty_dir": True}, {"delete_emptydir_data": True}, Fate.REMOVE, ""),
    ("local data, finished", {"empty_dir": True, "phase": "Succeeded"}, {}, Fate.REMOVE, ""),
    (
        "bare with local data, allowed",
        {"empty_dir": True, "owner": None},
        {"delete_emptydir_data": True},
        Fate.REFUSE,
        "force",
    ),
    (
        "bare with local data, forced",
        {"empty_dir": True, "owner": None},
        {"force": True},
        Fate.REFUSE,
        "delete_emptydir_data",
    ),
    ("selected", {}, {"pod_selector": parse("app=cart")}, Fate.REMOVE, ""),
    ("not selected", {}, {"pod_selector": parse("app!=cart")}, Fate.LEAVE, "pod_selector"),
    (
        "bare, not selected",
        {"owner": None},
        {"pod_selector": parse("app!=cart")},
        Fate.LEAVE,
        "pod_selector",
    ),
    ("going", GOING, {}, Fate.AWAIT, "terminating"),
    ("going, shorter grace wanted", GOING, {"grace_period": 5}, Fate.REMOVE, ""),
    ("going, zero grace wanted", GOING, {"grace_period": 0}, Fate.REMOVE, ""),
    ("going, same grace wanted", GOING, {"grace_period": 30}, Fate.AWAIT, "terminating"),
    ("going, longer grace wanted", GOING, {"grace_period": 60}, Fate.AWAIT, "terminating"),
    ("going, capped below", GOING, {"max_grace_period": 10}, Fate.REMOVE, ""),
    ("going, capped above", GOING, {"max_grace_period": 40}, Fate.AWAIT, "terminating"),
    ("going for long, no limit", {**GOING, "long": 500}, {}, Fate.AWAIT, "terminating"),
    ("going and finished", {**GOING, "phase": "Succeeded"}, {}, Fate.LEAVE, "has finished"),
    (
        "going for long",
        {**GOING, "long": 500},
        {"skip_wait_for_delete_timeout": 60},
        Fate.LEAVE,
        "skip_wait",
    ),
    (
        "going for less",
        {**GOING, "long": 60},
        {"skip_wait_for_delete_timeout": 60},
        Fate.AWAIT,
        "terminating",
    ),
    (
        "bare, going for long",
        {"owner": None, **GOING, "long": 61},
        {"skip_wait_for_delete_timeout": 60},
        Fate.LEAVE,
        "skip_wait",
    ),
    ("karpenter, ignored", KARPENTER, {}, Fate.REMOVE, ""),
    (
        "karpenter",
        KARPENTER,
        {"honor_do_not_disrupt": "wait"},
        Fate.AWAIT,
        "karpenter.sh/do-not-disrupt",
    ),
    (
        "karpenter, skip",
        KARPENTER,
        {"honor_do_not_disrupt": "skip_node"},
        Fate.SKIP_NODE,
        "karpenter.sh",
    ),
    (
        "karpenter, finished",
        {**KARPENTER, "phase": "Failed"},
        {"honor_do_not_disrupt": "skip_node"},
        Fate.REMOVE,
        "",
    ),
    ("autoscaler", AUTOSCALER, {"honor_do_not_disrupt": "wait"}, Fate.AWAIT, "safe-to-evict"),
    (
        "safe to evict",
        {"annotations": {"cluster-autoscaler.kubernetes.io/safe-to-evict": "true"}},
        {"honor_do_not_disrupt": "wait"},
        Fate.REMOVE,
        "",
    ),
    (
        "daemon marked",
        {"owner": DAEMON, **KARPENTER},
        {"honor_do_not_disrupt": "skip_node"},
        Fate.LEAVE,
        "DaemonSet",
    ),
    ("job", {"owner": JOB}, {}, Fate.REMOVE, ""),
    ("job, waited for", {"owner": JOB}, {"wait_for_jobs": True}, Fate.AWAIT, "Job sum"),
    (
        "job, waited for, over",
        {"owner": JOB, "phase": "Succeeded"},
        {"wait_for_jobs": True},
        Fate.REMOVE,
        "",
    ),
]


@pytest.mark.parametrize(
    ("pod", "policy", "fate", "word"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_chain(pod: dict[str, Any], policy: dict[str, Any], fate: Fate, word: str) -> None:
    long = pod.get("long")
    traits = {key: value for key, value in pod.items() if key != "long"}
    decision = decide(
        dataclasses.replace(POD, **traits), Context(DrainPolicy(**policy), THERE, long)
    )
    assert decision.fate is fate
    assert word in f"{decision.why} {decision.todo}"


@pytest.mark.parametrize(
    ("known", "force", "fate"),
    [
        (THERE, False, Fate.LEAVE),
        (THERE, True, Fate.LEAVE),
        (ABSENT, False, Fate.REFUSE),
        (ABSENT, True, Fate.REMOVE),
        (None, True, Fate.LEAVE),
    ],
)
def test_orphan_of_a_daemonset(known: frozenset[str] | None, force: bool, fate: Fate) -> None:
    pod = dataclasses.replace(POD, owner=DAEMON)
    assert decide(pod, Context(DrainPolicy(force=force), known)).fate is fate


@pytest.mark.parametrize(
    ("grace_period", "cap", "own", "asked"),
    [
        (None, None, 30, None),
        (0, None, 30, 0),
        (60, None, 30, 60),
        (None, 10, 30, 10),
        (None, 60, 30, None),
        (None, 0, 30, 0),
        (60, 45, 30, 45),
        (20, 45, 30, 20),
        (0, 45, 30, 0),
    ],
)
def test_grace(grace_period: int | None, cap: int | None, own: int, asked: int | None) -> None:
    assert DrainPolicy(grace_period=grace_period, max_grace_period=cap).grace(own) == asked


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"on_timeout": "explode"}, "on_timeout"),
        ({"honor_do_not_disrupt": "maybe"}, "honor_do_not_disrupt"),
        ({"timeout": -1}, "timeout"),
        ({"retry": 0}, "retry"),
        ({"max_grace_period": -5}, "max_grace_period"),
        ({"grace_period": 1000, "timeout": 900}, "grace_period"),
        ({"pdb_overrides": [{"selector": "app=db", "action": "burn"}]}, "pdb_overrides"),
        ({"pdb_overrides": [{"selector": "app in"}]}, "app in"),
        ({"pod_selector": "a=b=c"}, "a=b=c"),
    ],
)
def test_nonsense_is_refused(options: dict[str, Any], word: str) -> None:
    with pytest.raises(InputError, match=word):
        from_params(options)


def test_options_become_a_policy() -> None:
    policy = from_params(
        {
            "grace_period": -1,
            "pod_selector": "app=cart",
            "timeout": 0,
            "unrelated": 1,
            "retry": None,
            "pdb_overrides": [{"selector": "app=db", "action": "delete", "namespace": "shop"}],
        }
    )
    assert policy.grace_period is None
    assert policy.pod_selector == parse("app=cart")
    assert (policy.timeout, policy.retry) == (0, 30)
    assert [(o.action, o.namespace) for o in policy.pdb_overrides] == [("delete", "shop")]
