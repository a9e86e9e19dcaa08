# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write Kubernetes Events, and count those that repeat."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import MERGE_PATCH
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.errors import (
    checked,
    reaching,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.cluster_events import (
    ClusterEvent,
    body,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import KubeCall

EVENTS = "/api/v1/namespaces/{}/events"
REPEAT_AFTER = 60.0
"""Seconds after which an Event that repeats is written again, with its count."""


@dataclasses.dataclass
class _Series:
    """An Event that was written.

    `told`: as it happened last. `count`: how often it did; `shown`: how often it had when it was
    last written, at `written`.
    """

    name: str
    told: ClusterEvent
    written: float
    count: int = 1
    shown: int = 1


class ClusterEvents:
    """Writes Events of one run.

    An Event of the same object and reason is one whose count rises. It is written again when
    REPEAT_AFTER seconds have passed or something else happens to the object. So a budget that
    blocks many pods for an hour costs no more than a request a minute. Raises core.errors.
    """

    def __init__(self, call: KubeCall, now: Callable[[], float], host: str) -> None:
        """Keep how to write. `now`: in seconds since the epoch. `host`: where the run is."""
        self._call, self._now, self._host = call, now, host
        self._series: dict[tuple[str, str, str], _Series] = {}

    def write(self, told: ClusterEvent) -> None:
        """Write an Event, or raise the count of one that was written."""
        key, now = (told.kind, told.name, told.reason), self._now()
        for other, before in self._series.items():
            if other[:2] == key[:2] and other != key and before.count > before.shown:
                self._repeat(before, now)
        series = self._series.get(key)
        if series is None:
            self._series[key] = _Series(self._create(told, now), told, now)
            return
        series.told, series.count = told, series.count + 1
        if now - series.written >= REPEAT_AFTER:
            self._repeat(series, now)

    def _create(self, told: ClusterEvent, now: float) -> str:
        doing = f"write an Event about {told.kind} {told.name}"
        with reaching(doing):
            reply = self._call.request(
                "POST", EVENTS.format(told.place), None, body(told, _text(now), self._host)
            )
        return str(checked(reply, doing)["metadata"]["name"])

    def _repeat(self, series: _Series, now: float) -> None:
        """Write count, message and moment; one that has expired is created anew."""
        told = series.told
        doing = f"repeat an Event about {told.kind} {told.name}"
        path = f"{EVENTS.format(told.place)}/{series.name}"
        change = {"count": series.count, "message": told.message, "lastTimestamp": _text(now)}
        with reaching(doing):
            reply = self._call.request("PATCH", path, None, change, MERGE_PATCH)
        if reply.status == 404:
            series.name, series.count = self._create(told, now), 1
        else:
            checked(reply, doing)
        series.written, series.shown = now, series.count


def _text(moment: float) -> str:
    """Return a moment as metav1.Time writes it."""
    at = datetime.datetime.fromtimestamp(moment, datetime.UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
