# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""launch_template_update: options, statuses, and warnings without a guard."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    NotFoundError,
    RefusedError,
    UnfinishedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import (
    Wanted,
    from_params,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import templates
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.templates import (
    NAMES,
    SPEC,
    update,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine import access
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.unit.edge.builders import a_module
from ansible_collections.nodeops.rotator.tests.unit.operations.builders import BuiltAccount


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> BuiltAccount:
    """An account that the update reaches, with group blue; no cluster is named."""
    found = BuiltAccount(Behavior.polite())
    found.add_group("$Latest")
    monkeypatch.setattr(templates, "RawAws", lambda _module: aws_call(found.account))
    monkeypatch.setattr(templates, "names_cluster", lambda _params: False)
    return found


def updated(check: bool = False, **params: Any) -> Any:
    given = {"autoscaling_group_name": "blue", **params}
    return update(a_module(SPEC, check, **given))


def test_the_defaults_of_the_options_want_nothing_in_particular() -> None:
    assert from_params(a_module(SPEC).params) == Wanted()


def test_everything_that_can_be_updated_has_an_option() -> None:
    assert set(NAMES) <= set(SPEC)
    assert SPEC["shared_template"]["choices"] == ["refuse", "allow"]


@pytest.mark.parametrize(
    ("check", "image", "status", "changed"),
    [
        (False, "new", "complete", True),
        (True, "new", "planned", True),
        (False, "old", "unchanged", False),
        (True, "old", "unchanged", False),
    ],
)
def test_an_update_has_a_status(
    check: bool, image: str, status: str, changed: bool, built: BuiltAccount
) -> None:
    result = updated(check, image_id=getattr(built, image))
    assert result.values["status"] == status
    assert (result.changed, result.error) == (changed, None)
    assert (built.written() > 0) is (changed and not check)


def test_a_refusal_before_any_write_says_that_nothing_was_touched(built: BuiltAccount) -> None:
    result = updated(image_id=built.arm)
    assert isinstance(result.error, RefusedError)
    assert result.values == {"status": "refused"}
    assert not result.changed
    assert built.written() == 0


def test_a_failure_after_a_write_says_that_something_was(built: BuiltAccount) -> None:
    built.account.gate.faults.append(Fault("ec2:ModifyLaunchTemplate", "InvalidParameterValue"))
    result = updated(image_id=built.new, set_default=True)
    assert result.error is not None
    assert result.values == {"status": "failed"}
    assert result.changed


@pytest.mark.parametrize(("times", "status"), [(1, "complete"), (-1, "failed")])
def test_one_denied_write_leaves_nothing_half_done(
    times: int, status: str, built: BuiltAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "ASK_AGAIN", 0.0)
    monkeypatch.setattr(access, "ACCESS_GRACE", 0.1)
    fault = Fault("ec2:ModifyLaunchTemplate", "UnauthorizedOperation", times=times)
    built.account.gate.faults.append(fault)
    result = updated(image_id=built.new, set_default=True)
    assert (result.values["status"], result.changed) == (status, True)


@pytest.mark.parametrize(
    ("operation", "params", "insists"),
    [
        ("CreateLaunchTemplateVersion", {}, True),
        ("UpdateAutoScalingGroup", {}, True),
        ("DescribeImages", {}, False),
        ("RunInstances", {"DryRun": True}, False),
        ("CreateTags", {}, False),
    ],
)
def test_what_may_be_denied_is_not_insisted_on(
    operation: str, params: dict[str, Any], insists: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "ASK_AGAIN", 0.0)
    denied = ForbiddenError("no", "", "UnauthorizedOperation")
    assert templates._Insisting()(operation, params, denied) is insists


def test_an_earlier_run_that_has_to_be_finished_first_is_a_result(
    built: BuiltAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    def guarded(*_given: Any) -> Any:
        raise UnfinishedError("The canary failed", "Finish it")

    monkeypatch.setattr(templates, "names_cluster", lambda _params: True)
    monkeypatch.setattr(templates, "guarded", guarded)
    monkeypatch.setattr(templates, "Locks", lambda _module: None)
    result = updated(image_id="ami-0123456789abcdef0")
    assert result.values == {"status": "refused", "unfinished": "The canary failed"}


def test_a_group_that_is_not_there_is_refused(built: BuiltAccount) -> None:
    result = updated(autoscaling_group_name="bleu", image_id=built.new)
    assert isinstance(result.error, NotFoundError)
    assert result.values == {"status": "refused"}


@pytest.mark.parametrize("check", [False, True])
def test_an_update_that_nothing_guards_is_warned_of(check: bool, built: BuiltAccount) -> None:
    (said,) = updated(check, image_id=built.new).warnings
    assert said.startswith("Nothing guards the launch source of Auto Scaling group blue")
    assert "Set eks_cluster or kubeconfig, and run_id" in said


def test_an_update_that_changes_nothing_needs_no_guard(built: BuiltAccount) -> None:
    assert updated(image_id=built.old).warnings == ()


def test_a_rollback_is_a_state(built: BuiltAccount) -> None:
    updated(image_id=built.new)
    built.later()
    result = updated(state="rolled_back")
    assert (result.values["image_id"], result.changed) == (built.old, True)


@pytest.mark.parametrize(
    ("operation", "params", "wrote"),
    [
        ("DescribeImages", {}, False),
        ("GetParameter", {}, False),
        ("ListClusters", {}, False),
        ("RunInstances", {"DryRun": True}, False),
        ("CreateLaunchTemplateVersion", {}, True),
        ("UpdateAutoScalingGroup", {}, True),
        ("RunInstances", {}, True),
    ],
)
def test_every_call_that_is_no_read_may_have_changed_something(
    operation: str, params: dict[str, Any], wrote: bool
) -> None:
    watched = templates._Watched(lambda *_args: {})
    watched("ec2", operation, params)
    watched("ec2", "DescribeImages", {})
    assert watched.wrote is wrote
