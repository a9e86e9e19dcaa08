# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an update ended, as the module reports it."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.result import (
    conclude_update,
    diff_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.track import (
    follow_nodes,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.managed.builders import (
    NOW,
    a_context,
    a_memory,
    a_node,
    a_nodegroup,
    a_view,
    an_instance,
)


def test_a_plan_lists_the_outdated_nodes_and_what_runs() -> None:
    result = conclude_update(a_context(), "planned", None)
    values = result.values
    assert [node["phase"] for node in values["nodes"]] == ["outdated", "outdated"]
    assert (values["replaced"], values["outdated"], values["base"]) == (0, 2, 2)
    assert values["old_image_ids"] == ["ami-old"]
    assert [one["current"] for one in values["running"]] == [False, False]
    foreseen = {
        "surge": 2,
        "unavailable": 1,
        "canaries": 0,
        "soak": 0,
        "maintenance": "",
        "order": [],
    }
    assert values["foreseen"] == foreseen
    assert diff_of(result)["after"] == "n-1: replaced by ami-new\nn-2: replaced by ami-new\n"


def test_a_node_that_is_gone_counts_as_replaced() -> None:
    ctx = a_context(view=a_view(a_node(1, unschedulable=True), a_node(2)))
    follow_nodes(ctx)
    memory = a_memory(a_nodegroup(an_instance(2)), records=ctx.memory.records)
    later = a_context(memory, a_view(a_node(2)), now=NOW + 70)
    follow_nodes(later)
    result = conclude_update(later, "failed", None)
    first, second = result.values["nodes"]
    assert (first["replaced"], first["seconds"], first["phase"]) == (True, 70.0, "terminated")
    assert (second["replaced"], result.changed) == (False, True)
    assert diff_of(result)["after"] == "n-1: replaced by ami-new\nn-2: ami-old\n"


def test_what_somebody_else_began_is_resumed() -> None:
    joined = conclude_update(a_context(a_memory(seen=("u",))), "complete", None)
    assert joined.values["resumed"]
    own = conclude_update(a_context(a_memory(seen=("u",), begun=("u",))), "complete", None)
    assert not own.values["resumed"]
    assert own.values["update_id"] == "u"


def test_nothing_is_known_of_a_group_that_was_not_read() -> None:
    values = conclude_update(a_context(a_memory(None)), "refused", None).values
    assert (values["autoscaling_group_name"], values["running"], values["nodes"]) == ("", [], [])
    assert values["foreseen"] == {}
