# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start each module as Ansible packs it, with the usual interpreter."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ansible_collections.nodeops.rotator.tests.integration.wire import TREE, Commands

MODULES = TREE / "nodeops/rotator/plugins/modules"
REFUSED = re.compile("Unsupported parameters|missing required|one of the following is required")
"""What a module says whose options are wrong, once all that it imports is there."""
RUNS = "def main("
"""What a module has that its action plugin does not carry out alone."""


def test_each_module_has_all_that_it_imports(tmp_path: Path) -> None:
    names = sorted(file.stem for file in MODULES.glob("*.py") if RUNS in file.read_text())
    assert names
    tasks = [{f"nodeops.rotator.{name}": {"nonsense": 1}, "ignore_errors": True} for name in names]
    play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
    playbook = tmp_path / "play.yml"
    playbook.write_text(json.dumps([play]))
    outcome = Commands({}, tmp_path).run(
        "ansible-playbook", str(playbook), "-e", "rotation_fork=false"
    )
    said = re.findall(r'^fatal: .*"msg": "(.*)"', outcome.output, re.MULTILINE)
    assert len(said) == len(names), outcome.output
    assert [text for text in said if not REFUSED.match(text)] == []
