# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module and end it with its result: the only place that does."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError


@dataclasses.dataclass(frozen=True)
class Result:
    """What a module returns.

    `values`: the return values as documented. `diff`: as Ansible shows differences, None where the
    module has none. `warnings`: sentences for people. `error`: makes the module fail, with all the
    rest returned as well.
    """

    values: Mapping[str, Any]
    changed: bool = False
    diff: Any = None
    warnings: tuple[str, ...] = ()
    error: RotatorError | None = None


def run_module(module: AnsibleAWSModule, work: Callable[[AnsibleAWSModule], Result]) -> None:
    """Do the work and end the module; an error of ours becomes one line of failure."""
    try:
        result = work(module)
    except RotatorError as error:
        result = Result({}, error=error)
    finish(module, result)


def finish(module: AnsibleAWSModule, result: Result) -> None:
    """End the module with the result, or with the error that it came to."""
    for warning in result.warnings:
        module.warn(warning)
    answer = {**result.values, "changed": result.changed}
    if result.diff is not None:
        answer["diff"] = result.diff
    error = result.error
    if error is not None:
        module.fail_json(
            msg=str(error), error_type=type(error).__name__, error_code=error.code, **answer
        )
    module.exit_json(**answer)
