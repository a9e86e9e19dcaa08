# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Do the work of a module on the control node, without a module process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ansible.plugins.action import ActionBase

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError

Values = dict[str, Any]


class ControllerAction(ActionBase):
    """Does all of the work of the module of its name.

    A subclass says what the options are (`SPEC`, an argument spec) and what is done (`act`).
    """

    SPEC: ClassVar[Mapping[str, Any]] = {}
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: Values | None = None) -> Values:
        """Do the work and return the result of the task.

        That is what `act` returns, `changed` false unless it says otherwise. An InputError is the
        failure of the task, with its text as the message.
        """
        result = super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec(self.SPEC)
        try:
            values = self.act(options, task_vars or {})
        except InputError as error:
            return {**result, "failed": True, "msg": str(error)}
        return {**result, "changed": False, **values}

    def act(self, options: Values, variables: Values) -> Values:
        """Do the work; return what the result of the task has.

        `options`: valid ones, with defaults. `variables`: of the task. InputError: what the user
        has to mend.
        """
        raise NotImplementedError
