# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the playbook of docs/including.md as it stands there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.nodeops.rotator.tests.integration.wire import (
    QUICK,
    WorldOnWire,
    world_on_wire,
)
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

GATE = "- name: Say that nobody deploys\n  ansible.builtin.debug:\n    msg: nobody deploys\n"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[WorldOnWire]:
    """Serve a small world for this test: one node group."""
    with world_on_wire("small", tmp_path) as world:
        yield world


def test_the_example_rotates_with_gates_of_its_own(small: WorldOnWire, tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/including.md").read_text(), re.S)
    replaced = {
        "cluster_shop": f"cluster_{small.cluster}",
        "https://shop.example.com/health": f"{small.env['WORLD_URL']}/report",
    }
    for word, instead in replaced.items():
        assert word in example
        example = example.replace(word, instead)
    playbook = tmp_path / "ours.yml"
    playbook.write_text("---\n" + example)
    (tmp_path / "gates").mkdir()
    (tmp_path / "gates" / "no_deployment.yml").write_text(GATE)
    small.rules("demo-blue", 1)
    given = dict(QUICK)
    del given["rotate_max_surge"]  # the example sets it
    command = ["ansible-playbook", "-i", str(small.inventory), str(playbook), "-e"]
    outcome = small.run(*command, json.dumps(given), **small.reach(small.next_run()))
    assert outcome.code == 0, outcome.output
    report = small.report()
    assert set(report["groups"]["demo-blue"]["images"]) == {report["facts"]["new_image"]}
    assert report["breaches"] == []
    assert "nobody deploys" in outcome.output
    assert "TASK [Check what customers see]" in outcome.output
