# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module as Ansible does: JSON on stdin, one JSON result on stdout.

Behind the two raw calls is a world in memory, and a long run is on its virtual time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import io
import json
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from ansible.module_utils import _internal, basic
from ansible.module_utils.common import warnings

from ansible_collections.nodeops.rotator.plugins.module_utils.edge import (
    aws,
    drain,
    kube,
    managed,
    rotation,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine import access
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.virtual import VirtualInbox
from ansible_collections.nodeops.rotator.tests.simulation.world import World

MODULES = "ansible_collections.nodeops.rotator.plugins.modules."
REGION = {"region": "eu-west-1"}


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a module told: its exit code, its result, and what else it wrote."""

    code: int
    result: dict[str, Any]
    stderr: str

    @property
    def message(self) -> str:
        """Return the one line with which it failed, and nothing besides."""
        assert self.code == 1, self.result
        assert self.result["failed"] is True
        message = str(self.result["msg"])
        assert "\n" not in message
        assert "Traceback" not in json.dumps(self.result) + self.stderr
        return message


class Stdin:
    """Standard input with bytes to read."""

    def __init__(self, text: str) -> None:
        self.buffer = io.BytesIO(text.encode())

    def isatty(self) -> bool:
        """Return False: nobody types."""
        return False

    def read(self) -> str:
        """Return all of it."""
        return self.buffer.read().decode()


class Runner:
    """Runs modules in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._patch, self._capsys = monkeypatch, capsys
        self.calls: list[str] = []

    def __call__(
        self, name: str, check: bool = False, diff: bool = False, **options: Any
    ) -> Outcome:
        """Run a module with these options."""
        ours = {"_ansible_check_mode": check, "_ansible_diff": diff, "_ansible_remote_tmp": "/tmp"}
        given = json.dumps({"ANSIBLE_MODULE_ARGS": {**REGION, **options, **ours}})
        self._capsys.readouterr()
        with self._patch.context() as patch:
            patch.setattr(sys, "stdin", Stdin(given))
            patch.setattr(sys, "argv", [name])
            patch.setattr(basic, "_ANSIBLE_ARGS", None)
            # Other tests have made this process a controller, where warnings go to the screen.
            patch.setattr(_internal, "is_controller", False)
            patch.setattr(warnings, "_global_warnings", {})
            patch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
            with pytest.raises(SystemExit) as ended:
                importlib.import_module(MODULES + name).main()
        written = self._capsys.readouterr()
        assert len(written.out.strip().splitlines()) == 1, written.out
        return Outcome(int(ended.value.code or 0), json.loads(written.out), written.err)

    def on(self, world: World) -> None:
        """Let every module reach this world, and nothing else."""
        call, server = aws_call(world.account), kube_call(world.cluster)

        def reach(_raw: Any, service: str, operation: str, params: Mapping[str, Any]) -> Any:
            self.calls.append(f"{service}:{operation}")
            return call(service, operation, params)

        def request(_raw: Any, verb: str, path: str, *more: Any, **named: Any) -> Any:
            self.calls.append(f"{verb} {path}")
            return server.request(verb, path, *more, **named)

        @contextlib.contextmanager
        def inbox(ports: Any, follow: Any, _abandoned: Any) -> Iterator[VirtualInbox]:
            yield VirtualInbox(world.kernel, ports, follow)

        def advance(seconds: float) -> None:
            world.kernel.advance(world.kernel.now + seconds)

        # What is denied is asked for again in virtual time.
        rest = (access.Grace.__init__.__defaults__ or ())[2:]
        waits = (lambda: world.kernel.now, advance, *rest)
        self._patch.setattr(access.Grace.__init__, "__defaults__", waits)
        self._patch.setattr(aws.RawAws, "__call__", reach)
        self._patch.setattr(kube.RawKube, "request", request)
        self._patch.setattr(
            kube.RawKube, "stream", lambda _raw, path, query: server.stream(path, query)
        )
        now = types.SimpleNamespace(time=lambda: world.kernel.utc().timestamp())
        for edge in (drain, managed, rotation):
            self._patch.setattr(edge, "ThreadInbox", inbox)
            self._patch.setattr(edge, "clock", lambda: world.kernel.now)
            if edge is not managed:
                self._patch.setattr(edge, "time", now)

    def writes(self) -> list[str]:
        """Return the calls that could change something."""
        reads = ("Describe", "Get", "List")
        return [
            call
            for call in self.calls
            if not call.startswith("GET ") and not call.partition(":")[2].startswith(reads)
        ]
