# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node is dead by its lease; without one, by its Ready condition."""

from __future__ import annotations

from unittest import mock

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.heartbeats import (
    Heartbeat,
    ReadHeartbeat,
    heard,
    is_dead,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_node

NOW = 1_764_374_400.0
"""2025-11-29T00:00:00Z."""
OLD, OLDER, RECENT, LATER = (
    "2025-11-28T23:55:00.000000Z",
    "2025-11-28T20:00:00Z",
    "2025-11-28T23:55:01.000000Z",
    "2025-11-29T00:15:00Z",
)


@pytest.mark.parametrize(
    ("ready", "ready_since", "renewed", "unchanged", "dead"),
    [
        pytest.param(None, NOW - 300, OLD, 40, True, id="not renewed for 300 s"),
        pytest.param(None, NOW - 900, OLDER, 40, True, id="for much longer"),
        pytest.param(None, NOW - 900, RECENT, 40, False, id="renewed 299 s ago"),
        pytest.param(None, NOW - 299, OLDER, 40, False, id="whose clock may be slow"),
        pytest.param(None, NOW - 900, OLD, 39, False, id="which may live: reads are too close"),
        pytest.param(None, NOW - 10, LATER, 300, True, id="by our own reads, if its clock is fast"),
        pytest.param(None, NOW - 900, LATER, 299, False, id="by our own reads for less"),
        pytest.param(False, NOW - 10, OLD, 300, True, id="whose last word was that it is not well"),
        pytest.param(False, NOW - 900, OLD, 299, False, id="which may be alive and not well"),
        pytest.param(True, NOW - 900, OLD, 40, False, id="Ready, whatever its lease says"),
        pytest.param(None, NOW - 300, "", 0, True, id="no lease, unknown for 300 s"),
        pytest.param(None, NOW - 299, "", 0, False, id="no lease, unknown for 299 s"),
        pytest.param(None, 0.0, "", 900, False, id="no lease, nobody knows since when"),
        pytest.param(False, NOW - 900, "", 900, False, id="no lease, a kubelet that says no"),
        pytest.param(None, NOW - 300, "soon", 900, True, id="a lease that says nothing"),
    ],
)
def test_a_node_is_dead(
    ready: bool | None, ready_since: float, renewed: str, unchanged: float, dead: bool
) -> None:
    node = a_node("w", ready=ready, ready_since=ready_since)
    assert is_dead(node, Heartbeat(renewed, 100.0, 100.0 + unchanged), NOW, 300.0) is dead


def test_a_node_whose_lease_was_not_asked_for_is_not_dead() -> None:
    assert is_dead(a_node("w", ready=None, ready_since=1.0), None, NOW, 300.0) is False


def test_a_renewal_begins_a_new_count() -> None:
    first = heard(None, OLD, 10.0)
    assert (first, first.unchanged) == (Heartbeat(OLD, 10.0, 10.0), 0.0)
    assert heard(first, OLD, 25.0).unchanged == 15.0
    assert heard(first, RECENT, 25.0) == Heartbeat(RECENT, 25.0, 25.0)


def test_the_lease_is_read_where_kubelets_keep_it() -> None:
    cluster = mock.Mock()
    cluster.read_lease.return_value = Lease("w")
    assert ReadHeartbeat("w").apply(Ports(mock.Mock(), cluster)) == Lease("w")
    cluster.read_lease.assert_called_once_with("w", "kube-node-lease")
