# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what the end of an instance costs: capacity, pods that run on it, volumes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance
from ansible_collections.nodeops.rotator.tests.simulation.rules import Rules
from ansible_collections.nodeops.rotator.tests.simulation.silence import is_dead

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.world import World


def losses(
    world: World,
    instance: Instance,
    rules: Rules,
    available: set[str],
    holds: Callable[[dict[str, Any]], bool],
) -> Iterator[str]:
    """Yield why the instance should not end now, each a sentence.

    `available`: the nodes that count as available; `holds`: whether a pod keeps its instance. An
    instance without a Node is no empty one: its kubelet runs what is bound to its name.
    """
    node, name = world.node_of(instance), instance.private_dns
    if node is not None and is_dead(node, world.cluster.node_lease(name), world.kernel.utc()):
        rules = dataclasses.replace(rules, volumes=False)
        holds = _nothing
    if node is not None and name in available and len(available) - 1 < _needed(rules):
        yield f"only {len(available) - 1} of {rules.base} nodes would be available"
    if instance.group and instance.group not in world.kinds:
        yield from _of_service(world, instance, rules)
    for pod in world.pods_of(instance):
        if holds(pod):
            meta = pod["metadata"]
            yield f"pod {meta['namespace']}/{meta['name']} still runs on {name}"
    for attachment in world.cluster.objects("volumeattachments") if rules.volumes else ():
        if world.is_at(instance) and attachment["spec"]["nodeName"] == name:
            volume = attachment["spec"]["source"]["persistentVolumeName"]
            yield f"volume {volume} is still attached to {name}"


def _of_service(world: World, instance: Instance, rules: Rules) -> Iterator[str]:
    """Yield what the end of a bastion, which is no node, would take from its users."""
    account = world.account
    for target_group in account.target_groups.values():
        healthy = {target.id for target in target_group.healthy()}
        if instance.id in healthy and len(healthy) - 1 < _needed(rules):
            yield f"only {len(healthy) - 1} targets of {target_group.name} would be healthy"
    serving = [
        one
        for one in account.groups[instance.group].counted()
        if one.lifecycle_state == "InService"
    ]
    if len(serving) - 1 < _needed(rules):
        yield f"only {len(serving) - 1} of {rules.base} instances would be in service"


def _nothing(_pod: dict[str, Any]) -> bool:
    """Return that no pod keeps a dead node."""
    return False


def _needed(rules: Rules) -> int:
    return rules.base - rules.unavailable
