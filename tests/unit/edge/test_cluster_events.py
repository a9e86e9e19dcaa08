# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes Events are written beside the work, and never in its way."""

from __future__ import annotations

import threading
from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import About, Event
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.cluster_events import (
    ClusterEvent,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import cluster_events
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.builders import due

CORDONED = Event("cordoned", "n-1", "version 1, target is 2", about=About("i-1", "a", True))
LAST = ClusterEvent("Lease", "lease-1", "u-1", "RotationComplete", "done", namespace="ops")
VALUES: dict[str, Any] = {
    "status": "complete",
    "replaced": 1,
    "outdated": 0,
    "evictions": 2,
    "seconds": 9.0,
    "not_restored": [],
}


def test_what_is_told_is_written_in_its_order() -> None:
    written: list[ClusterEvent] = []
    teller = cluster_events.Teller(written.append, "night-7")
    teller.tell(CORDONED)
    teller.tell(Event("surge", "blue"))
    teller.end(lambda: LAST)
    assert [one.reason for one in written] == ["Replacing", "RotationComplete"]
    assert teller.lost == ""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ForbiddenError("events is forbidden"), "events is forbidden"),
        (ValueError("a defect"), "ValueError('a defect')"),
    ],
)
def test_after_an_error_nothing_more_is_written_and_it_is_said_once(
    error: Exception, said: str
) -> None:
    tried: list[ClusterEvent] = []

    def refuse(told: ClusterEvent) -> None:
        tried.append(told)
        raise error

    teller = cluster_events.Teller(refuse, "night-7")
    for _node in range(3):
        teller.tell(CORDONED)
    teller.end(lambda: LAST)
    assert len(tried) == 1
    assert teller.lost == f"{cluster_events.NOT_WRITTEN}: {said}"


def test_an_api_server_that_does_not_answer_does_not_hold_the_end_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster_events, "LAST_WORDS", 0.01)
    answers = threading.Event()
    teller = cluster_events.Teller(lambda _told: answers.wait() and None, "night-7")
    teller.tell(CORDONED)
    teller.end(lambda: None)
    answers.set()
    assert "does not answer in time" in teller.lost


def test_the_lease_is_read_for_its_uid() -> None:
    call = kube_call(due().cluster)
    for gone in ("gone", ""):
        values = {**VALUES, "lease": gone}
        assert cluster_events.summary(call, "kube-system", "r", values, "") is None
    lease = KubeClient(call).write_lease(Lease("nodeops-rotator-blue-1"))
    values = {**VALUES, "lease": lease.name}
    found = cluster_events.summary(call, "kube-system", "r", values, "")
    assert found is not None
    assert (found.uid, found.reason) == (lease.uid, "RotationComplete")


@pytest.mark.parametrize("status", ["unchanged", "refused", "planned"])
def test_a_run_that_has_done_nothing_is_not_told(status: str) -> None:
    call = kube_call(due().cluster)
    lease = KubeClient(call).write_lease(Lease("nodeops-rotator-blue-1"))
    values = {**VALUES, "status": status, "lease": lease.name}
    assert cluster_events.summary(call, "kube-system", "r", values, "") is None


def test_in_check_mode_events_are_shown_and_none_is_written() -> None:
    shown: list[Event] = []
    told = cluster_events.Listener(lambda event, _now: shown.append(event), None)
    told(CORDONED, 3.0)
    assert told.end(lambda: LAST) == ()
    assert shown == [CORDONED]


def test_what_was_not_written_is_said_at_the_end() -> None:
    def refuse(_told: ClusterEvent) -> None:
        raise ForbiddenError("events is forbidden")

    shown: list[Event] = []
    teller = cluster_events.Teller(refuse, "night-7")
    told = cluster_events.Listener(lambda event, _now: shown.append(event), teller)
    told(CORDONED, 3.0)
    (said,) = told.end(lambda: LAST)
    assert said.endswith("events is forbidden")
    assert shown == [CORDONED]
