# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A runner of modules, and worlds for it."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.builders import due
from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.modules.running import Runner


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Return a runner of modules that reaches no world yet."""
    for name in ("AWS_REGION", "AWS_PROFILE", "KUBECONFIG", "NODEOPS_ROTATOR_PROGRESS_FILE"):
        monkeypatch.delenv(name, raising=False)
    return Runner(monkeypatch, capsys)


@pytest.fixture
def world(run: Runner) -> World:
    """Return a small world that the runner reaches.

    Its group demo-blue is due for an update.
    """
    found = due()
    run.on(found)
    return found
