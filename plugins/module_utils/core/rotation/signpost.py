# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write and read the tag that says who is at work on a group, and where."""

from __future__ import annotations

import dataclasses
import re


@dataclasses.dataclass(frozen=True)
class Signpost:
    """A run, the namespace of its Lease, and the UID of its cluster's kube-system.

    They are "" where an older release wrote the tag.
    """

    run: str
    namespace: str = ""
    cluster: str = ""

    @property
    def text(self) -> str:
        """Return the value of the tag; a tag takes 256 characters of a small alphabet."""
        run = re.sub(r"[^A-Za-z0-9+=._:/@-]", "-", self.run)[:64]
        return f"run {run} lease-namespace {self.namespace} cluster {self.cluster}"


def read_signpost(text: str) -> Signpost:
    """Return what the value of the tag says."""
    found = re.fullmatch(r"run (\S*) lease-namespace (\S*) cluster (\S*)", text)
    return Signpost(*found.groups()) if found else Signpost(text)
