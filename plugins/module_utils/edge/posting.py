# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send one HTTP request, and say what went wrong without its secrets."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.parse
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.urls import open_url

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.receivers import Request
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.threads import (
    signals_for_main,
)

ANSWER_LENGTH = 65536
"""Bytes of an answer that are read."""
GRACE = 1.0
"""Seconds beyond the time limit for a receiver that sends its answer byte by byte."""
AGENT = "nodeops.rotator"


def post(asked: Request, given: Mapping[str, Any], timeout: float) -> tuple[dict[str, Any], str]:
    """Return the JSON object of the answer, and what went wrong, "" if nothing did.

    Never raises and never lasts longer than `timeout` and a second. `given`: how the receiver is
    reached. What went wrong names the host of the URL only: its path may be a secret.
    """
    outcome: list[tuple[dict[str, Any], str]] = []

    def send() -> None:
        outcome.append(_sent(asked, given, timeout))

    # The time limit of a socket is for each read, and names are resolved without any.
    thread = threading.Thread(target=send, name="nodeops-rotator-notification", daemon=True)
    with signals_for_main():
        thread.start()
    thread.join(timeout + GRACE)
    answer, problem = outcome[0] if outcome else ({}, _late(timeout))
    return answer, f"{_host(asked.url)} {problem}" if problem else ""


def _sent(asked: Request, given: Mapping[str, Any], timeout: float) -> tuple[dict[str, Any], str]:
    body = asked.body if isinstance(asked.body, str) else json.dumps(asked.body)
    try:
        with open_url(
            asked.url,
            data=body.encode(),
            headers={"Content-Type": "application/json; charset=utf-8", **asked.headers},
            method=asked.method,
            timeout=timeout,
            validate_certs=given.get("validate_certs") is not False,
            ca_path=given.get("ca_path") or None,
            http_agent=AGENT,
            # A token is for the host that it was given for, and for no other.
            follow_redirects="none",
            use_netrc=False,
        ) as answer:
            return _read(answer.read(ANSWER_LENGTH)), ""
    except Exception as error:  # whatever it is, the rotation goes on
        return {}, _why(error, timeout)


def _read(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _why(error: BaseException, timeout: float) -> str:
    """Return what an error says. Its own words may have the URL in them."""
    if isinstance(error, urllib.error.HTTPError):
        return f"answered with status {error.code}"
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return _late(timeout)
    words = getattr(reason, "strerror", None) or type(reason).__name__
    return f"was not reached: {words}"


def _late(timeout: float) -> str:
    return f"did not answer within {timeout:g} s"


def _host(url: str) -> str:
    try:
        return urllib.parse.urlsplit(url).hostname or "the receiver"
    except ValueError:
        return "the receiver"
