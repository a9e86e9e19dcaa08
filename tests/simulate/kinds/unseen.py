# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is not there: lost Nodes, Nodes without a provider ID, useless images."""

from __future__ import annotations

import random
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import BEFORE, kind
from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance
from ansible_collections.nodeops.rotator.tests.simulation.world import NEVER_JOINS, NEVER_READY


def lose(trial: Trial, node: dict[str, Any]) -> None:
    """Somebody deletes a Node object; its pods run on."""
    name, instance = node["metadata"]["name"], node["spec"]["providerID"].rsplit("/", 1)[-1]
    trial.tell(f"SOMEBODY deletes node {name} of {instance}")
    # Its pods may fit nowhere else: its zone may have no other node.
    trial.excuse(f"{instance}|{name}|cannot be scheduled|data/ledger")
    trial.world.cluster.delete("nodes", node, 0)


@kind("A", BEFORE)
def a_node_was_deleted(trial: Trial, dice: random.Random) -> None:
    """Nobody who comes later has seen it."""
    if found := trial.nodes():
        lose(trial, dice.choice(found))


@kind("A", weight=2)
def a_node_is_deleted(trial: Trial, dice: random.Random) -> None:
    if found := trial.nodes(dice.choice([None, True, False])):
        lose(trial, dice.choice(found))


@kind("A", BEFORE)
def the_cluster_is_another(trial: Trial, dice: random.Random) -> None:
    """Its nodes have names and instances that are not the group's."""
    cluster = trial.world.cluster
    for node in trial.nodes():
        cluster.delete("nodes", node, 0)
    for number in range(trial.plan.size):
        name, provider = f"ip-172-16-0-{number}", f"aws:///eu-west-1a/i-{number:017x}"
        address = f"172.16.0.{number + 4}"
        cluster.node_joins(
            name, provider, "eu-west-1a", "m6i.large", "amd64", {}, address, ready_after=0.0
        )
    trial.excuse("instances of Auto Scaling group .* have a Node in this cluster")


@kind("A", BEFORE)
def the_new_image_is_bad(trial: Trial, dice: random.Random) -> None:
    image = trial.world.facts["new_image"]
    trial.world.bad_images[image] = dice.choice([NEVER_JOINS, NEVER_READY])
    trial.found.canary_fails = bool(trial.plan.options["canary"])
    trial.excuse("not ready .* after its launch|ended before they were ready")
    # To who comes after a killed run its failed nodes are instances that never had a Node.
    trial.excuse("has no Node in this cluster and was left")


@kind("A")
def a_node_joins_without_a_provider_id(trial: Trial, dice: random.Random) -> None:
    """The next one that joins."""
    joins, pending = trial.world.cluster.node_joins, [True]

    def join(name: str, provider_id: str, *place: Any, **more: Any) -> None:
        if pending and trial.world.cluster.object("nodes", name) is None:
            pending.clear()
            trial.tell(f"NODE {name} joins without a provider id")
            trial.excuse(f"{provider_id.rsplit('/', 1)[-1]}|{name}")
            provider_id = ""
        joins(name, provider_id, *place, **more)

    trial.world.cluster.node_joins = join  # type: ignore[method-assign]


@kind("A", BEFORE)
def new_nodes_have_names_of_their_own(trial: Trial, dice: random.Random) -> None:
    """Their names say nothing of their instances."""
    trial.world.behave(aws={"own_hostnames": True})


@kind("A")
def new_instances_die(trial: Trial, dice: random.Random) -> None:
    """For a while, or for good, new instances end before they are nodes."""
    lasting = dice.choice([60.0, 300.0, 7200.0])
    end = trial.now + lasting
    if lasting > 60:
        trial.excuse("ended before they were ready|not ready .* after its launch|launched nothing")

    def reap(event: str, instance: Instance) -> None:
        if event == "running" and trial.now < end and instance.group == trial.name:
            trial.end(instance, ("Client.InternalError", "it ended at launch"))

    trial.world.account.observers.append(reap)
