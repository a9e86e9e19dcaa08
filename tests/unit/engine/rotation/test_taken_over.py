# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Under which Nodes of ended instances new ones run."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.taken_over import (
    is_taken_over,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import a_context

OTHER = "aws:///a/i-former"


@pytest.mark.parametrize(
    ("node", "dns", "taken_over"),
    [
        pytest.param({}, "ip-1", True, id="Ready since the launch"),
        pytest.param({"ready_since": 1100.0}, "ip-1", False, id="since before the launch"),
        pytest.param({"ready": None}, "ip-1", False, id="lost since the launch"),
        pytest.param({"ready": False}, "ip-1", False, id="not Ready yet"),
        pytest.param({"unschedulable": True}, "ip-1", False, id="cordoned: it takes no pods"),
        pytest.param({}, "ip-2", False, id="nobody has its name"),
        pytest.param({"provider_id": "aws:///a/i-n"}, "ip-1", False, id="it names the instance"),
    ],
)
def test_a_node_that_is_ready_under_the_name_of_a_new_instance(
    node: dict[str, Any], dns: str, taken_over: bool
) -> None:
    found = a_node("ip-1", **{"provider_id": OTHER, "ready_since": 1101.0, **node})
    group = a_group(an_instance("n", fresh=True, private_dns=dns))
    assert is_taken_over(a_context(group, [found]), found) is taken_over
