# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""API servers are asked at the addresses of their nodes, if that leads there."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.direct import (
    UNHEARD,
    DirectHealth,
    health_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import Health
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import UnreachableError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import Reply

WELL = Reply(200, {"message": "[+]ping ok [+]etcd ok readyz check passed"})


class Network:
    """Answers by address; what is None does not."""

    def __init__(self, **answers: Reply | None) -> None:
        self.answers, self.asked = answers, list[str]()

    def __call__(self, address: str) -> Any:
        self.address = address
        return self

    def request(self, verb: str, path: str, query: dict[str, str]) -> Reply:
        assert (verb, path, query) == ("GET", "/readyz", {"verbose": "true"})
        self.asked.append(self.address)
        answer = self.answers[self.address]
        if answer is None:
            raise UnreachableError("nobody answers")
        return answer


def test_what_it_says_is_its_health() -> None:
    network = Network(a=WELL, b=Reply(500, {"message": "[-]etcd failed"}))
    ask = DirectHealth(network)
    assert ask("node-a", "a", 0.0) == Health(True)
    assert ask("node-b", "b", 0.0) == Health(False, "HTTP status 500 ([-]etcd failed)")


@pytest.mark.parametrize("status", [401, 403, 404])
def test_one_that_does_not_let_us_in_is_left_out_for_a_while(status: int) -> None:
    network = Network(a=Reply(status, {}), b=WELL)
    ask = DirectHealth(network)
    assert [ask("n", "a", at) for at in (0.0, UNHEARD - 0.1)] == [None, None]
    assert network.asked == ["a"]
    assert ask("n", "b", 1.0) == Health(True)
    assert ask("n", "a", UNHEARD) is None
    assert network.asked == ["a", "b", "a"]


def test_while_nobody_has_ever_answered_one_silence_speaks_for_all() -> None:
    network = Network(a=None, b=None)
    ask = DirectHealth(network)
    assert [ask("n", address, 0.0) for address in ("a", "b")] == [None, None]
    assert network.asked == ["a"]
    ask("n", "b", UNHEARD)
    assert network.asked == ["a", "b"]


def test_once_one_has_answered_each_silence_is_its_own() -> None:
    network = Network(a=WELL, b=None, c=WELL)
    ask = DirectHealth(network)
    found = [ask("n", address, 0.0) for address in ("a", "b", "c", "b")]
    assert [one is not None for one in found] == [True, False, True, False]
    assert network.asked == ["a", "b", "c"]


@pytest.mark.parametrize(("at", "address"), [(None, "a"), (Network(), "")])
def test_where_there_is_no_way_nobody_is_asked(at: Any, address: str) -> None:
    assert DirectHealth(at)("n", address, 0.0) is None


@pytest.mark.parametrize(
    ("text", "overrides"),
    [
        ("ok", False),
        ("[+]etcd ok", False),
        ("[+]etcd ok [+]etcd-override-0 ok", True),
        ("[+]etcd-readiness ok", False),
    ],
)
def test_whether_other_etcd_clusters_are_asked_shows_in_its_list(
    text: str, overrides: bool
) -> None:
    assert health_of(Reply(200, {"message": text})) == Health(True, overrides=overrides)
