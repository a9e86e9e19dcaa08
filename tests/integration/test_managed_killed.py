# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kill the real playbook while EKS updates nodes, and run it again to its end."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import CONFIG_TAG
from ansible_collections.nodeops.rotator.tests.integration.ended import (
    processes,
    start,
    until,
    warm_until_work,
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

    def says(self, text: str) -> bool:
        """Return whether the run has shown this."""
        return self.terminal is not None and text in self.terminal.text


@dataclasses.dataclass(frozen=True)
class Phase:
    """When a phase is reached, and which one EKS does not leave (`stays_in`)."""

    reached: Callable[[Own], bool]
    stays_in: str = ""


PHASES = {
    "the config is changed": Phase(
        lambda own: own.updates("ConfigUpdate") == ["InProgress"], "config"
    ),
    "new nodes are launched": Phase(lambda own: own.group()["desired"] > 2, "scale-up"),
    "old nodes are cordoned": Phase(lambda own: own.says("cordoned "), "upgrade"),
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
    own.terminal = terminal = start(own.world, **options, **warm_until_work())
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
    assert own.described()["status"] == "UPDATING", "EKS was in that phase"
    world.behavior(aws={"eks_stays_in": ""})
    if name == "the config is changed":  # so this one begins between config and version
        until("the config changed", lambda: own.updates("ConfigUpdate") == ["Successful"])
    again = world.playbook("rotate_eks", rotate_lease_duration=6, rotate_lock_wait=60, **options)
    assert again.code == 0, again.output
    assert own.updates("VersionUpdate") == ["Successful"]
    nodegroup, group = own.described(), own.group()
    assert nodegroup["updateConfig"] == {"updateStrategy": "DEFAULT", **config}
    assert CONFIG_TAG not in nodegroup["tags"]
    assert group["images"] == [target] * 2
    assert (group["desired"], group["max"]) == (2, 2)
    report = world.report()
    assert (report["breaches"], report["leases"]) == ([], {})
