# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statuses in which a rotation ends, for results, roles and reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Status = Literal[
    "complete",
    "partial",
    "unchanged",
    "planned",
    "restored",
    "refused",
    "failed",
    "stopped",
    "suspended",
]

WORDS: Mapping[Status, str] = {
    "complete": "complete",
    "partial": "in part, as asked",
    "unchanged": "nothing outdated",
    "planned": "planned",
    "restored": "restored",
    "refused": "REFUSED, nothing touched",
    "failed": "FAILED, restored",
    "stopped": "STOPPED, run again",
    "suspended": "FAILED, run again",
}
"""The words of the report for each status.

`complete`: every outdated node was replaced. `partial`: all that were to be, and outdated nodes are
left on purpose. `unchanged`: none was outdated. `planned`: check mode
found work. `restored`: what an interrupted run left was restored. `refused`: it failed before it
changed anything. `failed`: it failed after changes; all of them were restored except what
`not_restored` names. `stopped`: by a signal. `suspended`: the credentials expired. After `stopped`
and `suspended` the next run resumes.
"""

NOT_ALL: Mapping[str, str] = {
    "complete": "complete, not all restored",
    "restored": "not all restored",
    "failed": "FAILED, not all restored",
}
"""The words instead where something of ours is left."""


def words_of(status: str, left: bool) -> str:
    """Return the words for a status; `left`: whether something was not restored.

    A status that is not known, as of a later release, stands for itself.
    """
    usual = next((words for known, words in WORDS.items() if known == status), status)
    return NOT_ALL.get(status, usual) if left else usual


def failed_status(changed: bool) -> Status:
    """Return the status of a run that failed."""
    return "failed" if changed else "refused"
