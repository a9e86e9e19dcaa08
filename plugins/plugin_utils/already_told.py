# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remember what people were told of a rotation, over a kill of the run.

One small file for each node group, without any secret. It is removed once the end was told.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

RESUMED_WITHIN = 86400.0
"""Seconds after the last message within which a run counts as the same rotation."""


class AlreadyTold:
    """What each receiver was told of the rotation of a node group."""

    def __init__(self, folder: str, host: str, now: float) -> None:
        """Read what an earlier run has told. What cannot be read counts as untold.

        `now`: in seconds since the epoch.
        """
        name = re.sub(r"[^\w.-]", "_", host)
        proof = hashlib.sha256(host.encode()).hexdigest()[:8]  # two names may look alike then
        self._path = Path(folder, f".notified-{name}-{proof}.json")
        self._now = now
        self._by_receiver = self._read()

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            return {
                str(name): {"keys": list(one["keys"]), "thread": one["thread"], "at": one["at"]}
                for name, one in found.items()
                if self._now - float(one["at"]) < RESUMED_WITHIN
            }
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}

    def has(self, receiver: str, key: str) -> bool:
        """Return whether the receiver was told this already."""
        return key in self._by_receiver.get(receiver, {}).get("keys", ())

    def thread(self, receiver: str) -> str:
        """Return by what the first message can be answered, "" for nothing."""
        return str(self._by_receiver.get(receiver, {}).get("thread") or "")

    def note(self, receiver: str, key: str, thread: str = "") -> None:
        """Remember that the receiver was told this; the first thread stays."""
        before = self._by_receiver.get(receiver, {"keys": [], "thread": ""})
        self._by_receiver[receiver] = {
            "keys": [*before["keys"], key],
            "thread": before["thread"] or thread,
            "at": self._now,
        }
        self._write()

    def close(self, receiver: str) -> None:
        """Forget what the receiver was told: the next rotation is another one."""
        if self._by_receiver.pop(receiver, None) is not None:
            self._write()

    def _write(self) -> None:
        """Write the file as a whole.

        Without it a message may come twice, and nothing worse.
        """
        try:
            if not self._by_receiver:
                self._path.unlink(missing_ok=True)
                return
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
            beside.write_text(json.dumps(self._by_receiver), encoding="utf-8")
            os.replace(beside, self._path)
        except OSError:
            return
