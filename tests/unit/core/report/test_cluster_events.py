# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events of a rotation as Kubernetes Events."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import (
    NOBODY,
    About,
    Event,
    EventPhase,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.cluster_events import (
    MESSAGE_LENGTH,
    ClusterEvent,
    about_lease,
    about_node,
    body,
)

NODE = "ip-10-0-0-4.eu-west-1.compute.internal"
OLD = About("i-old", "eu-west-1a", True)
VALUES: dict[str, Any] = {
    "status": "complete",
    "replaced": 4,
    "outdated": 0,
    "evictions": 8,
    "seconds": 471.6,
    "not_restored": [],
}


def told(phase: EventPhase, text: str = "", about: About = OLD) -> ClusterEvent | None:
    return about_node(Event(phase, NODE, text, about=about), "night-7")


@pytest.mark.parametrize(
    ("phase", "reason", "warning"),
    [
        ("cordoned", "Replacing", False),
        ("blocked", "DrainBlocked", True),
        ("drained", "Drained", False),
        ("terminated", "Terminating", False),
        ("uncordoned", "ReplacementGivenUp", True),
        ("restored", "Restored", False),
        ("failed", "ReplacementFailed", True),
        ("kept", "Kept", True),
    ],
)
def test_the_life_of_a_node_is_told(phase: EventPhase, reason: str, warning: bool) -> None:
    found = told(phase, "4 pods, 31 s")
    assert found is not None
    assert (found.kind, found.name, found.reason, found.warning) == ("Node", NODE, reason, warning)
    assert found.message == "rotation night-7: 4 pods, 31 s"


def test_kubelets_give_the_name_of_a_node_for_its_uid() -> None:
    found = told("cordoned")
    assert found is not None
    assert (found.uid, found.place, found.message) == (NODE, "default", "rotation night-7")


@pytest.mark.parametrize("phase", ["evicted", "launched", "ready", "volumes", "surge", "done"])
def test_what_would_cost_a_request_for_each_pod_is_not_told(phase: EventPhase) -> None:
    assert told(phase) is None


def test_what_is_about_no_node_is_not_told() -> None:
    assert told("failed", about=NOBODY) is None
    instance = Event("failed", "i-new", "it never joined", about=About("i-new", "a", False))
    assert about_node(instance, "night-7") is None


def test_a_long_message_is_cut_to_what_api_servers_take() -> None:
    found = told("failed", "x" * 2000)
    assert found is not None
    assert len(found.message) == MESSAGE_LENGTH
    assert found.message.endswith("x…")


def the_end(error: str = "", **values: Any) -> ClusterEvent:
    return about_lease("ops", "lease-1", "u-1", "night-7", {**VALUES, **values}, error)


def test_a_rotation_is_summed_up_on_its_lease() -> None:
    found = the_end()
    assert (found.kind, found.name, found.uid, found.place) == ("Lease", "lease-1", "u-1", "ops")
    assert (found.reason, found.warning) == ("RotationComplete", False)
    assert found.message == (
        "rotation night-7: complete; 4 of 4 nodes replaced; 8 pods evicted in 7 min 52 s"
    )


@pytest.mark.parametrize(
    ("status", "reason", "warning"),
    [
        ("partial", "RotationPartial", False),
        ("restored", "RotationRestored", False),
        ("failed", "RotationFailed", True),
        ("stopped", "RotationStopped", True),
        ("suspended", "RotationSuspended", True),
    ],
)
def test_an_end_that_is_not_well_is_a_warning(status: str, reason: str, warning: bool) -> None:
    found = the_end(status=status)
    assert (found.reason, found.warning) == (reason, warning)


def test_an_error_and_what_was_not_restored_are_told() -> None:
    found = the_end("node x failed", status="failed", outdated=3, replaced=1)
    assert "1 of 4 nodes replaced" in found.message
    assert found.message.endswith("; node x failed")
    left = the_end(not_restored=["MaxSize stays 5"])
    assert left.warning
    assert left.message.endswith("; not restored: MaxSize stays 5")


def test_an_event_is_of_the_core_api() -> None:
    found = told("cordoned", "version 1, target is 2")
    assert found is not None
    assert body(found, "2026-06-01T12:00:00Z", "runner") == {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": f"{NODE}.rotation-", "namespace": "default"},
        "involvedObject": {"apiVersion": "v1", "kind": "Node", "name": NODE, "uid": NODE},
        "reason": "Replacing",
        "message": "rotation night-7: version 1, target is 2",
        "type": "Normal",
        "count": 1,
        "firstTimestamp": "2026-06-01T12:00:00Z",
        "lastTimestamp": "2026-06-01T12:00:00Z",
        "source": {"component": "nodeops-rotator", "host": "runner"},
    }


def test_an_event_about_a_lease_names_its_namespace() -> None:
    found = body(the_end(status="failed"), "now", "runner")
    assert found["metadata"]["namespace"] == found["involvedObject"]["namespace"] == "ops"
    assert found["involvedObject"]["apiVersion"] == "coordination.k8s.io/v1"
    assert found["type"] == "Warning"
