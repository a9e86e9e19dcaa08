# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask DNS for the addresses of a name, from where the module runs."""

from __future__ import annotations

import socket


def resolved(name: str) -> frozenset[str] | None:
    """Return the addresses that a name resolves to here, None if it does not.

    A private zone has names that only its own network knows.
    """
    try:
        found = socket.getaddrinfo(name, None, family=socket.AF_INET, type=socket.SOCK_STREAM)
    except OSError:
        return None
    return frozenset(str(address[0]) for *_kind, address in found)
