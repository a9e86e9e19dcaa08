# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of eks_nodegroup_replace, and what becomes of its outcome."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedTarget,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.policy import (
    ManagedPolicy,
    from_params,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import managed
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.event_log import read
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.managed import (
    SPEC,
    update_nodegroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.result import (
    ManagedResult,
)
from ansible_collections.nodeops.rotator.tests.unit.edge.builders import a_module

NAMED = {"eks_cluster": "blue", "eks_nodegroup": "web"}


def test_the_defaults_of_the_options_make_the_default_policy() -> None:
    made = from_params(a_module(SPEC, **NAMED).params, "r1", "me", False, ManagedTarget())
    assert made == ManagedPolicy("blue", "web", "r1", "me")


@pytest.mark.parametrize(
    ("status", "changed", "expected"),
    [("complete", True, True), ("unchanged", False, False), ("planned", False, True)],
)
def test_a_plan_counts_as_a_change(
    monkeypatch: pytest.MonkeyPatch, status: Any, changed: bool, expected: bool
) -> None:
    error = FailedError("x") if status == "unchanged" else None
    values = {"not_restored": ["left"], "nodes": [], "target": {"image_id": "ami"}}
    outcome = ManagedResult(status, error, changed, values, ("warned",))
    monkeypatch.setattr(managed, "_run", lambda *_given: outcome)
    result = update_nodegroup(a_module(SPEC, **NAMED))
    assert (result.changed, result.error) == (expected, error)
    assert result.warnings == ("warned", "left")
    assert result.values["events"] == []


def test_an_update_keeps_an_event_log_under_the_name_of_its_node_group(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    values = {"status": "failed", "not_restored": [], "nodes": [], "target": {"image_id": "ami"}}
    outcome = ManagedResult("failed", FailedError("x"), True, values, ())

    def run(_module: object, progress: Any, _run_id: str) -> ManagedResult:
        progress(Event("start", "web"), 1.0)
        return outcome

    monkeypatch.setattr(managed, "_run", run)
    update_nodegroup(a_module(SPEC, **NAMED, report_dir=str(tmp_path)))
    started, ended = read(str(tmp_path))
    assert (started["phase"], started["autoscaling_group_name"]) == ("start", "web")
    assert (ended["result"]["status"], ended["result"]["error"]) == ("failed", "x")
