# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of our write on a Node is missing is named, and who took it off."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Taint
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    EXCLUDE,
    OUTDATED,
    REPLACING,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.undone import (
    what_is_undone,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_node

CORDON = NodeChange(True, labels=((EXCLUDE, "true"),), annotations=((REPLACING, "r1"),))
WHOLE: dict[str, Any] = {
    "unschedulable": True,
    "labels": {EXCLUDE: "true"},
    "annotations": {REPLACING: "r1"},
    "cordoned_by": "us",
}
AGAIN = " of this node again and again"


@pytest.mark.parametrize(
    ("node", "text"),
    [
        pytest.param(
            {**WHOLE, "unschedulable": False, "cordoned_by": "kubectl"},
            f"cordon{AGAIN}, last kubectl",
            id="the cordon, and the server says who",
        ),
        pytest.param(
            {**WHOLE, "unschedulable": False, "cordoned_by": ""},
            f"cordon{AGAIN}",
            id="the cordon, and nobody says who",
        ),
        pytest.param(
            {**WHOLE, "labels": {}},
            f"label {EXCLUDE}{AGAIN}",
            id="the label alone, of which we are not told who took it off",
        ),
        pytest.param(
            {**WHOLE, "labels": {EXCLUDE: "false"}},
            f"label {EXCLUDE}{AGAIN}",
            id="the label that says something else",
        ),
        pytest.param(
            {**WHOLE, "annotations": {}},
            f"annotation {REPLACING}{AGAIN}",
            id="the annotation",
        ),
        pytest.param(
            {"cordoned_by": "kubectl"},
            f"cordon, label {EXCLUDE}, annotation {REPLACING}{AGAIN}, last kubectl",
            id="everything",
        ),
        pytest.param(WHOLE, f"cordon{AGAIN}", id="nothing is missing any more"),
    ],
)
def test_what_is_missing_of_a_cordon_is_named(node: dict[str, Any], text: str) -> None:
    assert what_is_undone(a_node("w", **node), CORDON) == text


@pytest.mark.parametrize(
    ("change", "text"),
    [
        pytest.param(
            NodeChange(taints=(Taint(OUTDATED, "PreferNoSchedule"),)),
            f"taints{AGAIN}, last calico",
            id="our taint",
        ),
        pytest.param(NodeChange(taints=()), f"untaint{AGAIN}, last calico", id="its end"),
        pytest.param(
            NodeChange(annotations=(("a", None), ("b", None))),
            f"annotation a{AGAIN}",
            id="a mark that somebody puts back",
        ),
        pytest.param(NodeChange(False), f"uncordon{AGAIN}, last kubectl", id="the end of a cordon"),
    ],
)
def test_what_else_is_undone_is_named(change: NodeChange, text: str) -> None:
    more: dict[str, Any] = {"cordoned_by": "kubectl", "tainted_by": "calico"}
    node = a_node("w", unschedulable=True, annotations={"a": "1"}, **more)
    assert what_is_undone(node, change) == text
