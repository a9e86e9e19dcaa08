# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ask API servers one by one, each at the address of its node.

They are asked on the port that kops gives them, with our own credentials, and have to show the
certificate that the configured server has. Where the network does not lead there, or they do not
let us in, somebody else is asked instead (see clients.kube.components).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Optional

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.errors import reaching
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import Health
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import KubeCall, Reply

At = Optional[Callable[[str], KubeCall]]
"""Returns the requests to the API server at an address; None where there is no such way."""
READYZ, VERBOSE = "/readyz", {"verbose": "true"}
UNHEARD = 60.0
"""Seconds for which an address that did not answer is left out."""
UNREACHED = re.compile(r"error trying to reach service|dial tcp|i/o timeout")
"""What the API server says where its proxy does not get through to a pod."""
_OVERRIDES = re.compile(r"\[[+-]\]etcd-override")


class DirectHealth:
    """Asks by `at`; remembers where that leads to nobody.

    As long as no address has ever answered, one that does not speaks for all of them: each costs
    the time in which a connection fails.
    """

    def __init__(self, at: At) -> None:
        self._at, self._reached = at, False
        self._until: dict[str, float] = {}

    def __call__(self, node: str, address: str, now: float) -> Health | None:
        """Return what the API server at an address says, None if it cannot be asked so.

        `now`: seconds by any clock.
        """
        place = address if self._reached else ""
        if self._at is None or not address or now < self._until.get(place, now):
            return None
        try:
            with reaching(f"ask the API server of {node} at {address}"):
                reply = self._at(address).request("GET", READYZ, VERBOSE)
        except RotatorError:
            self._until[place] = now + UNHEARD
            return None
        self._reached = True
        if reply.status in (401, 403, 404):
            self._until[address] = now + UNHEARD
            return None
        return health_of(reply)


def health_of(reply: Reply) -> Health:
    """Return what the answer to a readiness check says."""
    text = " ".join(str(reply.body.get("message") or "").split())
    overrides = bool(_OVERRIDES.search(text))
    if reply.status < 400:
        return Health(True, overrides=overrides)
    denied = reply.status == 403 and reply.body.get("reason") == "Forbidden"
    reached = not denied and not UNREACHED.search(text)
    why = f"HTTP status {reply.status}" + (f" ({text})" if text else "")
    return Health(False, why, reached, overrides)
