# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a replacement node is told to wait for when several things are missing."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import TargetHealth
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    DaemonSet,
    Owner,
    Pod,
    Taint,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import OUTDATED
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.readiness import (
    CORDON,
    broken,
    lacking_targets,
    waiting_for,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    a_target,
    an_instance,
    members,
)

STEPS = (
    "its node to be Ready",
    "its cordon to be lifted",
    "taint agent/not-ready to be removed",
    "DaemonSet pod kube-system/agent-x to be ready",
    "CSI driver ebs to be offered",
)
"""What is waited for, in the order in which a node usually gets there."""
AGENT = Pod(
    "kube-system", "agent-x", "uid-agent", ready=False, owner=Owner("DaemonSet", "agent", "uid-set")
)


def wait(missing: frozenset[int]) -> str:
    """What a node waits for that lacks these steps."""
    node = a_node(
        "a",
        ready=0 not in missing,
        unschedulable=1 in missing,
        taints=(Taint("agent/not-ready", "NoSchedule"),) if 2 in missing else (),
    )
    return waiting_for(
        members(a_group(an_instance("a", fresh=True)), node)["a"],
        (AGENT,) if 3 in missing else (),
        (),
        (),
        ("CSI driver ebs",) if 4 in missing else (),
    )


@pytest.mark.parametrize(
    "missing",
    [
        frozenset(number for number, absent in enumerate(row) if absent)
        for row in itertools.product((False, True), repeat=len(STEPS))
    ],
)
def test_the_earliest_step_that_is_missing_is_told(missing: frozenset[int]) -> None:
    assert wait(missing) == (STEPS[min(missing)] if missing else "")


@pytest.mark.parametrize("ready", [True, False, None])
@pytest.mark.parametrize("unschedulable", [False, True])
def test_only_a_node_that_is_surely_ready_takes_load(
    ready: bool | None, unschedulable: bool
) -> None:
    node = a_node("a", ready, unschedulable=unschedulable)
    member = members(a_group(an_instance("a", fresh=True)), node)["a"]
    is_ready = waiting_for(member, (), (), ()) == ""
    assert is_ready is (ready is True and not unschedulable)


@pytest.mark.parametrize("effect", ["NoSchedule", "NoExecute", "PreferNoSchedule"])
@pytest.mark.parametrize("key", ["agent/not-ready", "dedicated", CORDON, OUTDATED])
@pytest.mark.parametrize("expected", [(), ("dedicated",), frozenset(("dedicated", "gpu"))])
def test_which_taints_keep_a_node_waiting(key: str, effect: str, expected: Any) -> None:
    """A cordon's own taint goes with the cordon, and ours is not an agent's."""
    node = a_node("a", taints=(Taint(key, effect),))
    member = members(a_group(an_instance("a", fresh=True)), node)["a"]
    blocks = effect != "PreferNoSchedule" and key not in (*expected, CORDON, OUTDATED)
    found = waiting_for(member, (), (), expected)
    assert found == (f"taint {key} to be removed" if blocks else "")


@pytest.mark.parametrize(
    ("owner", "namespace", "ready", "counts"),
    [
        (Owner("DaemonSet", "agent"), "kube-system", False, True),
        (Owner("DaemonSet", "agent"), "kube-system", True, False),
        (Owner("DaemonSet", "lame"), "kube-system", False, False),
        (Owner("DaemonSet", "lame"), "shop", False, True),
        (Owner("DaemonSet", "agent", group="apps.kruise.io"), "kube-system", False, False),
        (Owner("StatefulSet", "agent"), "kube-system", False, False),
        (None, "kube-system", False, False),
    ],
)
def test_a_pod_counts_if_a_daemonset_that_worked_owns_it(
    owner: Owner | None, namespace: str, ready: bool, counts: bool
) -> None:
    pod = Pod(namespace, "x", "uid-x", ready=ready, owner=owner)
    member = members(a_group(an_instance("a", fresh=True)), a_node("a"))["a"]
    found = waiting_for(member, (pod,), ("kube-system/lame",), ())
    assert found == (f"DaemonSet pod {pod.id} to be ready" if counts else "")


@pytest.mark.parametrize(("desired", "ready"), list(itertools.product(range(7), range(7))))
def test_a_daemonset_is_broken_if_more_than_half_of_its_pods_are_not_ready(
    desired: int, ready: int
) -> None:
    missing = desired - ready
    found = broken([DaemonSet("shop", "agent", "uid", desired, ready)])
    assert bool(found) is (missing > desired / 2)


def test_broken_daemonsets_are_named_in_order_with_their_namespace() -> None:
    sets = [DaemonSet(space, name, "", 2, 0) for space in "ba" for name in ("y", "x")]
    assert broken(sets) == ("a/x", "a/y", "b/x", "b/y")


STATES = ("initial", "healthy", "unhealthy", "unused", "draining")


@pytest.mark.parametrize(("old", "new"), list(itertools.product(STATES, STATES)))
def test_a_new_node_has_to_be_healthy_only_where_an_old_one_is(old: str, new: str) -> None:
    group = a_group(
        an_instance("old"),
        an_instance("new", fresh=True),
        targets=(a_target("old", old), a_target("new", new)),
    )
    found = lacking_targets(group, members(group)["new"], frozenset(("i-old",)))
    assert bool(found) is (old == "healthy" and new != "healthy")


@pytest.mark.parametrize("seed", range(15))
def test_target_groups_that_lack_it_against_plain_sets(seed: int) -> None:
    dice = random.Random(seed)
    targets = tuple(
        TargetHealth(dice.choice("uvw"), f"i-{dice.choice(('a', 'b', 'new'))}", 80, health)
        for health in dice.choices(STATES[:3], k=12)
    )
    group = a_group(an_instance("a"), an_instance("new", fresh=True), targets=targets)
    healthy = {(one.group, one.id) for one in targets if one.state == "healthy"}
    found = lacking_targets(group, members(group)["new"], frozenset(("i-a",)))
    expected = [
        name for name in "uvw" if (name, "i-a") in healthy and (name, "i-new") not in healthy
    ]
    assert list(found) == expected
