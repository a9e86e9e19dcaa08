# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remember how large a node group was before EKS enlarged it for an update.

EKS tells that nobody, and leaves the group larger when its update fails. So it is noted in the
Lease before EKS is asked, until an update has ended well.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SIZE_BEFORE

_NOTE = re.compile(r"(\d+) before the update to (.+)")


@dataclasses.dataclass(frozen=True)
class SizeBefore:
    """A desired capacity, and the update before which the group had it."""

    desired: int
    update: str

    @property
    def text(self) -> str:
        """Return it as the annotation says it, and for people."""
        return f"{self.desired} before the update to {self.update}"


def read_size(notes: Iterable[tuple[str, str]]) -> SizeBefore | None:
    """Return what the annotations of a Lease say, None if not in our words."""
    found = _NOTE.fullmatch(dict(notes).get(SIZE_BEFORE, ""))
    return SizeBefore(int(found[1]), found[2]) if found else None
