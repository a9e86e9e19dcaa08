# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Furnish a World before anything goes wrong: a due group and its workloads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws import build as aws
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import eks
from ansible_collections.nodeops.rotator.tests.simulation.world import NodeKind, World

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial

DEDICATED: dict[str, Any] = {"key": "dedicated", "value": "ml", "effect": "NoSchedule"}
STARTUP: dict[str, Any] = {"key": "agent/wait", "effect": "NoSchedule", "seconds": 40}


def furnish(trial: Trial) -> None:
    """Put everything there, let it come to rest, and have an update due."""
    world, plan, given = trial.world, trial.plan, trial.plan.furnishing
    images = eks.release_images(world)
    aws.add_subnets(world.account)
    aws.add_eks_cluster(world.account, world.name, eks.KUBERNETES)
    balanced = [_target_group(world)] if given["target_group"] else []
    taints = tuple(
        taint
        for taint, wanted in ((DEDICATED, given["dedicated"]), (STARTUP, given["startup_taint"]))
        if wanted
    )
    kind = NodeKind(labels={"role": "blue"}, taints=taints)
    eks.add_node_group(world, BLUE, plan.size, given["pointer"], images[0], balanced, kind)
    group = trial.group
    group.maximum = plan.size + given["room"]
    group.minimum = plan.size if given["minimum"] == "size" else given["minimum"]
    _workloads(trial)
    world.facts |= {"old_image": images[0], "new_image": images[1], "cluster": world.name}
    _habits(trial)
    world.begin()
    for node in world.cluster.objects("nodes") if given["startup_taint"] else ():
        world.cluster.untaint(node["metadata"]["name"], STARTUP["key"])
    if not given["handover"]:  # the update comes later, under the group's Lease
        eks.point_to(world, BLUE, images[1])


def _target_group(world: World) -> Any:
    made = aws.add_target_group(world.account, "ingress")
    made.deregistration_delay = 60.0
    return made


def _workloads(trial: Trial) -> None:
    """Deploy a web workload with a budget, node agents, perhaps a database.

    The database has zonal volumes.
    """
    cluster, plan, given = trial.world.cluster, trial.plan, trial.plan.furnishing
    pod: dict[str, Any] = {"tolerations": [{"key": "dedicated", "operator": "Exists"}]}
    kube.deployment(cluster, "shop", "cart", plan.size * given["replicas"], pod=pod)
    kube.pdb(cluster, "shop", "cart", max_unavailable=given["budget"])
    if given["database"] and plan.size >= len(trial.world.account.zones):
        # With fewer nodes than zones nobody can tell in which zone the group launches.
        kube.statefulset(cluster, "data", "ledger", 2, storage="20Gi", pod=pod)
        kube.pdb(cluster, "data", "ledger", max_unavailable=1)
    kube.daemonset(cluster, "kube-system", "agent")


def _habits(trial: Trial) -> None:
    """What people have set on the group and its instances for reasons of their own."""
    group, given = trial.group, trial.plan.furnishing
    members = list(group.members.values())
    if given["protected"] == "some":
        for member in members[::2]:
            member.protected = True
    if given["protected"] == "new":
        group.settings["NewInstancesProtectedFromScaleIn"] = True
