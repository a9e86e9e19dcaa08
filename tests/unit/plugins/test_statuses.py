# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules, glossary and engine know the same statuses, phases and states."""

from __future__ import annotations

import re
from typing import Any, get_args

import yaml

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.status import Status
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import PodState
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodePhase,
)
from ansible_collections.nodeops.rotator.plugins.modules import asg_node_replace, node_drain
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, due
from ansible_collections.nodeops.rotator.tests.simulation.runs import rotate
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

STATUSES = set(get_args(Status))
ADDED_BY_THE_EDGE = ("api_calls", "events")


def values(described: dict[str, Any]) -> set[str]:
    """Return the values that the description of a return value names."""
    text = described["description"]
    return set(re.findall(r"\bV\((\w+)\)", text if isinstance(text, str) else " ".join(text)))


def literals(hint: Any) -> set[str]:
    """Return the values of a Literal type, or of a union of them."""
    parts = get_args(hint)
    return set(parts) if isinstance(parts[0], str) else set().union(*map(literals, parts))


def test_the_module_documents_every_status_and_no_other() -> None:
    assert values(yaml.safe_load(asg_node_replace.RETURN)["status"]) == STATUSES


def test_the_module_documents_every_phase_of_a_node() -> None:
    nodes = yaml.safe_load(asg_node_replace.RETURN)["nodes"]["contains"]
    assert values(nodes["phase"]) == literals(NodePhase)


def test_the_drain_documents_every_state_of_a_pod() -> None:
    nodes = yaml.safe_load(node_drain.RETURN)["nodes"]["contains"]
    assert values(nodes["pods"]["contains"]["state"]) == literals(PodState)


def test_the_glossary_explains_every_status_and_no_other() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text()
    section = text.split("### Statuses", 1)[1].split("\n#", 1)[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == STATUSES


def test_a_rotation_returns_what_is_documented_and_nothing_else() -> None:
    result = rotate(due(), BLUE).result
    assert result is not None
    documented = yaml.safe_load(asg_node_replace.RETURN)
    assert {*result.values, *ADDED_BY_THE_EDGE} == set(documented)
    for name in ("nodes", "new_nodes"):
        assert {key for one in result.values[name] for key in one} == set(
            documented[name]["contains"]
        )
