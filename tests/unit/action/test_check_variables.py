# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_variables: what is wrong with variables, on the control node."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from ansible.errors import AnsibleUndefinedVariable

from ansible_collections.nodeops.rotator.plugins.action import check_variables

BLUE = {"autoscaling_group_name": "shop-blue"}


class HostVars(dict[str, dict[str, Any]]):
    """The variables of all hosts, as Ansible hands them over."""

    raw_get = dict.__getitem__


class Screen:
    """Collects warnings."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warning(self, text: str) -> None:
        """Warn."""
        self.warnings.append(text)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Return what the action warns of."""
    found = Screen()
    monkeypatch.setattr(check_variables, "Display", lambda: found)
    return found


def check(play: dict[str, dict[str, Any]], **options: Any) -> dict[str, Any]:
    """Run the action for the first host of a play."""
    task = mock.Mock(args=options, check_mode=False, async_val=0, diff=False)
    templar = mock.Mock()
    templar.template = lambda value: value
    action = check_variables.ActionModule(
        task, mock.Mock(), mock.Mock(), mock.Mock(), templar, mock.Mock()
    )
    name, own = next(iter(play.items()))
    variables = {**own, "inventory_hostname": name, "hostvars": HostVars(play)}
    result: dict[str, Any] = action.run(task_vars=variables)
    return result


def test_right_variables_are_no_failure(screen: Screen) -> None:
    result = check({"blue": {**BLUE, "rotate_canary": "2"}})
    assert not result.get("failed")
    assert result["changed"] is False
    assert screen.warnings == []


def test_all_hosts_are_checked_and_each_problem_is_told_with_its_host() -> None:
    play = {"blue": {**BLUE, "rotate_canary": "x"}, "red": {"verify_retries": "y"}}
    said = check(play, hosts=list(play))["msg"]
    assert "blue: rotate_canary is 'x'. Give a number of nodes (2) or a percentage (25%)" in said
    assert "red: verify_retries is 'y'" in said
    assert "\n" not in said
    assert "red: autoscaling_group_name is not set" in said


def test_a_variable_that_has_no_effect_for_the_kind_of_the_host_is_refused() -> None:
    play = {"blue": {**BLUE, "rotate_limit": 1}}
    assert not check(play).get("failed")
    managed = {"blue": {**BLUE, "rotate_limit": 1, "node_group_kind": "eks_managed"}}
    assert "blue: rotate_limit is set, and EKS replaces" in check(managed)["msg"]


def test_a_role_checks_its_own_variables() -> None:
    play = {"blue": {**BLUE, "rotate_canary": "x"}}
    assert not check(play, roles=["verify"]).get("failed")
    assert check(play, roles=["rotate"])["failed"]


def test_what_can_only_be_known_later_is_not_judged() -> None:
    class Late(dict[str, Any]):
        def get(self, name: str, default: Any = None) -> Any:
            if name == "rotate_failure_hook":
                raise AnsibleUndefinedVariable("it names a variable of a later task")
            return super().get(name, default)

    assert not check({"blue": Late(BLUE)}, hosts=["blue"]).get("failed")


@pytest.mark.parametrize(
    ("mode", "fails", "warns"), [("fail", True, 1), ("warn", False, 2), ("ignore", False, 0)]
)
def test_unknown_variables(screen: Screen, mode: str, fails: bool, warns: int) -> None:
    play = {"blue": {**BLUE, "rotate_max_surg": 1, "rotate_logs_daily": True, "soak": 1}}
    result = check(play, hosts=["blue"], unknown=mode)
    assert bool(result.get("failed")) is fails
    assert len(screen.warnings) == warns
    if fails:
        assert result["msg"] == (
            "blue: there is no variable rotate_max_surg. Did you mean rotate_max_surge?"
        )


def test_more_node_groups_at_one_time_than_ansible_works_on_are_refused(screen: Screen) -> None:
    play = {f"g{n}": {**BLUE, "rotation_serial": 6, "ansible_forks": 5} for n in range(8)}
    told = check(play, hosts=list(play))["msg"]
    assert told.startswith("rotation_serial is 6, which is 6 node groups at one time")
    assert not check({name: {**own, "rotation_serial": 5} for name, own in play.items()}).get(
        "failed"
    )
