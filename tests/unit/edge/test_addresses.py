# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses of the machine that a run works on, if they say anything."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")

from ansible_collections.nodeops.rotator.plugins.module_utils.edge import addresses


def entry(address: str) -> tuple[Any, ...]:
    """An answer of getaddrinfo."""
    return (2, 1, 6, "", (address, 0))


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        (["10.0.3.7"], ("10.0.3.7",)),
        (["127.0.1.1", "::1", "0.0.0.0", "169.254.1.1", "fe80::1%eth0"], ()),
        (["10.0.3.7", "10.0.3.7", "fd00::7"], ("10.0.3.7", "fd00::7")),
        ([], ()),
    ],
)
def test_addresses_of_a_network_count(
    found: list[str], kept: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses.socket, "gethostname", lambda: "runner-7")
    asked: list[str] = []

    def answer(name: str, *_rest: Any, **_more: Any) -> list[tuple[Any, ...]]:
        asked.append(name)
        return [entry(one) for one in found]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", answer)
    assert addresses.own_addresses() == kept
    assert asked == ["runner-7"]


def test_a_name_that_stands_for_nothing_has_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_rest: Any, **_more: Any) -> None:
        raise OSError("unknown")

    monkeypatch.setattr(addresses.socket, "getaddrinfo", fails)
    assert addresses.own_addresses() == ()
