# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of the API that take no connection are left out."""

from __future__ import annotations

import types
from typing import Any

import pytest

pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.direct import UNHEARD
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import kube_front
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube_front import (
    Addresses,
    Fronted,
    use_fronts,
)

NAME, OUT, WELL = "api.shop.example.com", "127.0.0.2", "127.0.0.1"


class Network:
    """What the name stands for, which addresses were asked, and what time it is."""

    def __init__(self) -> None:
        self.known = [OUT, WELL]
        self.asked: list[str] = []
        self.now = 1000.0

    def resolve(self, name: str, port: int, **_how: Any) -> list[Any]:
        """Stand in for socket.getaddrinfo."""
        if name != NAME:
            raise OSError("nobody")
        return [(2, 1, 6, "", (one, port)) for one in self.known]

    def connect(self, address: str) -> str:
        """Connect to an address, of which only one takes connections."""
        self.asked.append(address)
        if address != WELL:
            raise ConnectionRefusedError(111, f"{address} refused")
        return f"to {address}"


class Plain:
    """A connection as urllib3 has it, as far as ours changes it."""

    def __init__(self, network: Network, name: str) -> None:
        self._network, self._dns_host, self.port = network, name, 443

    @property
    def host(self) -> str:
        """For whose certificate it looks."""
        return self._dns_host

    def _new_conn(self) -> str:
        return self._network.connect(self._dns_host)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    """A network in which one of two addresses takes connections."""
    found = Network()
    monkeypatch.setattr(kube_front.socket, "getaddrinfo", found.resolve)
    monkeypatch.setattr(kube_front, "clock", lambda: found.now)
    monkeypatch.setattr(kube_front, "ADDRESSES", Addresses())
    return found


def pools() -> Any:
    """Return what a pool manager has of its kinds of pools, with ours."""
    plain = type("Pool", (), {"ConnectionCls": Plain})
    found = types.SimpleNamespace(pool_classes_by_scheme={"http": plain, "https": plain})
    use_fronts(found)
    return found


def a_connection(network: Network, name: str = NAME) -> Any:
    """Return a connection as the client makes it."""
    return pools().pool_classes_by_scheme["https"].ConnectionCls(network, name)


def connect(network: Network, name: str = NAME) -> tuple[object, str]:
    """Connect once; return whereto, and for whose certificate it looks then."""
    made = a_connection(network, name)
    return made._new_conn(), made.host


def test_the_first_address_that_takes_a_connection_is_used_for_the_name(network: Network) -> None:
    assert connect(network) == (f"to {WELL}", NAME)
    assert network.asked == [OUT, WELL]


def test_one_that_took_none_is_left_out_for_a_minute(network: Network) -> None:
    connect(network)
    network.now += UNHEARD - 1
    connect(network)
    assert network.asked == [OUT, WELL, WELL]
    network.known = [OUT]
    with pytest.raises(ConnectionRefusedError):
        connect(network)
    network.known, network.now = [OUT, "127.0.0.3"], network.now + UNHEARD - 1
    with pytest.raises(ConnectionRefusedError):
        connect(network)
    assert network.asked == [OUT, WELL, WELL, OUT, "127.0.0.3"]
    network.now += 1
    with pytest.raises(ConnectionRefusedError):
        connect(network)
    assert network.asked[5:] == [OUT]


def test_the_one_that_took_a_connection_last_is_asked_first_as_long_as_dns_names_it(
    network: Network,
) -> None:
    connect(network)
    network.now += 10 * UNHEARD
    connect(network)
    assert network.asked == [OUT, WELL, WELL]
    network.known = [OUT, "127.0.0.3"]
    with pytest.raises(ConnectionRefusedError):
        connect(network)
    assert network.asked == [OUT, WELL, WELL, OUT, "127.0.0.3"]


def test_what_one_name_prefers_is_nothing_to_another() -> None:
    known = Addresses()
    known.prefer(NAME, WELL)
    known.resolve = lambda name, port: [OUT, WELL]  # type: ignore[method-assign]
    assert known.of(NAME, 443) == [WELL, OUT]
    assert known.of("other.example.com", 443) == [OUT, WELL]


def test_where_none_takes_a_connection_each_is_asked_again(network: Network) -> None:
    network.known = [OUT, "127.0.0.3"]
    for _again in range(2):
        made = a_connection(network)
        with pytest.raises(ConnectionRefusedError):
            made._new_conn()
        assert made.host == NAME
    assert network.asked == [OUT, "127.0.0.3"] * 2


def test_a_new_address_is_asked_at_once(network: Network) -> None:
    network.known = [OUT]
    with pytest.raises(ConnectionRefusedError):
        connect(network)
    network.known = [OUT, WELL]
    connect(network)
    assert network.asked == [OUT, WELL]


def test_a_name_that_stands_for_nothing_is_left_to_the_library_to_explain(network: Network) -> None:
    with pytest.raises(ConnectionRefusedError, match="nobody.example.com refused"):
        connect(network, "nobody.example.com")
    assert network.asked == ["nobody.example.com"]


def test_a_client_that_is_asked_for_twice_stays_as_it_is() -> None:
    found = pools()
    before = dict(found.pool_classes_by_scheme)
    use_fronts(found)
    assert found.pool_classes_by_scheme == before


def test_only_connections_of_https_are_made_so() -> None:
    kinds = pools().pool_classes_by_scheme
    assert issubclass(kinds["https"].ConnectionCls, Fronted)
    assert kinds["http"].ConnectionCls is Plain
