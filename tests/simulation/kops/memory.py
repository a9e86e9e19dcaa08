# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the stand-in for kops in this process, on an account in memory."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable, Sequence
from typing import Any
from unittest import mock

from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import AwsCall, Ran
from ansible_collections.nodeops.rotator.tests.simulation.kops import program
from ansible_collections.nodeops.rotator.tests.simulation.kops.clients import made_by


class _Client:
    """A boto3 client in looks: get_object(...) calls GetObject."""

    def __init__(self, call: AwsCall, service: str) -> None:
        self._call, self._service = call, service

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        operation = "".join(word.capitalize() for word in name.split("_"))
        return lambda **params: self._call(self._service, operation, params)


class KopsInMemory:
    """Implements core.transport.KopsCall.

    `runs`: the command lines so far. `environment`: variables of the stand-in, see program.
    """

    def __init__(self, call: AwsCall) -> None:
        self._call = call
        self.runs: list[str] = []
        self.environment: dict[str, str] = {}

    def __call__(self, words: Sequence[str], given: str) -> Ran:
        self.runs.append(" ".join(words))
        out, err = io.StringIO(), io.StringIO()
        with (
            made_by(lambda service: _Client(self._call, service)),
            mock.patch.dict("os.environ", self.environment),
            mock.patch.object(sys, "stdin", io.StringIO(given)),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = program.main(words)
        return Ran(code, out.getvalue(), err.getvalue())
