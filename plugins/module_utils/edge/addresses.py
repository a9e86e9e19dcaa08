# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the addresses of the machine, or pod, that a run works on."""

from __future__ import annotations

import ipaddress
import socket


def own_addresses() -> tuple[str, ...]:
    """Return the addresses that the host name of this machine stands for.

    Not those of loopback. The kubelet writes the address of a pod beside its host name into
    /etc/hosts. Empty if the name stands for nothing.
    """
    try:
        found = socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    addresses = {str(entry[4][0]).partition("%")[0] for entry in found}
    return tuple(sorted(one for one in addresses if _is_of_a_network(one)))


def _is_of_a_network(address: str) -> bool:
    known = ipaddress.ip_address(address)
    return not (known.is_loopback or known.is_link_local or known.is_unspecified)
