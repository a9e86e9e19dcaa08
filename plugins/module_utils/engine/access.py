# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give access that is denied a while, since one 401 or 403 is no verdict."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    RotatorError,
    TemporaryError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.inbox import clock

T = TypeVar("T")
ACCESS_GRACE = 60.0
"""Seconds for which we may not be let in before that is final: a single 401 or 403 among good
answers happens (kubernetes-client/python#678), and permissions take effect late."""
ASK_AGAIN = 5.0
"""Seconds until what was denied is asked for again in one pass."""
RUN_OUT = frozenset(("ExpiredToken", "ExpiredTokenException"))
"""Codes of AWS for credentials that do not become good again."""


def lasts(error: RotatorError, patience: float) -> float:
    """Return the seconds for which an error may be met again before it is final.

    `patience`: that of an error that may pass. It is 0 for an error that cannot.
    """
    if isinstance(error, AccessError):
        return ACCESS_GRACE
    return patience if isinstance(error, TemporaryError) else 0.0


class Grace:
    """Says whether to ask again for what was denied, and waits until then.

    `now` and `pause` are the clock and the wait, both in seconds. `tell` is told, once, that we are
    not let in and ask again.
    """

    def __init__(
        self,
        now: Callable[[], float] = clock,
        pause: Callable[[float], None] = time.sleep,
        tell: Callable[[AccessError], None] = lambda error: None,
    ) -> None:
        self._now, self._pause, self._tell = now, pause, tell
        self._since: float | None = None

    def again(self, error: AccessError) -> bool:
        """Wait, and return whether to ask again.

        It is not asked again once we have not been let in for long enough. What no service has
        answered is final, since there is nothing to ask with. Credentials that have expired are
        read anew once and not waited for.
        """
        first = self._since is None
        if self._since is None:
            self._since = self._now()
        if error.code in RUN_OUT:
            return first
        if not error.code or self._now() - self._since >= ACCESS_GRACE:
            return False
        if first:
            self._tell(error)
        self._pause(min(ASK_AGAIN, ACCESS_GRACE))
        return True

    def asked(
        self,
        work: Callable[[], T],
        denied: Callable[[T], AccessError | None] = lambda done: None,
    ) -> T:
        """Do work, again for a while as long as it is denied; return its answer.

        `work` has changed nothing when it is denied, and takes its credentials anew each time.
        `denied`: the error in its answer. Raises what it raises at last.
        """
        while True:
            try:
                done = work()
                error = denied(done)
            except AccessError as raised:
                if not self.again(raised):
                    raise
                continue
            if error is None or not self.again(error):
                return done
