# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every change that still stands is named when a run ends early."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    MARKED_IN,
    REPLACING,
    SCALE_DOWN_DISABLED,
    SHIELDED,
    SIGNPOST,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    SOFT_TAINT,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Stop
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.result import (
    conclude,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.standing import (
    is_marked,
    standing,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    HELD,
    RUNNING,
    a_context,
)

FREE = {"lease": dataclasses.replace(HELD, holder="thief")}


def stands(
    journal: dict[str, Any] | None = None,
    node: dict[str, Any] | None = None,
    memory: dict[str, Any] | None = None,
    **group: Any,
) -> tuple[str, ...]:
    """What stands of a run that lost its Lease, of a group of one node."""
    ctx = a_context(
        a_group(an_instance("w"), **{"max_size": 2, **group}),
        [a_node("w", **(node or {}))],
        dataclasses.replace(RUNNING, **(journal or {})),
        **{**FREE, **(memory or {})},
    )
    return standing(ctx)


def test_nothing_stands_of_a_run_that_changed_nothing() -> None:
    assert stands() == ()


def test_no_base_is_made_up_for_a_run_that_recorded_none() -> None:
    assert stands(journal={"run": "", "tainted": False}, desired=3) == ()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"journal": {"suspended": ("AZRebalance",)}, "suspended": frozenset({"AZRebalance"})},
            "AZRebalance of Auto Scaling group blue stays suspended",
        ),
        ({"journal": {"fenced": True}}, "Scale-in protection of Auto Scaling group blue stays on"),
        (
            {"journal": {"max_size": (1, 2)}},
            "MaxSize of Auto Scaling group blue is 2 (was 1)",
        ),
        (
            {"journal": vars(RUNNING.accounted(Account(1, 2))), "desired": 2},
            "Desired of Auto Scaling group blue is 2, 1 above its base of 1",
        ),
        ({"desired": 0}, "Auto Scaling group blue has 1 instances and wants 0"),
        ({"tags": {SIGNPOST: "r1"}}, f"Tag {SIGNPOST} of Auto Scaling group blue stays"),
        (
            {"journal": {"pointer_owed": True}},
            "Auto Scaling group blue still launches from what its canary failed with",
        ),
        (
            {"journal": {"deregistered_targets": (("tg", "i-w", 80),)}},
            "Instance i-w:80 stays deregistered from tg",
        ),
        (
            {"node": {"annotations": {REPLACING: "r1"}}},
            "1 node stays cordoned and marked for replacement: w",
        ),
        ({"node": {"taints": (SOFT_TAINT,)}}, f"1 node stays tainted {SOFT_TAINT.key}: w"),
        (
            {"node": {"annotations": {SHIELDED: "r1"}}},
            "1 node stays hidden from Cluster Autoscaler's scale-down: w",
        ),
        (
            {"node": {"annotations": {MARKED_IN: "blue"}}},
            "1 node stays annotated with nodeops.rotator/group: w",
        ),
        ({"memory": {"lease": HELD}}, "stays held by this run until it expires"),
    ],
)
def test_each_change_that_stands_is_named(fields: dict[str, Any], sentence: str) -> None:
    (one,) = stands(**fields)
    assert one.endswith(sentence)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"journal": {"suspended": ("AZRebalance",)}}, id="resumed by somebody"),
        pytest.param({"journal": {"max_size": (1, 3)}}, id="set by somebody"),
        pytest.param({"suspended": frozenset({"AZRebalance"})}, id="suspended by somebody"),
    ],
)
def test_what_is_not_ours_does_not_stand(fields: dict[str, Any]) -> None:
    assert stands(**fields) == ()


def ends(held: bool, stop: Stop | None) -> list[str]:
    """What the result names of a fenced group when the run ends like this."""
    lease = HELD if held else Lease("lease")
    ctx = a_context(
        a_group(an_instance("w")),
        [a_node("w")],
        dataclasses.replace(RUNNING, fenced=True),
        lease=lease,
        held=held,
    )
    ctx = RotationContext(ctx.memory, dataclasses.replace(ctx.view, stop=stop), ctx.now, ctx.policy)
    found: list[str] = conclude(ctx, "failed").values["not_restored"]
    return found


def test_only_a_run_that_was_cut_short_names_what_stands() -> None:
    assert len(ends(held=True, stop=None)) == 2, "the protection and the Lease"
    assert len(ends(held=False, stop=Stop("SIGTERM"))) == 1, "the protection"
    assert ends(held=False, stop=None) == [], "the phases before have put back or named all"


def test_the_node_of_an_instance_in_standby_is_named_too() -> None:
    aside = dataclasses.replace(an_instance("w"), lifecycle="Standby")
    node = a_node("w", unschedulable=True, annotations={REPLACING: "r1"})
    ctx = a_context(a_group(aside), [node], RUNNING)
    assert any(text.endswith("cordoned and marked for replacement: w") for text in standing(ctx))


@pytest.mark.parametrize(
    ("node", "marked"),
    [
        pytest.param({}, False, id="no mark"),
        pytest.param({"annotations": {REPLACING: "r1"}}, True, id="it was being replaced"),
        pytest.param({"annotations": {SHIELDED: "r1"}}, True, id="it was new"),
        pytest.param({"taints": (SOFT_TAINT,)}, True, id="it was outdated"),
        pytest.param({"annotations": {MARKED_IN: "blue"}}, True, id="of a group that we rotate"),
        pytest.param({"annotations": {SCALE_DOWN_DISABLED: "true"}}, False, id="somebody else's"),
    ],
)
def test_marks_are_found_also_where_no_record_tells_of_them(
    node: dict[str, Any], marked: bool
) -> None:
    ctx = a_context(a_group(an_instance("w")), [a_node("w", **node)], Journal())
    assert is_marked(ctx) is marked


def test_the_tag_of_a_run_is_a_mark() -> None:
    assert is_marked(a_context(a_group(an_instance("w"), tags={SIGNPOST: "r0"})))
