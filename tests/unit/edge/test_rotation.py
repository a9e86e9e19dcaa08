# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of asg_node_replace, and what becomes of its outcome."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    InputError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
    from_params,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import rotation
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.counting import Counts
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.drain import DRAIN_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.rotation import (
    ROTATION_SPEC,
    SPEC,
    rotate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.result import (
    RotationResult,
)
from ansible_collections.nodeops.rotator.tests.unit.edge.builders import a_module

NAMED = {"autoscaling_group_name": "blue"}


def test_the_defaults_of_the_options_make_the_default_policy() -> None:
    made = from_params(a_module(SPEC, **NAMED).params, "r1", "me", False, 5.0)
    assert made == RotationPolicy("blue", "r1", "me", drain=DrainPolicy(epoch=5.0))


def test_the_options_of_the_drain_have_their_prefix() -> None:
    assert {f"drain_{name}" for name in DRAIN_SPEC} <= set(SPEC)
    assert not set(DRAIN_SPEC) & set(SPEC)
    assert set(ROTATION_SPEC) <= set(SPEC)


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """How a rotation without a cluster ends."""
    end: dict[str, Any] = {"status": "complete", "changed": True, "error": None, "left": []}

    def run(_module: Any, _progress: Any, counts: Counts, _run_id: str) -> RotationResult:
        counts.add("ec2:DescribeInstances")
        values = {"status": end["status"], "not_restored": end["left"], "nodes": []}
        values["left_outdated"] = end.get("outdated", [])
        return RotationResult(end["status"], end["error"], end["changed"], values)

    monkeypatch.setattr(rotation, "_run", run)
    monkeypatch.setattr(rotation, "diff", lambda result: [{"before": result.status}])
    return end


@pytest.mark.parametrize(
    ("status", "changed", "told"),
    [
        ("complete", True, True),
        ("unchanged", False, False),
        ("planned", False, True),
        ("refused", False, False),
        ("restored", True, True),
    ],
)
def test_a_plan_counts_as_a_change(
    status: str, changed: bool, told: bool, ends: dict[str, Any]
) -> None:
    """In check mode a module says what it would change."""
    ends |= {"status": status, "changed": changed}
    assert rotate(a_module(SPEC, **NAMED)).changed is told


def test_what_was_not_restored_is_warned_of(ends: dict[str, Any]) -> None:
    ends["left"] = ["MaxSize is 5 (was 4)"]
    result = rotate(a_module(SPEC, **NAMED))
    assert result.warnings == ("MaxSize is 5 (was 4)",)
    assert result.values["not_restored"] == ["MaxSize is 5 (was 4)"]


def test_what_was_left_on_purpose_is_warned_of(ends: dict[str, Any]) -> None:
    ends["outdated"] = [{"name": "w", "instance_id": "i-w", "why": "cordoned"}]
    result = rotate(a_module(SPEC, **NAMED))
    assert result.warnings == ("1 outdated node left: w (cordoned)",)


def test_a_failure_is_returned_with_all_values(ends: dict[str, Any]) -> None:
    ends |= {"status": "failed", "error": FailedError("no")}
    result = rotate(a_module(SPEC, **NAMED))
    assert result.error is ends["error"]
    assert result.diff == [{"before": "failed"}]
    assert result.values == {
        "status": "failed",
        "not_restored": [],
        "nodes": [],
        "left_outdated": [],
        "api_calls": {"ec2:DescribeInstances": 1},
        "events": [],
    }


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"autoscaling_group_name": ""}, "autoscaling_group_name is empty"),
        ({"max_surge": "many"}, "max_surge is 'many'"),
        ({"drain_retry": 0}, "drain_retry is 0"),
        ({"max_surge": "0", "max_unavailable": "0"}, "both 0"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_connected_to(
    params: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(*_args: Any, **_options: Any) -> None:
        raise AssertionError("nobody has to connect")

    monkeypatch.setattr(rotation, "connect", connect)
    with pytest.raises(InputError) as caught:
        rotate(a_module(SPEC, **{**NAMED, **params}))
    assert words in str(caught.value)
