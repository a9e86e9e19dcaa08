# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""spec.rollingUpdate: the group's own word, else the cluster's, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.rolling_update import (
    RollingUpdate,
    resolve_rolling_update,
)


def resolved(group: dict[str, Any], cluster: dict[str, Any]) -> RollingUpdate:
    return resolve_rolling_update(group, cluster, "nodes-a")


@pytest.mark.parametrize(
    ("group", "cluster", "said"),
    [
        ({}, {}, RollingUpdate()),
        ({"maxSurge": 2}, {}, RollingUpdate("2")),
        ({"maxSurge": "25%"}, {"maxSurge": 3}, RollingUpdate("25%")),
        ({}, {"maxSurge": 3, "maxUnavailable": "10%"}, RollingUpdate("3", "10%")),
        ({"maxUnavailable": 1}, {"maxSurge": 3}, RollingUpdate("3", "1")),
        ({"maxSurge": 0}, {}, RollingUpdate("0", "1")),
        ({"maxSurge": "0%"}, {}, RollingUpdate("0%", "1")),
        ({"maxSurge": 0, "maxUnavailable": 2}, {}, RollingUpdate("0", "2")),
        ({"maxSurge": None}, {"maxSurge": 4}, RollingUpdate("4")),
        ({"drainAndTerminate": False}, {}, RollingUpdate(replaces=False)),
        ({}, {"drainAndTerminate": False}, RollingUpdate(replaces=False)),
        ({"drainAndTerminate": True}, {"drainAndTerminate": False}, RollingUpdate()),
        ({"drainAndTerminate": None}, {}, RollingUpdate()),
    ],
)
def test_a_field_is_the_groups_else_the_clusters(
    group: dict[str, Any], cluster: dict[str, Any], said: RollingUpdate
) -> None:
    assert resolved(group, cluster) == said


@pytest.mark.parametrize("value", ["many", -1, "-1", True, "25 %", 1.5])
@pytest.mark.parametrize("field", ["maxSurge", "maxUnavailable"])
def test_what_is_no_size_is_refused_by_its_name(field: str, value: Any) -> None:
    with pytest.raises(RefusedError, match=f"spec.rollingUpdate.{field} of instance group nodes-a"):
        resolved({field: value}, {})
