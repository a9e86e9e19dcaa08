# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module and end it with its result: the only place that does."""

from __future__ import annotations

import contextlib
import dataclasses
import signal
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any, NoReturn

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RotatorModule
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.access import Grace

SIGNALED = 128
"""A shell adds it to the number of a signal for the exit status of a process that it ended."""


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


ModuleWork = Callable[[AnsibleAWSModule], Result]
"""What a module does before it ends."""


def run_module(module: AnsibleAWSModule, work: ModuleWork) -> None:
    """Do the work and end the module; an error of ours becomes one line of failure."""
    with _clearing_up():
        finish(module, _done(module, work))


def run_pass(module: RotatorModule, work: ModuleWork) -> None:
    """Do work that needs one pass, and end the module; see run_module.

    Work that was denied before it has changed anything is done again for a while, with credentials
    that are taken anew.
    """
    with _clearing_up():
        finish(module, Grace().asked(lambda: _anew(module, work), _denied))


def _anew(module: RotatorModule, work: ModuleWork) -> Result:
    module.renew()
    return _done(module, work)


def _denied(result: Result) -> AccessError | None:
    """Return the error of work that was denied before it has changed anything."""
    error = result.error
    return error if isinstance(error, AccessError) and not result.changed else None


def _done(module: AnsibleAWSModule, work: ModuleWork) -> Result:
    try:
        return work(module)
    except RotatorError as error:
        return Result({}, error=error)


@contextlib.contextmanager
def _clearing_up() -> Iterator[None]:
    """Let a signal that ends the process run what clears up at its exit.

    The client of Kubernetes keeps keys of a kubeconfig in temporary files until then. While the
    engine works, it listens to the signals itself.
    """
    before = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(SIGNALED + number)


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
