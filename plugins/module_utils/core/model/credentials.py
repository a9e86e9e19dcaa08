# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long credentials are good."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Life:
    """How long the AWS credentials of a run are good.

    `known`: whether that can be told. `ends_at`: seconds since the epoch; None if they never end or
    are renewed. If it is not known, they are good until then at least, None if even that is not
    known. `source`: where they come from, for people.
    """

    source: str = ""
    known: bool = True
    ends_at: float | None = None

    def left(self, now: float) -> float | None:
        """Return for how many seconds they are good, or are at least.

        None if nothing says that they end. `now`: seconds since the epoch.
        """
        return None if self.ends_at is None else max(0.0, self.ends_at - now)
