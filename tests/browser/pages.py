# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make report.html of whole rotations, of each kind of node group."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.tests.rotation.control_plane_builders import (
    a_plane,
    a_run,
)
from ansible_collections.nodeops.rotator.tests.rotation.managed_builders import planned
from ansible_collections.nodeops.rotator.tests.rotation.screens import Told, badly, reports
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, due
from ansible_collections.nodeops.rotator.tests.simulation.nodegroup import BuiltNodegroup
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, rotate


def complete() -> Run:
    """Return a rotation of twelve nodes, several at a time."""
    return rotate(due(seed=3, size=12, replicas=40), BLUE, max_surge=3, soak=120)


def failed() -> Run:
    """Return a rotation that gets no instance, and cannot put back everything."""
    world = due(seed=3)
    for zone in world.account.zones:
        world.account.capacity["m6i.large", zone] = 0
    return rotate(world, BLUE, boot_timeout=300)


def canary() -> Run:
    """Return a rotation whose canary never joins the cluster."""
    return badly()


def blocked() -> Run:
    """Return a rotation whose drain is held up by a budget until it is given up."""
    world = due(seed=3, max_unavailable=0)
    return rotate(world, BLUE, drain=DrainPolicy(timeout=1200, pdb_timeout=900))


def kops() -> Run:
    """Return the rotation of a node of a control plane."""
    world, plane = a_plane()
    run = a_run(world, plane.places[0])
    run()
    return run


def managed() -> Told:
    """Return an update of a managed node group."""
    run = planned(BuiltNodegroup())
    run()
    return run


KINDS: dict[str, Callable[[], Told]] = {
    one.__name__: one for one in (complete, failed, canary, blocked, kops, managed)
}


def page(kind: str, folder: Path) -> Path:
    """Write the reports of a rotation to a folder; return the path of report.html."""
    reports(folder, KINDS[kind]())
    return folder / "report.html"
