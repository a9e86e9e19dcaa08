# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watches: where they begin, what they show, how they end."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.kube.watch import Watch
from ansible_collections.nodeops.rotator.tests.unit.simulation.kube.conftest import Hand

NODES = "/api/v1/nodes"


def events(watch: Watch) -> list[tuple[str, str]]:
    """(type, name) of what is ready."""
    lines = [json.loads(line) for line in watch.lines()]
    return [(line["type"], line["object"].get("metadata", {}).get("name", "")) for line in lines]


def label(hand: Hand, node: str, **labels: str | None) -> str:
    status, body = hand.ask("PATCH", f"{NODES}/{node}", {"metadata": {"labels": labels}})
    assert status == 200, body
    version: str = body["metadata"]["resourceVersion"]
    return version


def test_without_a_version_it_begins_with_what_there_is(hand: Hand) -> None:
    hand.nodes("n0")
    watch = hand.cluster.watch(NODES)
    assert events(watch) == [("ADDED", "n0"), ("ADDED", "n1")]
    label(hand, "n1", a="1")
    assert events(watch) == [("MODIFIED", "n1")]
    assert events(watch) == []


def test_from_a_version_it_shows_what_came_after(hand: Hand) -> None:
    version = label(hand, "n1", a="1")
    label(hand, "n1", a="2")
    watch = hand.cluster.watch(NODES, {"resourceVersion": version})
    label(hand, "n1", a="3")
    lines = [json.loads(line) for line in watch.lines()]
    assert [line["object"]["metadata"]["labels"]["a"] for line in lines] == ["2", "3"]
    assert lines[0]["object"]["kind"] == "Node"
    assert lines[0]["object"]["apiVersion"] == "v1"


def test_objects_that_begin_and_cease_to_match(hand: Hand) -> None:
    watch = hand.cluster.watch(NODES, {"labelSelector": "pool=blue"})
    label(hand, "n1", other="x")
    label(hand, "n1", pool="blue")
    label(hand, "n1", other="y")
    version = label(hand, "n1", pool="green")
    lines = [json.loads(line) for line in watch.lines()]
    assert [line["type"] for line in lines] == ["ADDED", "MODIFIED", "DELETED"]
    gone = lines[-1]["object"]["metadata"]
    assert (gone["labels"]["pool"], gone["resourceVersion"]) == ("blue", version)


def test_a_pod_appears_to_the_watch_of_its_node(hand: Hand) -> None:
    watch = hand.cluster.watch("/api/v1/pods", {"fieldSelector": "spec.nodeName=n1"})
    pending = hand.cluster.watch(
        "/api/v1/namespaces/default/pods", {"fieldSelector": "spec.nodeName="}
    )
    spec = {"containers": [{"name": "c", "image": "i"}]}
    hand.ask("POST", "/api/v1/namespaces/default/pods", {"metadata": {"name": "p"}, "spec": spec})
    assert (events(watch), events(pending)) == ([], [("ADDED", "p")])
    hand.wait(1)
    assert (events(watch), events(pending)) == ([("ADDED", "p")], [("DELETED", "p")])


def test_a_deletion_is_shown_under_its_own_version(hand: Hand) -> None:
    watch = hand.cluster.watch(NODES, {"resourceVersion": str(hand.cluster.store.version)})
    before = hand.cluster.store.version
    hand.ask("DELETE", f"{NODES}/n1")
    (line,) = [json.loads(line) for line in watch.lines()]
    assert line["type"] == "DELETED"
    assert int(line["object"]["metadata"]["resourceVersion"]) > before


def test_too_old_a_version_is_410_inside_the_stream(a_hand: Callable[..., Hand]) -> None:
    hand = a_hand(watch_history=5)
    hand.nodes("n1")
    for number in range(10):
        version = label(hand, "n1", a=str(number))
    watch = hand.cluster.watch(NODES, {"resourceVersion": "1001"})
    (line,) = [json.loads(line) for line in watch.lines()]
    assert (watch.status, watch.closed) == (200, True)
    assert (line["type"], line["object"]["code"], line["object"]["reason"]) == (
        "ERROR",
        410,
        "Expired",
    )
    assert not hand.cluster.watch(NODES, {"resourceVersion": version}).closed


def test_a_version_from_the_future_is_waited_for_in_silence(hand: Hand) -> None:
    version = hand.cluster.store.version + 1
    watch = hand.cluster.watch(NODES, {"resourceVersion": str(version)})
    label(hand, "n1", a="1")
    assert (hand.cluster.store.version, events(watch), watch.closed) == (version, [], False)
    label(hand, "n1", a="2")
    assert events(watch) == [("MODIFIED", "n1")]


def test_timeout_and_bookmarks(hand: Hand) -> None:
    quiet = hand.cluster.watch(
        NODES, {"resourceVersion": str(hand.cluster.store.version), "timeoutSeconds": "70"}
    )
    query = {
        "resourceVersion": str(hand.cluster.store.version),
        "timeoutSeconds": "70",
        "allowWatchBookmarks": "true",
    }
    watch = hand.cluster.watch(NODES, query)
    hand.wait(65)
    assert (events(watch), events(quiet)) == ([("BOOKMARK", "")], [])
    hand.wait(10)
    assert watch.closed
    assert quiet.closed
    last: dict[str, Any] = json.loads(watch.lines()[-1])
    assert (last["type"], last["object"]["metadata"]["resourceVersion"]) == (
        "BOOKMARK",
        str(hand.cluster.store.version),
    )
    label(hand, "n1", a="1")
    assert events(watch) == []


INITIAL = {
    "sendInitialEvents": "true",
    "resourceVersionMatch": "NotOlderThan",
    "allowWatchBookmarks": "true",
}


@pytest.mark.parametrize("query", [INITIAL, {"allowWatchBookmarks": "true"}])
def test_initial_events_end_with_an_annotated_bookmark(
    a_hand: Callable[..., Hand], query: dict[str, str]
) -> None:
    hand = a_hand(version="v1.34.1")
    hand.nodes("n1")
    lines = [json.loads(line) for line in hand.cluster.watch(NODES, query).lines()]
    assert [line["type"] for line in lines] == ["ADDED", "BOOKMARK"]
    assert lines[1]["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}


@pytest.mark.parametrize(
    ("version", "switched", "status"),
    [
        ("v1.33.5", None, 422),
        ("v1.33.5", True, 200),
        ("v1.34.1", None, 200),
        ("v1.34.1", False, 422),
    ],
)
def test_a_server_without_watch_lists_refuses_initial_events(
    a_hand: Callable[..., Hand], version: str, switched: bool | None, status: int
) -> None:
    hand = a_hand(version, watch_list=switched)
    watch = hand.cluster.watch(NODES, INITIAL)
    assert (watch.status, watch.closed) == (status, status == 422)
    refused = "unless the WatchList feature gate is enabled" in watch.refusal.get("message", "")
    assert refused is (status == 422)


def test_a_server_that_likes_to_close_watches(a_hand: Callable[..., Hand]) -> None:
    hand = a_hand(watch_close_interval=5.0)
    watch = hand.cluster.watch(NODES)
    hand.wait(6)
    assert watch.closed


def test_a_planned_fault_refuses_the_watch(hand: Hand) -> None:
    hand.cluster.gate.faults.append(
        Fault("kubernetes:watch nodes", "429", "slow down", retry_after=2)
    )
    watch = hand.cluster.watch(NODES)
    assert (watch.status, watch.headers, watch.refusal["message"]) == (
        429,
        {"Retry-After": "2"},
        "slow down",
    )
    assert json.loads(watch.lines()[0])["object"]["code"] == 429
    assert not hand.cluster.watch(NODES).closed


def test_who_waits_is_woken_by_lines_and_by_the_end(hand: Hand) -> None:
    watch, woken = hand.cluster.watch(NODES), []
    watch.on_ready = lambda: woken.append(watch.closed)
    label(hand, "n1", a="1")
    watch.close()
    assert woken == [False, True]


def test_an_event_is_serialised_once_for_all_watchers(hand: Hand) -> None:
    query = {"resourceVersion": str(hand.cluster.store.version)}
    watches = [hand.cluster.watch(NODES, query) for _time in range(2)]
    label(hand, "n1", a="1")
    first, second = (watch.lines()[0] for watch in watches)
    assert first is second


def test_a_restarted_server_has_forgotten(hand: Hand) -> None:
    watch = hand.cluster.watch(NODES, {"resourceVersion": str(hand.cluster.store.version)})
    old = label(hand, "n1", a="1")
    label(hand, "n1", a="2")
    hand.cluster.restart_api()
    assert watch.closed
    assert len(watch.lines()) == 2
    resumed = hand.cluster.watch(NODES, {"resourceVersion": old})
    assert json.loads(resumed.lines()[0])["object"]["code"] == 410
    assert not hand.cluster.watch(
        NODES, {"resourceVersion": str(hand.cluster.store.version)}
    ).closed
