# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell receivers the news of a rotation, each once.

Whatever goes wrong, the rotation goes on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from ansible.utils.display import Display

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.held_up import (
    NOTHING,
    Hold,
    after,
    too_long,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.news import (
    LAST_NEWS,
    about_hold,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.receivers import (
    refused,
    request,
    thread_of,
    threads,
    wants,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.posting import post
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.wording import BODY, words
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.threads import (
    signals_for_main,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.already_told import AlreadyTold
from ansible_collections.nodeops.rotator.plugins.plugin_utils.notify_options import (
    NOTIFICATION_TEMPLATES,
    Settings,
)

SENT = "sent"
NOT_WANTED = "the receiver does not want this event"
BEFORE = "told before"


def text_of(settings: Settings, told: Mapping[str, Any]) -> str:
    """Return the news in the words of their template."""
    text, problem = words(str(told["event"]), told, NOTIFICATION_TEMPLATES, settings.templates)
    if problem:
        _warn(problem)
    return text


def notify(settings: Settings, receiver: str, told: Mapping[str, Any], key: str = "") -> str:
    """Tell a receiver the news, if it wants them and was not told before.

    `told`: as of core.report.news. `key`: what makes the news the same as others of the node group,
    by default their kind. A failure is warned of: Ansible shows the same warning once.
    """
    given, kind = settings.receivers[receiver], str(told["event"])
    if not wants(given, kind):
        return NOT_WANTED
    host = str(told["node_group"])
    memory = AlreadyTold(settings.folder, host, told["at"])
    if host and memory.has(receiver, key or kind):
        return BEFORE
    text = text_of(settings, told)
    if receiver == "webhook":
        text = _body(settings, given, {**told, "text": text})
    asked = request(receiver, given, told, text, memory.thread(receiver) if host else "")
    answer, problem = post(asked, given, settings.timeout)
    problem = problem or refused(receiver, given, answer)
    if problem:
        _warn(f"rotation_notify_{receiver}: {problem}. The rotation goes on")
    elif host and kind not in LAST_NEWS:
        thread = thread_of(receiver, answer) if threads(receiver, given) else ""
        memory.note(receiver, key or kind, thread)
    if kind in LAST_NEWS:
        memory.close(receiver)
    return problem or SENT


def _body(settings: Settings, given: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    name = str(given.get("template") or BODY)
    body, problem = words(name, told, NOTIFICATION_TEMPLATES, settings.templates)
    if problem:
        _warn(problem)
    return body


def _warn(text: str) -> None:
    Display().warning(text)


class Watch:
    """Tells of what is held up for too long, from the events of a running module.

    Every method takes the time in seconds since the epoch. Notifications are sent in a thread of
    their own: the lines that people see do not wait for a receiver.
    """

    def __init__(self, settings: Settings, told: Mapping[str, Any]) -> None:
        """`told`: the news of the node group, as of core.report.news."""
        self._settings, self._news = settings, told
        self._holds, self._told = NOTHING, frozenset[str]()
        self._sending: list[threading.Thread] = []

    def heed(self, event: Mapping[str, Any]) -> None:
        """Take an event of the module."""
        self._holds = after(self._holds, event)

    def look(self, now: float) -> None:
        """Tell of everything that is held up for too long and was not told."""
        limit = self._settings.blocked_after
        due = too_long(self._holds, limit, now) if limit else []
        due = [hold for hold in due if hold.subject not in self._told]
        if due:
            self._told |= {hold.subject for hold in due}
            self._start(lambda: self._tell(due, now))

    def _start(self, send: Callable[[], None]) -> None:
        thread = threading.Thread(target=send, name="nodeops-rotator-blocked", daemon=True)
        with signals_for_main():
            thread.start()
        self._sending.append(thread)

    def _tell(self, due: list[Hold], now: float) -> None:
        told = {**self._news, "at": now}
        for hold in due:
            for receiver in self._settings.receivers:
                key = f"blocked {hold.subject}"
                notify(self._settings, receiver, about_hold(told, hold), key)

    def finish(self) -> None:
        """Wait for what is being sent, which each receiver bounds by its time limit."""
        ends = time.monotonic() + 2 * self._settings.timeout * max(len(self._settings.receivers), 1)
        for thread in self._sending:
            thread.join(max(ends - time.monotonic(), 0.0))
