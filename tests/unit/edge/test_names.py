# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names as they resolve where the module runs."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.edge.names import resolved


def test_all_addresses_of_a_name_are_its(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(name: str, port: None, **_asked: Any) -> Any:
        assert (name, port) == ("api.prod.example.com", None)
        return [(2, 1, 6, "", (f"10.0.0.{n}", 0)) for n in (1, 2, 1)]

    monkeypatch.setattr("socket.getaddrinfo", answer)
    assert resolved("api.prod.example.com") == {"10.0.0.1", "10.0.0.2"}


def test_a_name_that_does_not_resolve_here_has_no_known_addresses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_given: Any, **_more: Any) -> Any:
        raise OSError("Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", refuse)
    assert resolved("api.internal.prod.example.com") is None
