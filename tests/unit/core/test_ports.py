# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a write of a Node says, and until when ports may send."""

from __future__ import annotations

import math
from unittest import mock

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import SetDesired
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    WriteWayBack,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Taint
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import OUTDATED
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import (
    NodeChange,
    Ports,
    changes,
)

TAINT, OURS = Taint("a", "NoSchedule"), Taint(OUTDATED, "PreferNoSchedule")


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        pytest.param(NodeChange(True), "cordon", id="a cordon"),
        pytest.param(NodeChange(False), "uncordon", id="its end"),
        pytest.param(NodeChange(True, taints=(TAINT,)), "cordon", id="a cordon with taints"),
        pytest.param(NodeChange(taints=(TAINT, OURS)), "taints", id="our taint"),
        pytest.param(NodeChange(taints=(TAINT,)), "untaint", id="others remain"),
        pytest.param(NodeChange(taints=()), "untaint", id="no taints any more"),
        pytest.param(NodeChange(labels=changes({"a": "b"})), "annotations", id="labels"),
        pytest.param(NodeChange(annotations=changes({"a": "b"})), "annotations", id="annotations"),
        pytest.param(NodeChange(annotations=changes({"a": None})), "unmark", id="none any more"),
    ],
)
def test_a_write_is_of_one_kind(change: NodeChange, kind: str) -> None:
    assert change.kind == kind


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({}, ()),
        ({"b": "1", "a": None}, (("a", None), ("b", "1"))),
        ({"a": ""}, (("a", ""),)),
    ],
)
def test_changes_have_an_order_so_that_equal_ones_are_equal(
    values: dict[str, str | None], found: tuple[tuple[str, str | None], ...]
) -> None:
    assert changes(values) == found


class TestSides:
    def test_a_moment_limits_both(self) -> None:
        cloud, cluster = mock.Mock(), mock.Mock()
        limited = Ports(cloud, cluster).until(7.0)
        cloud.until.assert_called_once_with(7.0)
        cluster.until.assert_called_once_with(7.0)
        assert limited.cloud is cloud.until.return_value
        assert limited.cluster is cluster.until.return_value

    def test_no_limit_leaves_them_as_they_are(self) -> None:
        ports = Ports(mock.Mock(), mock.Mock())
        assert ports.until(math.inf) is ports

    @pytest.mark.parametrize("moment", [7.0, math.inf])
    def test_files_are_written_whatever_the_moment_where_there_is_a_place(
        self, moment: float
    ) -> None:
        notes = mock.Mock()
        assert Ports(None, mock.Mock(), notes=notes).until(moment).notes is notes
        with pytest.raises(LookupError, match="without a port for files"):
            WriteWayBack("name", "text").apply(Ports(None, mock.Mock()).until(moment))

    @pytest.mark.parametrize("moment", [7.0, math.inf])
    def test_work_that_does_not_touch_aws_has_no_cloud(self, moment: float) -> None:
        limited = Ports(None, mock.Mock()).until(moment)
        with pytest.raises(LookupError, match="without an AWS port"):
            SetDesired("blue", 5).apply(limited)
