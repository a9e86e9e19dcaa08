# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""New nodes that are well are not judged again; every other one is."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import CsiNode, Taint
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import CSINODES
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.lapses import (
    knows_offers,
    lacking_offers,
    to_judge,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    RUNNING,
    a_context,
    a_policy,
)

GROUP = a_group(an_instance("w"), an_instance("n", fresh=True), an_instance("m", fresh=True))
EBS = "CSI driver ebs.csi.aws.com"


def a_look(node: dict[str, Any] | None, joined: str = "nm", **more: Any) -> RotationContext:
    """A look at an outdated node w and new ones n and m; None: n has no node."""
    nodes = [a_node("w"), a_node("m")] + ([a_node("n", **node)] if node is not None else [])
    marks = Marks(joined=frozenset(f"i-{name}" for name in joined))
    return a_context(GROUP, nodes, marks=marks, **more)


@pytest.mark.parametrize(
    ("node", "more", "judged"),
    [
        pytest.param({}, {}, [], id="well"),
        pytest.param({}, {"joined": "m"}, ["i-n"], id="not judged ready yet"),
        pytest.param(None, {}, ["i-n"], id="its Node is gone"),
        pytest.param({"ready": False}, {}, ["i-n"], id="not Ready any more"),
        pytest.param({"ready": None}, {}, ["i-n"], id="silent"),
        pytest.param({"unschedulable": True}, {}, ["i-n"], id="cordoned by somebody"),
        pytest.param({"taints": (Taint("a", "NoSchedule"),)}, {}, ["i-n"], id="a startup taint"),
        pytest.param(
            {"taints": (Taint("a", "NoSchedule"),)},
            {"journal": dataclasses.replace(RUNNING, expected_taints=("a",))},
            [],
            id="a taint of the group",
        ),
        pytest.param({}, {"timers": {"lost i-n": NOW - 5}}, ["i-n"], id="Ready again"),
        pytest.param({}, {"timers": {"lost i-gone": NOW - 5}}, [], id="another was lost"),
        pytest.param(
            {}, {"policy": a_policy(1, readiness_gates=("Agent",))}, ["i-n", "i-m"], id="no gate"
        ),
    ],
)
def test_who_is_to_be_judged(
    node: dict[str, Any] | None, more: dict[str, Any], judged: list[str]
) -> None:
    assert [member.id for member in to_judge(a_look(node, **more))] == judged


@pytest.mark.parametrize(
    ("drivers", "judged"),
    [
        pytest.param({"n": EBS, "m": EBS}, [], id="all offer it"),
        pytest.param({"m": EBS}, ["i-n"], id="one has no CSINode"),
        pytest.param({"n": "CSI driver efs", "m": EBS}, ["i-n"], id="one has another driver"),
    ],
)
def test_a_driver_that_went_away_is_seen(drivers: dict[str, str], judged: list[str]) -> None:
    shown = tuple(
        CsiNode(name, f"csi-{name}", frozenset((driver.removeprefix("CSI driver "),)))
        for name, driver in drivers.items()
    )
    ctx = a_look({}, journal=dataclasses.replace(RUNNING, offers=(EBS,)), shown={CSINODES: shown})
    assert [member.id for member in to_judge(ctx)] == judged
    assert CSINODES in ctx.feeds
    by_name = {member.id: member for member in ctx.situation.current}
    assert [name for name in ("i-n", "i-m") if lacking_offers(ctx, by_name[name])] == judged


@pytest.mark.parametrize(
    ("offers", "shown", "known"),
    [
        pytest.param(("resource gpu",), {}, True, id="no driver is asked for"),
        pytest.param((EBS,), {}, False, id="not listed"),
        pytest.param((EBS,), {CSINODES: ()}, True, id="listed"),
    ],
)
def test_drivers_are_waited_for_where_one_is_asked_for(
    offers: tuple[str, ...], shown: dict[Any, Any], known: bool
) -> None:
    assert (
        knows_offers(a_look({}, journal=dataclasses.replace(RUNNING, offers=offers), shown=shown))
        is known
    )
