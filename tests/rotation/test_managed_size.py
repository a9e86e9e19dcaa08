# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How large a group was before EKS's update is known after a kill, too."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SIZE_BEFORE
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import lease_name
from ansible_collections.nodeops.rotator.tests.rotation.managed_builders import planned
from ansible_collections.nodeops.rotator.tests.rotation.test_managed_phases import (
    in_phase,
    kill_when,
)
from ansible_collections.nodeops.rotator.tests.simulation.nodegroup import BuiltNodegroup
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed


def noted(built: BuiltNodegroup) -> str:
    """Return what the Lease says of the size before the update, "" for nothing."""
    lease = built.world.cluster.object("leases", lease_name(built.group.arn), "kube-system") or {}
    return str(lease["metadata"].get("annotations", {}).get(SIZE_BEFORE, ""))


def allow(built: BuiltNodegroup) -> None:
    """Let the budget let go of one pod at a time."""
    (budget,) = built.world.cluster.objects("poddisruptionbudgets")
    built.world.cluster.change("poddisruptionbudgets", budget, {"spec": {"maxUnavailable": 1}})
    built.go(30)


def test_a_run_after_a_killed_one_tells_what_eks_has_left_while_nobody_watched() -> None:
    built = BuiltNodegroup(max_unavailable=0)
    kill_when(built, in_phase("upgrade"))
    with pytest.raises(Killed):
        planned(built, preflight="warn")()
    built.go(3000)
    assert built.group.desired == 10, "the update has failed meanwhile"
    assert noted(built) == "4 before the update to release 1.33.5-20260523"
    failed = planned(built, "r2", preflight="warn", lock_wait=60)()
    assert (failed.status, failed.values["base"]) == ("failed", 4)
    assert any("it was 4" in text for text in failed.values["not_restored"])
    allow(built)
    result = planned(built, "r3")()
    assert (result.status, result.values["base"]) == ("complete", 4)
    (warning,) = [text for text in result.warnings if "The desired capacity" in text]
    assert "it was 4 before the update to release 1.33.5-20260523" in warning
    assert noted(built) == ""
    assert planned(built, "r4")().warnings == ()


def test_what_a_stopped_run_has_noted_goes_once_eks_is_done_by_itself() -> None:
    built = BuiltNodegroup()
    run = planned(built)
    run.inbox.stop_at(400)
    assert run().status == "stopped"
    assert noted(built).startswith("4 before")
    built.go(7200)
    again = planned(built, "r2")()
    assert (again.status, again.changed, again.warnings) == ("unchanged", False, ())
    assert noted(built) == ""
