# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which node goes when the group has more than its base."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Owner, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Cache,
    Feed,
    Listed,
    reduce,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.known import NODES
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.surplus import spare
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import a_context

HIDDEN = (
    ": i-a runs as node ip-1, whose Node object still names i-former, so nobody can see what runs"
    " on it"
)
UNDER_IT = Feed("pods", node="ip-1")
WEB, AGENT = Owner("ReplicaSet", "web-1", "w"), Owner("DaemonSet", "agent", "a")


def pods(node: str, number: int, owner: Owner = WEB, **more: Any) -> tuple[Pod, ...]:
    return tuple(
        Pod(
            "shop",
            f"{owner.name}-{node}-{index}",
            f"u-{node}-{index}",
            node=node,
            owner=owner,
            **more,
        )
        for index in range(number)
    )


def a_look(
    carried: dict[str, tuple[Pod, ...]],
    old: int = 1,
    zones: dict[str, str] | None = None,
    skipped: tuple[str, ...] = (),
    joined: bool = True,
    **memory: Any,
) -> RotationContext:
    """A settling run with a new node for each name, its pods listed.

    The base is one fewer.
    """
    fresh = [
        an_instance(name, fresh=True, zone=(zones or {}).get(name, "a"), launched_at=1100.0 + index)
        for index, name in enumerate(carried)
    ]
    stay = [an_instance(f"old{index}", zone="a") for index in range(old)]
    nodes = [a_node(one.id.removeprefix("i-")) for one in (*fresh, *stay)]
    marks = Marks(
        joined=frozenset(one.id for one in fresh) if joined else frozenset(),
        skipped=frozenset(f"i-{name}" for name in skipped),
    )
    usual: dict[str, Any] = {"mode": "settle", "marks": marks, "ours": 1}
    ctx = a_context(a_group(*fresh, *stay), nodes, **{**usual, **memory})
    feeds = [Listed(Feed("pods", node=name), found) for name, found in carried.items()]
    ctx.view = View(reduce(Cache(), [Listed(NODES, tuple(nodes)), *feeds]))
    return ctx


def name_of(ctx: RotationContext) -> str:
    found = spare(ctx)
    return found.member.name if found.member is not None else found.left


def test_the_emptiest_new_node_goes() -> None:
    assert name_of(a_look({"a": pods("a", 1), "b": pods("b", 3), "c": pods("c", 2)})) == "a"


def test_of_equally_empty_ones_the_youngest_goes() -> None:
    assert name_of(a_look({"a": pods("a", 2), "b": pods("b", 2)})) == "b"


def test_a_zone_that_would_be_unbalanced_counts_more_than_pods() -> None:
    zones = {"a": "b", "b": "a", "c": "a"}
    found = a_look({"a": (), "b": pods("b", 2), "c": pods("c", 3)}, zones=zones)
    assert name_of(found) == "b"


ZONES = {"a": "b", "b": "c"}


def test_a_pod_whose_volume_is_in_the_zone_keeps_its_only_node() -> None:
    volume = pods("a", 1, claims=("data",))
    assert name_of(a_look({"a": volume, "b": pods("b", 2)}, zones=ZONES)) == "b"
    assert name_of(a_look({"a": volume, "b": pods("b", 2)}, zones={"a": "b", "b": "b"})) == "a"


def test_the_fewest_volumes_lose_their_zone_where_some_have_to() -> None:
    many, one = pods("a", 2, claims=("data",)), pods("b", 1, claims=("data",))
    assert name_of(a_look({"a": many, "b": (*one, *pods("c", 5))}, zones=ZONES)) == "b"


def test_a_volume_whose_pod_a_drain_leaves_keeps_no_node() -> None:
    agents = pods("a", 3, AGENT, claims=("data",))
    assert name_of(a_look({"a": agents, "b": pods("b", 1)}, zones=ZONES)) == "a"


def test_pods_in_a_zone_of_its_own_that_nobody_can_list_may_have_volumes() -> None:
    volumes = pods("b", 9, claims=("data",))
    ctx = a_look({"a": (), "b": volumes}, zones=ZONES, timers={"surplus pods": 900.0})
    feeds = {feed: items for feed, items in ctx.view.cache.feeds.items() if feed.node != "a"}
    ctx.view = View(Cache(feeds))
    assert name_of(ctx) == "b"


def test_pods_that_a_drain_leaves_do_not_count() -> None:
    agents = pods("b", 5, AGENT)
    assert name_of(a_look({"a": pods("a", 1), "b": agents})) == "b"


@pytest.mark.parametrize("why", [{"skipped": ("old0",)}, {"careful": True}])
def test_after_a_failure_only_an_empty_node_goes(why: dict[str, Any]) -> None:
    assert name_of(a_look({"a": pods("a", 1, AGENT), "b": pods("b", 1)}, **why)) == "a"
    assert "each of its new nodes carries pods" in name_of(
        a_look({"a": pods("a", 1), "b": pods("b", 9)}, **why)
    )


@pytest.mark.parametrize(
    ("ready", "careful", "waited", "who"),
    [
        pytest.param(True, False, 10, "", id="others wait until enough are available"),
        pytest.param(True, False, 600, HIDDEN, id="and do not go if there never are"),
        pytest.param(True, True, 0, HIDDEN, id="after a failure"),
        pytest.param(False, False, 0, "i-a", id="a Node without a kubelet hides nothing"),
    ],
)
def test_what_runs_under_the_node_of_another_does_not_go(
    ready: bool, careful: bool, waited: float, who: str
) -> None:
    timers = {"surplus": 1000.0 - waited}
    ctx = a_look({"a": (), "b": pods("b", 3)}, careful=careful, timers=timers)
    group = ctx.group
    hidden = dataclasses.replace(group.instances[0], private_dns="ip-1")
    rest = group.instances[1:]
    other = a_node("ip-1", ready, provider_id="aws:///a/i-former")
    nodes = [node for node in ctx.view.cache.items(NODES).values() if node.name != "a"]
    known = {node.uid: node for node in (*nodes, other)}
    ctx.view = View(Cache({**ctx.view.cache.feeds, NODES: known, UNDER_IT: {}}))
    ctx.note(group=dataclasses.replace(group, instances=(hidden, *rest)))
    assert name_of(ctx) == who


@pytest.mark.parametrize(
    ("owner", "who"),
    [
        (WEB, ": shop/web-1-ip-1-0 runs on ip-1, as i-a is called, and has no Node object"),
        (AGENT, "i-a"),
    ],
)
def test_what_runs_under_a_node_that_has_been_deleted_does_not_go(owner: Owner, who: str) -> None:
    ctx = a_look({"a": (), "b": pods("b", 3)}, careful=True)
    hidden = dataclasses.replace(ctx.group.instances[0], private_dns="ip-1")
    nodes = {node.uid: node for node in ctx.nodes.values() if node.name != "a"}
    bound = {pod.uid: pod for pod in pods("ip-1", 1, owner)}
    ctx.view = View(Cache({**ctx.view.cache.feeds, NODES: nodes, UNDER_IT: bound}))
    instances = (hidden, *ctx.group.instances[1:])
    ctx.note(group=dataclasses.replace(ctx.group, instances=instances))
    assert name_of(ctx) == who


@pytest.mark.parametrize("careful", [False, True])
def test_an_instance_whose_node_nobody_has_seen_does_not_go(careful: bool) -> None:
    """Nobody knows what runs on it, though it looks empty."""
    ctx = a_look({}, old=3, careful=careful, ours=2)
    nodes = [node for node in ctx.view.cache.items(NODES).values() if node.name != "old0"]
    feeds = [Listed(Feed("pods", node=f"old{n}"), pods(f"old{n}", n)) for n in (1, 2)]
    ctx.view = View(reduce(Cache(), [Listed(NODES, tuple(nodes)), *feeds]))
    hidden = ": i-old0 has no Node in this cluster, so nobody can see what runs on it"
    assert name_of(ctx) == (hidden if careful else "old1")


def test_an_old_node_goes_only_where_there_is_no_new_one() -> None:
    assert name_of(a_look({"a": pods("a", 9)}, old=4)) == "a"
    ctx = a_look({}, old=3)
    assert spare(ctx).member is None
    assert Feed("pods", node="old1") in ctx.feeds


def test_pods_that_are_not_listed_yet_are_waited_for_and_then_taken_for_many() -> None:
    ctx = a_look({"a": pods("a", 1), "b": pods("b", 2)}, timers={"surplus pods": 939.0})
    ctx.view = View(reduce(ctx.view.cache, []))
    feeds = {feed: items for feed, items in ctx.view.cache.feeds.items() if feed.node != "a"}
    ctx.view = View(Cache(feeds))
    assert name_of(ctx) == "b"
    early = a_look({"a": (), "b": ()}, timers={"surplus pods": 990.0})
    early.view = View(Cache({NODES: ctx.view.cache.items(NODES)}))
    assert (spare(early).member, spare(early).left) == (None, "")


def test_a_rotation_waits_until_all_new_nodes_are_ready() -> None:
    assert name_of(a_look({"a": (), "b": ()}, joined=False, mode="rotate")) == ""
    assert name_of(a_look({"a": (), "b": ()}, joined=False)) == "b"


def test_none_goes_while_too_few_are_available() -> None:
    ctx = a_look({"a": (), "b": ()}, old=1, timers={"surplus": 990.0})
    down = a_node("old0", ready=False)
    nodes = {key: node for key, node in ctx.view.cache.items(NODES).items() if node.name != "old0"}
    feeds = {**ctx.view.cache.feeds, NODES: {**nodes, "uid-old0": down}}
    ctx.view = View(Cache(feeds))
    assert (spare(ctx).member, spare(ctx).left) == (None, "")
    ctx.note(timers={"surplus": 399.0})
    assert "too few are available" in spare(ctx).left


@pytest.mark.parametrize(
    ("down", "who"),
    [
        pytest.param((), "a", id="enough others take its pods"),
        pytest.param(("old0",), "", id="too few do"),
    ],
)
def test_a_node_that_somebody_cordoned_runs_its_pods_on(down: tuple[str, ...], who: str) -> None:
    ctx = a_look({"a": pods("a", 1), "b": pods("b", 2)}, timers={"surplus": 990.0})
    made = [
        dataclasses.replace(node, unschedulable=node.name == "a", ready=node.name not in down)
        for node in ctx.view.cache.items(NODES).values()
    ]
    ctx.view = View(Cache({**ctx.view.cache.feeds, NODES: {node.uid: node for node in made}}))
    assert name_of(ctx) == who
