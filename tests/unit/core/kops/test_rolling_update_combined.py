# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every combination of what instance group and cluster say of a rolling update."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.rolling_update import (
    resolve_rolling_update,
)

SURGES: list[Any] = ["absent", None, 0, 1, "25%"]
DRAINS: list[Any] = ["absent", None, True, False]


def spec(field: str, value: Any) -> dict[str, Any]:
    """A spec.rollingUpdate with this field, or without it."""
    return {} if value == "absent" else {field: value}


def said(group: Any, cluster: Any) -> Any:
    """What counts of the two: the group's own word, if it says anything."""
    for value in (group, cluster):
        if value not in ("absent", None):
            return value
    return None


@pytest.mark.parametrize(("group", "cluster"), list(itertools.product(SURGES, SURGES)))
@pytest.mark.parametrize("field", ["maxSurge", "maxUnavailable"])
def test_the_group_has_the_first_word_on_each_size(field: str, group: Any, cluster: Any) -> None:
    found = resolve_rolling_update(spec(field, group), spec(field, cluster), "nodes-a")
    wanted = said(group, cluster)
    size = found.max_surge if field == "maxSurge" else found.max_unavailable
    assert size == ("" if wanted is None else str(wanted))


@pytest.mark.parametrize(("group", "cluster"), list(itertools.product(DRAINS, DRAINS)))
def test_only_a_plain_no_leaves_the_nodes(group: Any, cluster: Any) -> None:
    field = "drainAndTerminate"
    found = resolve_rolling_update(spec(field, group), spec(field, cluster), "nodes-a")
    assert found.replaces is (said(group, cluster) is not False)


@pytest.mark.parametrize(("surge", "unavailable"), list(itertools.product(SURGES, SURGES)))
def test_a_surge_of_none_never_leaves_both_at_none(surge: Any, unavailable: Any) -> None:
    given = {**spec("maxSurge", surge), **spec("maxUnavailable", unavailable)}
    found = resolve_rolling_update(given, {}, "nodes-a")
    if surge == 0 and unavailable in ("absent", None):
        assert found.max_unavailable == "1"
    else:
        assert found.max_unavailable == (
            "" if unavailable in ("absent", None) else str(unavailable)
        )


@pytest.mark.parametrize("field", ["maxSurge", "maxUnavailable"])
def test_fields_of_different_origin_are_put_together(field: str) -> None:
    other = "maxUnavailable" if field == "maxSurge" else "maxSurge"
    found = resolve_rolling_update({field: 3}, {field: 9, other: "10%"}, "nodes-a")
    sizes = {"maxSurge": found.max_surge, "maxUnavailable": found.max_unavailable}
    assert sizes == {field: "3", other: "10%"}


def test_what_else_a_specification_says_changes_nothing() -> None:
    found = resolve_rolling_update({"interval": "5m"}, {"validate": False}, "nodes-a")
    assert (found.max_surge, found.max_unavailable, found.replaces) == ("", "", True)
