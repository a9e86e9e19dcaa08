# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve a stage for drains, and run node_drain, kubectl and k8s_drain on it."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.nodeops.rotator.tests.integration import warm
from ansible_collections.nodeops.rotator.tests.rotation.drain_builders import Stage
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.wire import kube
from ansible_collections.nodeops.rotator.tests.simulation.wire.tls import Tls

CALL_MODULE = """
import importlib, json, sys
from ansible.module_utils.testing import patch_module_args
with patch_module_args(json.load(sys.stdin)):
    importlib.import_module(sys.argv[1]).main()
"""
"""Runs a module without a playbook, whose start would dominate a comparison."""


class WireStage(Stage):
    """A stage served on loopback.

    It follows the wall clock, so do not call `advance`.
    """

    def __init__(self, behavior: Behavior, folder: Path) -> None:
        super().__init__(behavior, Kernel(epoch=datetime.datetime.now(datetime.UTC)))
        self.folder = folder
        self.kubeconfig = folder / "kubeconfig"
        self.server: kube.KubeServer | None = None
        self.lock = threading.RLock()

    @contextmanager
    def serving(self, latency: float = 0.0, tls: Tls | None = None) -> Iterator[None]:
        """Serve while the block runs.

        `latency`: seconds by which every answer is delayed.
        """
        pump = kube.Pump(self.kernel, self.lock)
        server = kube.make_server(self.cluster, self.lock, pump.advance, tls=tls)
        server.latency = latency
        self.server = server
        self.kubeconfig.write_text(yaml.safe_dump(server.kubeconfig()))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        pump.start()
        try:
            yield
        finally:
            pump.stop()
            server.shutdown()
            server.server_close()

    def environment(self) -> dict[str, str]:
        """Return the tools' environment, without the caller's clusters or accounts."""
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("K8S_AUTH_", "AWS_", "KUBE"))
        }
        return {
            **kept,
            "KUBECONFIG": str(self.kubeconfig),
            "HOME": str(self.folder),
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def start_module(
        self, name: str, /, check: bool = False, **options: Any
    ) -> subprocess.Popen[str]:
        """Start a module by its full name."""
        plugin = (
            f"ansible_collections.{name.rsplit('.', 1)[0]}.plugins.modules.{name.rsplit('.', 1)[1]}"
        )
        arguments = {"kubeconfig": str(self.kubeconfig), "_ansible_check_mode": check, **options}
        process = subprocess.Popen(
            [sys.executable, "-c", CALL_MODULE, plugin],
            env=self.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps(arguments))
        process.stdin.close()
        return process

    def module(
        self,
        name: str = "nodeops.rotator.node_drain",
        /,
        check: bool = False,
        constants: Mapping[str, float] = warm.NONE,
        **options: Any,
    ) -> dict[str, Any]:
        """Run a module; return its result, which has `failed` if it failed.

        `constants`: see warm.printed_by_module.
        """
        given = {"kubeconfig": str(self.kubeconfig), "_ansible_check_mode": check, **options}
        answer = json.loads(warm.printed_by_module(name, given, self.environment(), constants))
        assert isinstance(answer, dict)
        return answer

    def kubectl(self, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run the kubectl of the development environment."""
        found = Path(sys.executable).with_name("kubectl")
        binary = str(found) if found.exists() else shutil.which("kubectl")
        assert binary, "kubectl is missing: install the development requirements"
        command = [binary, "--kubeconfig", str(self.kubeconfig), *arguments]
        return subprocess.run(
            command,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


def finished(process: subprocess.Popen[str], timeout: float = warm.HANGS) -> dict[str, Any]:
    """Wait for a module and return its result."""
    process.stdin = None
    out, errors = process.communicate(timeout=timeout)
    try:
        answer: dict[str, Any] = json.loads(out)
    except ValueError as error:
        raise AssertionError(f"no result: {out}\n{errors}") from error
    return answer


def until(condition: Any, seconds: float = warm.HANGS) -> None:
    """Wait until something is true that another process does."""
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "waited in vain"
        time.sleep(0.02)
