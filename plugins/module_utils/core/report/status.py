# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a rotation ends: the statuses of results, roles and reports, in one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Status = Literal[
    "complete", "unchanged", "planned", "restored", "refused", "failed", "stopped", "suspended"
]

WORDS: Mapping[Status, str] = {
    "complete": "complete",
    "unchanged": "nothing outdated",
    "planned": "planned",
    "restored": "restored",
    "refused": "REFUSED, nothing touched",
    "failed": "FAILED, put back",
    "stopped": "STOPPED, run again",
    "suspended": "FAILED, run again",
}
"""What the report says of each status.

`complete`: every outdated node is replaced. `unchanged`: none was outdated. `planned`: check mode
found work. `restored`: what an interrupted run had left is put back. `refused`: it failed and
nothing was touched. `failed`: something was touched; all is put back but what `not_restored` names.
`stopped`: by a signal. `suspended`: the credentials are no longer good. After the last two the next
run goes on.
"""


def failed_status(changed: bool) -> Status:
    """Return the status of a run that failed."""
    return "failed" if changed else "refused"
