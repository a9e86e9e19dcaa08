# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the modules in this process with real clients on the wire.

The clients are boto3 and the Kubernetes client.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.kubernetes.core.plugins.module_utils.k8s import client

from ansible_collections.nodeops.rotator.plugins.modules import (
    asg_node_replace,
    eks_ami_lookup,
    launch_template_update,
)
from ansible_collections.nodeops.rotator.tests.simulation.serve import serving

MODULES = {
    "asg_node_replace": asg_node_replace,
    "eks_ami_lookup": eks_ami_lookup,
    "launch_template_update": launch_template_update,
}


@dataclasses.dataclass
class Modules:
    """Runs modules with options, always with diff. `check`: check mode."""

    capture: pytest.CaptureFixture[str]

    def __call__(self, name: str, check: bool = False, **options: Any) -> dict[str, Any]:
        """Run a module that must succeed; return the result."""
        result = self.run(name, check, **options)
        assert not result.get("failed"), result["msg"]
        return result

    def run(self, name: str, check: bool = False, **options: Any) -> dict[str, Any]:
        """Run a module; return the result, which has `failed` if it failed."""
        self.capture.readouterr()
        given = {**options, "_ansible_check_mode": check, "_ansible_diff": True}
        with patch_module_args(given), pytest.raises(SystemExit):
            MODULES[name].main()
        result = json.loads(self.capture.readouterr().out)
        assert isinstance(result, dict)
        result.pop("invocation", None)
        return result

    def refused(self, name: str, **options: Any) -> str:
        """Run a module that must fail in one line; return the message."""
        result = self.run(name, **options)
        assert result.get("failed"), result
        message = str(result["msg"])
        assert "\n" not in message
        assert "Traceback" not in json.dumps(result)
        return message


@pytest.fixture
def modules(capsys: pytest.CaptureFixture[str]) -> Modules:
    return Modules(capsys)


@contextmanager
def reached(folder: Path, scenario: str = "small") -> Iterator[dict[str, str]]:
    """Serve a scenario, with its environment in this process."""
    with serving(scenario, folder) as environment, pytest.MonkeyPatch.context() as patch:
        for name, value in {**environment, "AWS_EC2_METADATA_DISABLED": "true"}.items():
            patch.setenv(name, value)
        patch.setattr(client, "_pool", {})  # no connection to the world of another test
        yield environment


@pytest.fixture
def world(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Serve a world for this test."""
    with reached(tmp_path) as environment:
        yield environment


@pytest.fixture(scope="module")
def idle_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Serve a world for all tests that change nothing in it."""
    with reached(tmp_path_factory.mktemp("world")) as environment:
        yield environment
