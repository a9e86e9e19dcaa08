# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs on a managed node group, for tests of whole updates."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedTarget,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import lease_name
from ansible_collections.nodeops.rotator.tests.simulation.nodegroup import NEW, BuiltNodegroup
from ansible_collections.nodeops.rotator.tests.simulation.runs import ManagedRun, prepare_managed


def planned(built: BuiltNodegroup, run_id: str = "r1", **options: Any) -> ManagedRun:
    """Return a run to the newest release that has not begun."""
    return prepare_managed(built.world, "web", ManagedTarget(NEW, built.new), run_id, **options)


def holder(built: BuiltNodegroup) -> str:
    """Return who holds the Lease of the group's Auto Scaling group, "" for nobody."""
    lease = built.world.cluster.object("leases", lease_name(built.group.arn), "kube-system")
    return str((lease or {"spec": {}})["spec"].get("holderIdentity") or "")
