# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build small worlds with an update due, and tell a clean end."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import (
    Behavior as AwsBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.build import (
    add_eks_cluster,
    add_subnets,
)
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import (
    Behavior as KubeBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.build import daemonset
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import small
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import (
    KUBERNETES,
    add_node_group,
    point_to,
    release_images,
)
from ansible_collections.nodeops.rotator.tests.simulation.world import NodeKind, World

BLUE = "demo-blue"


def due(
    seed: int = 1,
    aws: AwsBehavior = AwsBehavior(),
    kube: KubeBehavior = KubeBehavior(),
    **furnishing: Any,
) -> World:
    """Return scenario `small` with every node of demo-blue outdated.

    `furnishing`: arguments of small.furnish.
    """
    world = small.furnish(World(Kernel(seed), aws=aws, kube=kube), **furnishing)
    point_to(world, BLUE, world.facts["new_image"])
    return world


def bare(size: int, kind: NodeKind | None = None, broken: bool = False) -> World:
    """Return a world with demo-blue due for an update and only node agents on it.

    `broken`: one of them is nowhere ready.
    """
    world = World(Kernel(1))
    images = release_images(world)
    add_subnets(world.account)
    add_eks_cluster(world.account, world.name, KUBERNETES)
    add_node_group(world, BLUE, size, "$Latest", images[0], [], kind)
    daemonset(world.cluster, "kube-system", "agent")
    if broken:
        daemonset(
            world.cluster,
            "kube-system",
            "broken",
            annotations={"world.nodeops/ready-seconds": "never"},
        )
    world.facts |= {"old_image": images[0], "new_image": images[1], "cluster": world.name}
    world.begin()
    point_to(world, BLUE, images[1])
    return world


LASTING = {"version", "reader", "boots", "drains"}
"""What a record says while there is nothing to restore: its form, and earlier durations."""


def boot_times(story: list[str]) -> list[int]:
    """Return after how many seconds new nodes became ready, as the run has told."""
    units = {"h": 3600, "min": 60, "s": 1}
    texts = [line.rsplit(" after ", 1)[1] for line in story if " ready " in line]
    return [
        sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+) (h|min|s)\b", text))
        for text in texts
    ]


def traces(world: World, group: str = BLUE) -> dict[str, Any]:
    """Return what a run could leave behind, empty where it left nothing.

    It is compared between runs and against emptiness.
    """
    found = world.account.groups[group]
    nodes = world.judge.nodes(group)
    leases = [
        lease
        for lease in world.cluster.objects("leases")
        if lease["metadata"]["name"].startswith("nodeops-rotator")
    ]
    return {
        "suspended": sorted(found.suspended),
        "protected": sum(member.protected for member in found.counted()),
        "protects_new": bool(found.setting("NewInstancesProtectedFromScaleIn")),
        "tags": [key for key in found.tags if key.startswith("nodeops")],
        "cordoned": [
            node["metadata"]["name"] for node in nodes if node["spec"].get("unschedulable")
        ],
        "taints": [taint["key"] for node in nodes for taint in node["spec"].get("taints") or ()],
        "marks": [key for node in nodes for key in _ours(node)],
        "holders": [
            lease["spec"].get("holderIdentity")
            for lease in leases
            if lease["spec"].get("holderIdentity")
        ],
        "journals": [
            text
            for lease in leases
            if (text := _journal(lease)) and json.loads(text).keys() - LASTING
        ],
    }


CLEAN: dict[str, Any] = {
    "suspended": [],
    "protected": 0,
    "protects_new": False,
    "tags": [],
    "cordoned": [],
    "taints": [],
    "marks": [],
    "holders": [],
    "journals": [],
}


def _ours(node: dict[str, Any]) -> list[str]:
    meta = node["metadata"]
    return [
        key
        for key in (*meta.get("annotations", {}), *meta.get("labels", {}))
        if "nodeops" in key or "exclude-from" in key
    ]


def _journal(lease: dict[str, Any]) -> str:
    return str((lease["metadata"].get("annotations") or {}).get("nodeops.rotator/journal", ""))


def sizes(world: World, group: str = BLUE) -> tuple[int, int, int]:
    """Launched, desired and MaxSize, in truth."""
    found = world.account.groups[group]
    return len(found.counted()), found.desired, found.maximum


def images(world: World, group: str = BLUE) -> list[str]:
    """Return the images of the launched instances, sorted."""
    return sorted(
        world.account.instances[member.instance_id].image_id
        for member in world.account.groups[group].counted()
    )


def all_current(world: World, group: str = BLUE) -> bool:
    """Return whether every launched instance runs the new image."""
    return set(images(world, group)) == {world.facts["new_image"]}


def in_the_soak(run: Run, act: Callable[[], None]) -> None:
    """Let something happen a minute after the run began to watch its canary."""

    def watch() -> None:
        if any("watching" in line for line in run.story()):
            run.world.kernel.after(60, act)
        else:
            run.world.kernel.after(1, watch)

    run.world.kernel.after(1, watch)


def soaked_anew(run: Run) -> bool:
    """Return whether a soak of two minutes began anew after its first one."""
    told = [at for at, event in run.events if event.phase == "canary"]
    return told[-1] - told[0] >= 180
