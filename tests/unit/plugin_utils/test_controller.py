# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugins that do all the work of their module have in common."""

from __future__ import annotations

import types
from typing import Any, ClassVar

import pytest
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.plugin_utils.controller import (
    ControllerAction,
    Values,
)


class Greeting(ControllerAction):
    """Greets; strangers are a mistake of the user."""

    SPEC: ClassVar[Values] = {
        "name": {"type": "str", "required": True},
        "times": {"type": "int", "default": 1},
    }

    def act(self, options: Values, variables: Values) -> Values:
        """Return the greeting."""
        if options["name"] == "stranger":
            raise InputError("nobody is called stranger")
        return {"said": [variables["word"]] * options["times"], **self.told}

    told: Values


def result(monkeypatch: pytest.MonkeyPatch, told: Values | None = None, **args: Any) -> Values:
    action = Greeting.__new__(Greeting)
    action.told = told or {}
    action._task = types.SimpleNamespace(args=args)
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp, task_vars: {"invocation": args})
    return action.run(task_vars={"word": "hello"})


def test_options_are_converted_and_have_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    assert result(monkeypatch, name="you", times="2")["said"] == ["hello", "hello"]
    assert result(monkeypatch, name="you")["said"] == ["hello"]


def test_nothing_is_changed_unless_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert result(monkeypatch, name="you")["changed"] is False
    assert result(monkeypatch, {"changed": True}, name="you")["changed"] is True


def test_what_ansible_has_to_say_stays_in_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    assert result(monkeypatch, name="you")["invocation"] == {"name": "you"}


def test_a_mistake_of_the_user_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    said = result(monkeypatch, name="stranger")
    assert (said["failed"], said["msg"]) == (True, "nobody is called stranger")
    assert "said" not in said


def test_an_unknown_option_is_refused_by_ansible(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AnsibleError, match="volume"):
        result(monkeypatch, name="you", volume=3)
