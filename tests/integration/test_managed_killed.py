# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kill the real playbook in every phase of an update, and run it again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from kubernetes.client import CoreV1Api
from kubernetes.config import new_client_from_config

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import CONFIG_TAG
from ansible_collections.nodeops.rotator.tests.integration.ended import (
    processes,
    start,
    until,
)
from ansible_collections.nodeops.rotator.tests.integration.terminal import Terminal
from ansible_collections.nodeops.rotator.tests.integration.test_killed_playbook import POWER_CUT
from ansible_collections.nodeops.rotator.tests.integration.wire import WorldOnWire, world_on_wire

HOST, NODEGROUP = "demo-own", {"clusterName": "demo", "nodegroupName": "own"}
"""A managed node group of two nodes with a launch template of its own."""
OPTIONS = {"rotation_hosts": HOST, "rotate_managed_max_unavailable_percentage": 100}


class Own:
    """The node group as EKS and the World show it, while a run is on its way."""

    def __init__(self, world: WorldOnWire) -> None:
        self.world, self.eks = world, world.aws("eks")
        self.before = set(self.ids())
        self.terminal: Terminal | None = None
        self.largest = 0

    def ids(self) -> list[str]:
        """Return the IDs of all updates."""
        return list(self.eks.list_updates(name="demo", nodegroupName="own")["updateIds"])

    def updates(self, kind: str) -> list[str]:
        """Return the statuses of the updates of a kind since the beginning."""
        found = (
            self.eks.describe_update(name="demo", nodegroupName="own", updateId=one)["update"]
            for one in self.ids()
            if one not in self.before
        )
        those = sorted((one for one in found if one["type"] == kind), key=lambda u: u["createdAt"])
        return [one["status"] for one in those]

    def described(self) -> dict[str, Any]:
        """Return what EKS says of the node group."""
        return dict(self.eks.describe_nodegroup(**NODEGROUP)["nodegroup"])

    def group(self) -> dict[str, Any]:
        """Return the Auto Scaling group behind it, by the World."""
        report = self.world.report()
        return dict(report["groups"][report["facts"]["groups"]["own"]])

    def is_made_smaller(self) -> bool:
        """Return whether all of its nodes are new and EKS takes the rest away."""
        group = self.group()
        self.largest = max(self.largest, group["desired"])
        return len(set(group["images"])) == 1 and group["desired"] < self.largest

    def held(self) -> tuple[int, int]:
        """Return how many nodes the update has cordoned, and how many pods these have.

        Those of an earlier update may still be there, cordoned, when the next one begins.
        """
        if self.updates("VersionUpdate") != ["InProgress"]:
            return 0, 0
        config = self.world.report()["identities"]["operator"]["KUBECONFIG"]
        with new_client_from_config(config) as client:
            nodes = CoreV1Api(client).list_node(label_selector="role=own").items
            pods = CoreV1Api(client).list_namespaced_pod("report").items
        cordoned = {one.metadata.name for one in nodes if one.spec.unschedulable}
        return len(cordoned), sum(one.spec.node_name in cordoned for one in pods)

    def says(self, text: str) -> bool:
        """Return whether the run has shown this."""
        return self.terminal is not None and text in self.terminal.text


@dataclasses.dataclass(frozen=True)
class Phase:
    """When a phase is reached, and which one EKS does not leave (`stays_in`).

    `options`: for the run that is killed.
    """

    reached: Callable[[Own], bool]
    stays_in: str = ""
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def config_is_put_back(own: Own) -> bool:
    """Return whether the second update of the config is under way; hold it there."""
    updates = own.updates("ConfigUpdate")
    if updates == ["Successful"]:
        own.world.behavior(aws={"eks_stays_in": "config"})
    return updates == ["Successful", "InProgress"]


PHASES = {
    "the config is changed": Phase(
        lambda own: own.updates("ConfigUpdate") == ["InProgress"], "config"
    ),
    "new nodes are launched": Phase(lambda own: own.group()["desired"] > 2, "scale-up"),
    "old nodes are cordoned": Phase(lambda own: own.held()[0] == 2, "upgrade"),
    "pods are evicted": Phase(lambda own: own.held()[0] == 2 and own.held()[1] < 3, "eviction"),
    "the group is made smaller": Phase(lambda own: own.is_made_smaller(), "scale-down"),
    "the new nodes are watched": Phase(
        lambda own: own.says("watching "), options={"rotate_managed_soak": 3600}
    ),
    "the config is put back": Phase(config_is_put_back),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorldOnWire]:
    """Serve one cluster to all tests.

    Each moves the node group to the image that it does not run.
    """
    with world_on_wire("mixed", tmp_path_factory.mktemp("mixed")) as served:
        yield served


def killed_in(own: Own, phase: Phase, **options: Any) -> None:
    """Start a run and kill it once EKS has reached a phase."""
    own.world.behavior(aws={"eks_stays_in": phase.stays_in})
    own.terminal = terminal = start(own.world, **options, **phase.options)
    until("the phase", lambda: phase.reached(own) or not terminal.running, between=0.2)
    assert terminal.running, terminal.text
    POWER_CUT.act(terminal)
    until("every process gone", lambda: not processes(own.world.folder))
    terminal.close()


@pytest.mark.parametrize("name", PHASES)
def test_a_playbook_that_was_killed_in_any_phase_completes_when_run_again(
    world: WorldOnWire, name: str
) -> None:
    own, facts = Own(world), world.report()["facts"]
    old = facts["old_image"] in own.group()["images"]
    target = facts["new_image" if old else "old_image"]
    config = own.described()["updateConfig"]
    options = {**OPTIONS, "prepare_image_id": target}
    killed_in(own, PHASES[name], **options)
    ended = name == "the new nodes are watched"
    assert own.described()["status"] == ("ACTIVE" if ended else "UPDATING"), "it was that phase"
    world.behavior(aws={"eks_stays_in": ""})
    if name == "the config is changed":  # so this one begins between config and version
        until("the config changed", lambda: own.updates("ConfigUpdate") == ["Successful"])
    given = {"rotate_lease_duration": 6, "rotate_lock_wait": 60, "rotate_managed_soak": 1}
    again = world.playbook("rotate_eks", **given, **options)
    assert again.code == 0, again.output
    if name == "the new nodes are watched":
        assert "watching 2 new nodes for 1 s" in again.output, "what was not watched is made up for"
    assert own.updates("VersionUpdate") == ["Successful"]
    nodegroup, group = own.described(), own.group()
    assert nodegroup["updateConfig"] == {"updateStrategy": "DEFAULT", **config}
    assert CONFIG_TAG not in nodegroup["tags"]
    assert group["images"] == [target] * 2
    assert (group["desired"], group["max"]) == (2, 2)
    report = world.report()
    assert (report["breaches"], report["leases"]) == ([], {})
