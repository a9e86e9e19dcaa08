# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a fresh node counts, and what it is told to lack."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    DaemonSet,
    Owner,
    Pod,
    Taint,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    SOFT_TAINT,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.readiness import (
    broken,
    lacking_targets,
    startup_taint,
    waiting_for,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    INGRESS,
    a_group,
    a_node,
    a_target,
    an_instance,
    members,
)

AGENT = Owner("DaemonSet", "agent", "uid-agent")


def lacks(
    pods: tuple[Pod, ...] = (),
    node: bool = True,
    lacking: tuple[str, ...] = (),
    gates: tuple[str, ...] = (),
    lifecycle: str = "InService",
    **fields: Any,
) -> str:
    """Return what a new node with these fields lacks.

    Its group is tainted "dedicated", and its DaemonSet kube-system/lame was broken.
    """
    nodes = [a_node("a", **fields)] if node else []
    instance = an_instance("a", fresh=True, lifecycle=lifecycle)
    member = members(a_group(instance), *nodes)["a"]
    return waiting_for(member, pods, ("kube-system/lame",), {"dedicated"}, lacking, gates)


def pod(ready: bool, owner: Owner | None = AGENT, namespace: str = "kube-system") -> Pod:
    """A pod on the node."""
    return Pod(namespace, "agent-x", "uid-pod", ready=ready, owner=owner)


@pytest.mark.parametrize(
    "arguments, reason",
    [
        ({}, ""),
        ({"node": False}, "its node to join the cluster"),
        ({"ready": False}, "its node to be Ready"),
        ({"ready": None}, "its node to be Ready"),
        (
            {"taints": (Taint("agent/not-ready", "NoSchedule"),)},
            "taint agent/not-ready to be removed",
        ),
        (
            {"taints": (Taint("node.kubernetes.io/not-ready", "NoExecute"),)},
            "taint node.kubernetes.io/not-ready to be removed",
        ),
        ({"taints": (Taint("hint", "PreferNoSchedule"),)}, ""),
        ({"taints": (Taint("dedicated", "NoSchedule", "ml"),)}, ""),
        ({"taints": (SOFT_TAINT, Taint("nodeops.rotator/other", "NoSchedule"))}, ""),
        (
            {
                "taints": (Taint("node.kubernetes.io/unschedulable", "NoSchedule"),),
                "unschedulable": True,
            },
            "its cordon to be lifted",
        ),  # a person's cordon
        ({"pods": (pod(True),)}, ""),
        ({"pods": (pod(True), pod(False))}, "DaemonSet pod kube-system/agent-x to be ready"),
        ({"pods": (pod(False, Owner("DaemonSet", "lame")),)}, ""),
        (
            {"pods": (pod(False, Owner("DaemonSet", "lame"), "other"),)},
            "DaemonSet pod other/agent-x to be ready",
        ),
        ({"pods": (pod(False, Owner("ReplicaSet", "cart-1")), pod(False, None))}, ""),
        ({"lacking": ("resource nvidia.com/gpu",)}, "resource nvidia.com/gpu to be offered"),
        ({"ready": False, "taints": (Taint("x", "NoSchedule"),)}, "its node to be Ready"),
        ({"lifecycle": "Pending"}, ""),  # a late read, where no hook holds it
        ({"lifecycle": "Pending:Wait"}, "the launch hooks of its group (Pending:Wait)"),
        ({"lifecycle": "Pending:Proceed"}, "the launch hooks of its group (Pending:Proceed)"),
        ({"lifecycle": "Pending:Wait", "ready": False}, "its node to be Ready"),
    ],
)
def test_what_a_fresh_node_waits_for(arguments: dict[str, Any], reason: str) -> None:
    assert lacks(**arguments) == reason


@pytest.mark.parametrize(
    "desired, ready, is_broken",
    [
        (4, 1, True),
        (4, 2, False),
        (4, 0, True),
        (1, 0, True),
        (0, 0, False),
        (3, 1, True),
        (3, 2, False),
    ],
)
def test_a_daemonset_is_broken_where_most_of_its_pods_are_not_ready(
    desired: int, ready: int, is_broken: bool
) -> None:
    found = broken(
        [DaemonSet("kube-system", "agent", "u", desired, ready), DaemonSet("a", "well", "v", 5, 5)]
    )
    assert found == (("kube-system/agent",) if is_broken else ())


@pytest.mark.parametrize(
    "targets, lacking",
    [
        ((a_target("old"), a_target("new")), ()),
        ((a_target("old"), a_target("new", "initial")), (INGRESS,)),
        ((a_target("old"),), (INGRESS,)),
        (
            (a_target("old", "unhealthy"), a_target("new", "unhealthy")),
            (),
        ),  # where no old one serves none is asked to
        ((a_target("other"), a_target("new", "unhealthy")), ()),
        ((a_target("old", group="x"), a_target("new", group="y")), ("x",)),
        ((a_target("old", group="y"), a_target("old", group="x")), ("x", "y")),
        ((), ()),
    ],
)
def test_a_fresh_node_is_to_be_healthy_where_an_outdated_one_is(
    targets: tuple[Any, ...], lacking: tuple[str, ...]
) -> None:
    group = a_group(an_instance("old"), an_instance("new", fresh=True), targets=targets)
    member = members(group)["new"]
    assert lacking_targets(group, member, frozenset(("i-old",))) == lacking
    follows = lacking_targets(group, member, frozenset(("i-old",)), (), (INGRESS,))
    assert follows == tuple(name for name in lacking if name != INGRESS)


@pytest.mark.parametrize(
    ("targets", "attached", "lacking"),
    [
        pytest.param((a_target("new", "unhealthy"),), True, (INGRESS,), id="no old one is left"),
        pytest.param((a_target("new"),), True, (), id="none is left, the new one is healthy"),
        pytest.param((), True, (INGRESS,), id="not registered at all"),
        pytest.param((), False, (), id="the target group was detached"),
        pytest.param((a_target("old", "draining"),), True, (INGRESS,), id="the last one leaves"),
        pytest.param((a_target("old", "unused"),), True, (INGRESS,), id="the last one has left"),
        pytest.param((a_target("old", "unhealthy"),), True, (), id="an old one is unhealthy too"),
    ],
)
def test_where_no_outdated_node_is_registered_any_more_what_was_before_counts(
    targets: tuple[Any, ...], attached: bool, lacking: tuple[str, ...]
) -> None:
    group = a_group(
        an_instance("old"),
        an_instance("new", fresh=True),
        targets=targets,
        target_groups=(INGRESS,) if attached else (),
    )
    found = lacking_targets(
        group, members(group)["new"], frozenset(("i-old",)), served=frozenset((INGRESS,))
    )
    assert found == lacking


@pytest.mark.parametrize(
    ("gates", "conditions", "reason"),
    [
        ((), ("AgentReady",), ""),
        (("AgentReady",), ("AgentReady", "Ready"), ""),
        (("AgentReady",), ("Ready",), "condition AgentReady to be True"),
        (("a", "b"), ("a",), "condition b to be True"),
        (("a", "b"), ("a", "b"), ""),
    ],
)
def test_a_node_needs_the_conditions_that_are_asked_for(
    gates: tuple[str, ...], conditions: tuple[str, ...], reason: str
) -> None:
    assert lacks(gates=gates, conditions=frozenset(conditions)) == reason


def test_a_gate_comes_after_the_node_itself_and_before_its_pods() -> None:
    assert lacks(gates=("a",), ready=False) == "its node to be Ready"
    assert lacks((pod(False),), gates=("a",)) == "condition a to be True"


@pytest.mark.parametrize(
    ("taint", "key"),
    [
        (Taint("agent", "NoSchedule"), "agent"),
        (Taint("agent", "NoExecute"), "agent"),
        (Taint("agent", "PreferNoSchedule"), ""),
        (Taint("dedicated", "NoSchedule"), ""),
        (Taint("node.kubernetes.io/unschedulable", "NoSchedule"), ""),
        (SOFT_TAINT, ""),
    ],
)
def test_a_startup_taint_blocks_and_is_neither_expected_nor_a_cordon(
    taint: Taint, key: str
) -> None:
    assert startup_taint(a_node("a", taints=(taint,)), {"dedicated"}) == key
