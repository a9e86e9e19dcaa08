# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""eks_nodegroup_replace from stdin to stdout: a whole update on virtual time."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.nodegroup import NEW, BuiltNodegroup
from ansible_collections.nodeops.rotator.tests.unit.modules.running import Runner

OPTIONS: dict[str, Any] = {
    "eks_cluster": "demo",
    "eks_nodegroup": "web",
    "host": "https://127.0.0.1:6443",
    "api_key": "sesame",
    "validate_certs": False,
}


@pytest.fixture
def built(run: Runner) -> BuiltNodegroup:
    """Return a managed node group that the modules reach."""
    made = BuiltNodegroup()
    run.on(made.world)
    return made


def test_a_node_group_is_updated_and_the_result_says_how(
    run: Runner, built: BuiltNodegroup
) -> None:
    outcome = run("eks_nodegroup_replace", diff=True, **OPTIONS)
    assert outcome.code == 0, outcome.result
    result = outcome.result
    assert (result["status"], result["changed"], result["replaced"]) == ("complete", True, 4)
    assert result["target"]["release_version"] == NEW
    assert (result["events"][0]["phase"], result["events"][-1]["phase"]) == ("start", "done")
    assert result["diff"]["after"].count(f"replaced by {built.new}") == 4
    assert built.images() == {built.new}


def test_a_second_run_changes_nothing(run: Runner, built: BuiltNodegroup) -> None:
    run("eks_nodegroup_replace", **OPTIONS)
    run.calls.clear()
    result = run("eks_nodegroup_replace", **OPTIONS).result
    assert (result["status"], result["changed"]) == ("unchanged", False)
    assert run.writes() == []


def test_check_mode_tells_what_would_be_done_and_touches_nothing(
    run: Runner, built: BuiltNodegroup
) -> None:
    result = run("eks_nodegroup_replace", check=True, diff=True, **OPTIONS).result
    assert (result["status"], result["changed"], result["outdated"]) == ("planned", True, 4)
    assert run.writes() == []
    assert built.images() == {built.old}


def test_a_failure_returns_the_whole_result(run: Runner, built: BuiltNodegroup) -> None:
    (budget,) = built.world.cluster.objects("poddisruptionbudgets")
    built.world.cluster.change("poddisruptionbudgets", budget, {"spec": {"maxUnavailable": 0}})
    built.go(30)
    outcome = run("eks_nodegroup_replace", preflight="warn", **OPTIONS)
    assert outcome.code == 1
    assert "PodEvictionFailure" in outcome.message
    assert (outcome.result["status"], len(outcome.result["not_restored"])) == ("failed", 2)
