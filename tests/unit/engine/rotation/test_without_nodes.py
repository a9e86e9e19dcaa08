# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One look at bastions: what is asked of nodes is asked of their instances."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import REPLACING
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import Size
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.capacity import taint
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.cordons import (
    forget_restored,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.dead import is_dead
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.new_nodes import judge
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.replacement import (
    advance,
    restore_nodes,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.right_cluster import (
    evidence,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.shield import shield
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group, an_instance
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    RUNNING,
    a_context,
    a_policy,
    selected,
    written,
)

TAGS = {
    "KubernetesCluster": "prod.example.com",
    "kops.k8s.io/instancegroup": "bastions",
    "k8s.io/role/bastion": "1",
}
RECORDED = dataclasses.replace(RUNNING, replacing=(("i-w", False, False),))


def bastions(**more: Any) -> Group:
    """An outdated bastion w and a new one x."""
    return a_group(an_instance("w"), an_instance("x", fresh=True, **more), tags=TAGS)


def a_look(group: Group | None = None, **more: Any) -> RotationContext:
    return a_context(bastions() if group is None else group, **more)


def test_each_instance_has_something_that_stands_in_for_its_node() -> None:
    ctx = a_look()
    assert {id_: node.ready for id_, node in ctx.mine.items()} == {"i-w": True, "i-x": True}
    assert ctx.mine is ctx.mine
    assert [member.name for member in ctx.situation.members] == ["i-w", "i-x"]


def test_which_one_leaves_is_known_by_the_record_alone() -> None:
    ctx = a_look(journal=RECORDED)
    assert [id_ for id_, node in ctx.mine.items() if REPLACING in node.annotations] == ["i-w"]
    assert [member.id for member in ctx.situation.leaving] == ["i-w"]


def test_they_go_one_by_one_whatever_sizes_are_given() -> None:
    ctx = a_look(policy=a_policy(0, 2))
    assert (ctx.policy.max_surge, ctx.policy.max_unavailable) == (Size(1), Size(0))


@pytest.mark.parametrize(
    "act", [taint, shield, lambda ctx: ctx.change(ctx.mine["i-w"], NodeChange(True))]
)
def test_nothing_is_written_on_what_only_stands_in(act: Any) -> None:
    ctx = a_look()
    act(ctx)
    assert ctx.commands == []
    assert ctx.journal.shielded == ()


def test_one_that_is_to_go_is_recorded_and_then_drained_of_its_targets() -> None:
    ctx = a_look(**selected("w"))
    advance(ctx)
    assert [one[0] for one in ctx.journal.replacing] == ["i-w"]
    assert [event.phase for event in ctx.events] == ["balancer"]
    later = written(ctx)
    advance(later)
    assert [event.phase for event in later.events if event.phase == "balancer"] == []


def test_one_that_stays_is_dropped_from_the_record() -> None:
    ctx = a_look(journal=RECORDED)
    assert restore_nodes(ctx) is True
    assert ctx.journal.replacing == ()
    kept = a_look(journal=RECORDED, **selected("w"))
    forget_restored(kept)
    assert [one[0] for one in kept.journal.replacing] == ["i-w"]


def test_none_is_dead_for_want_of_a_kubelet() -> None:
    group = a_group(an_instance("w", lifecycle="Pending"), tags=TAGS)
    ctx = a_look(group)
    assert is_dead(ctx, ctx.situation.members[0]) is False
    assert ctx.commands == []


def test_a_new_one_is_waited_for_until_it_is_in_service() -> None:
    ctx = a_look(
        bastions(lifecycle="Pending"), policy=a_policy(boot_timeout=60), timers={"boot i-x": 0.0}
    )
    judge(ctx)
    assert "waiting for its instance to be in service" in str(
        ctx.memory.report.problem or ctx.journal.failures
    )


def test_their_cluster_is_known_by_tags_and_records_alone() -> None:
    found = evidence(a_look())
    assert (found.judged, found.joined) == (0, 0)
