# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request, and what is said of it when it goes wrong."""

from __future__ import annotations

import io
import threading
from typing import Any, NoReturn

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.receivers import Request
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import posting

SECRET = "T000/B000/s3cret"
ASKED = Request(f"https://hooks.example.com/{SECRET}", {"text": "it starts"}, {"X": "1"})


ERRORS: Any = posting.urllib.error


def fail_with(error: BaseException) -> NoReturn:
    """Raise an error."""
    raise error


class Network:
    """Answers in the place of a receiver, or raises."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answer: Any = b""
        self.asked: list[tuple[str, dict[str, Any]]] = []
        monkeypatch.setattr(posting, "open_url", self)

    def __call__(self, url: str, **options: Any) -> io.BytesIO:
        self.asked.append((url, options))
        if isinstance(self.answer, BaseException):
            fail_with(self.answer)
        return io.BytesIO(self.answer)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    return Network(monkeypatch)


def test_the_body_is_json_and_the_answer_an_object(network: Network) -> None:
    network.answer = b'{"ok": true}'
    assert posting.post(ASKED, {}, 5) == ({"ok": True}, "")
    ((url, options),) = network.asked
    assert (url, options["data"]) == (ASKED.url, b'{"text": "it starts"}')
    assert options["headers"]["X"] == "1"
    assert (options["method"], options["timeout"]) == ("POST", 5)


def test_a_text_is_sent_as_it_is(network: Network) -> None:
    posting.post(Request("https://x", "a\N{EURO SIGN}"), {}, 5)
    assert network.asked[0][1]["data"] == "a\N{EURO SIGN}".encode()


def test_a_token_goes_to_no_other_host(network: Network) -> None:
    posting.post(ASKED, {}, 5)
    assert network.asked[0][1]["follow_redirects"] == "none"


@pytest.mark.parametrize(("given", "verified"), [({}, True), ({"validate_certs": False}, False)])
def test_certificates_are_verified_unless_that_is_turned_off(
    network: Network, given: dict[str, Any], verified: bool
) -> None:
    posting.post(ASKED, given, 5)
    assert network.asked[0][1]["validate_certs"] is verified


@pytest.mark.parametrize("answer", [b"ok", b"", b"[1]", b"\xff"])
def test_an_answer_that_is_no_object_is_a_success_that_says_nothing(
    network: Network, answer: bytes
) -> None:
    network.answer = answer
    assert posting.post(ASKED, {}, 5) == ({}, "")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ERRORS.HTTPError(ASKED.url, 500, "x", Any, None), "answered with status 500"),
        (
            ERRORS.URLError(ConnectionRefusedError(111, "Connection refused")),
            "was not reached: Connection refused",
        ),
        (ERRORS.URLError(TimeoutError("timed out")), "did not answer within 5 s"),
        (TimeoutError("timed out"), "did not answer within 5 s"),
        (ConnectionResetError(104, "Connection reset"), "was not reached: Connection reset"),
        (ValueError(f"unknown url type: {ASKED.url}"), "was not reached: ValueError"),
    ],
)
def test_what_went_wrong_names_the_host_and_not_the_rest_of_the_url(
    network: Network, error: BaseException, words: str
) -> None:
    network.answer = error
    answer, problem = posting.post(ASKED, {}, 5)
    assert (answer, problem) == ({}, f"hooks.example.com {words}")
    assert SECRET not in problem


@pytest.mark.parametrize("url", ["s3cret", "http://[s3cret", ""])
def test_a_url_without_a_host_is_not_shown(network: Network, url: str) -> None:
    network.answer = ValueError("no")
    assert posting.post(Request(url, ""), {}, 5)[1] == "the receiver was not reached: ValueError"


def test_an_answer_that_never_ends_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(posting, "open_url", lambda *_given, **_options: over.wait(20))
    monkeypatch.setattr(posting, "GRACE", 0.01)
    try:
        answer, problem = posting.post(ASKED, {}, 0.01)
    finally:
        over.set()
    assert (answer, problem) == ({}, "hooks.example.com did not answer within 0.01 s")
