# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of the API that take no connection are left out."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("urllib3")

from urllib3 import PoolManager
from urllib3.exceptions import NewConnectionError
from urllib3.util import connection

from ansible_collections.nodeops.rotator.plugins.module_utils.edge import kube_front
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube_front import (
    LEFT_OUT,
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
            raise socket.gaierror("nobody")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in self.known]

    def connect(self, address: tuple[str, int], *_args: Any, **_how: Any) -> str:
        """Stand in for a connection, which only one address takes."""
        self.asked.append(address[0])
        if address[0] != WELL:
            raise ConnectionRefusedError(111, "Connection refused")
        return f"to {address[0]}:{address[1]}"


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    """A network in which one of two addresses takes connections."""
    found = Network()
    monkeypatch.setattr(kube_front.socket, "getaddrinfo", found.resolve)
    monkeypatch.setattr(connection, "create_connection", found.connect)
    monkeypatch.setattr(kube_front, "clock", lambda: found.now)
    monkeypatch.setattr(kube_front, "ADDRESSES", Addresses())
    return found


def a_connection(name: str = NAME) -> Any:
    """A connection to the API server, as the client makes it."""
    pools = PoolManager()
    use_fronts(pools)
    return pools.connection_from_host(name, 443, "https")._new_conn()


def connect(name: str = NAME) -> tuple[object, str]:
    """Connect once; return the connection, and for whose certificate it looks."""
    made = a_connection(name)
    return made._new_conn(), made.host


def test_the_first_address_that_takes_a_connection_is_used_for_the_name(network: Network) -> None:
    assert connect() == (f"to {WELL}:443", NAME)
    assert network.asked == [OUT, WELL]


def test_one_that_took_none_is_left_out_for_a_minute(network: Network) -> None:
    connect()
    network.now += LEFT_OUT - 1
    connect()
    assert network.asked == [OUT, WELL, WELL]
    network.now += 1
    connect()
    assert network.asked == [OUT, WELL, WELL, OUT, WELL]


def test_where_none_takes_a_connection_each_is_asked_again(network: Network) -> None:
    network.known = [OUT, "127.0.0.3"]
    for _again in range(2):
        made = a_connection()
        with pytest.raises(NewConnectionError):
            made._new_conn()
        assert made.host == NAME
    assert network.asked == [OUT, "127.0.0.3"] * 2


def test_a_new_address_is_asked_at_once(network: Network) -> None:
    network.known = [OUT]
    with pytest.raises(NewConnectionError):
        connect()
    network.known = [OUT, WELL]
    connect()
    assert network.asked == [OUT, WELL]


def test_a_name_that_stands_for_nothing_says_so(network: Network) -> None:
    with pytest.raises((NewConnectionError, socket.gaierror, ConnectionRefusedError)):
        connect("nobody.example.com")


def test_a_pool_manager_makes_such_connections_for_https_alone() -> None:
    pools = PoolManager()
    plain = pools.connection_from_host("h", 80, "http")
    use_fronts(pools)
    assert issubclass(pools.connection_from_host("h", 443, "https").ConnectionCls, Fronted)
    assert pools.connection_from_host("h", 80, "http").ConnectionCls is plain.ConnectionCls
