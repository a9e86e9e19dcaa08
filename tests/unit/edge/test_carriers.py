# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""node_carriers_info tells carriers, and those that no rotation reaches."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.carriers import (
    Carrier,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import carriers
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.carriers import (
    SPEC,
    tell_carriers,
)
from ansible_collections.nodeops.rotator.tests.unit.edge.builders import a_module


def test_only_what_no_rotation_reaches_is_among_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    found = (Carrier("auto_scaling_group", "blue", ("n-1",)), Carrier("unknown", "", ("n-2",)))
    monkeypatch.setattr(carriers, "read_carriers", lambda *_given: found)
    monkeypatch.setattr(carriers, "connect", lambda _module: None)
    other: Any = tell_carriers(a_module(SPEC, rotated=["green"])).values
    assert other["others"] == [one.text for one in found]
    values: Any = tell_carriers(a_module(SPEC, rotated=["blue"])).values
    assert values["others"] == [found[1].text]
    values = tell_carriers(a_module(SPEC)).values
    assert [one["kind"] for one in values["carriers"]] == ["auto_scaling_group", "unknown"]
    assert values["others"] == [found[1].text]
