# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write files that people need while the cluster does not answer."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError


class WrittenNotes:
    """Implements core.ports.Notes with files of a folder."""

    def __init__(self, folder: str | None) -> None:
        """Keep the folder, by default that for temporary files."""
        self._folder = Path(folder or tempfile.gettempdir())

    def write(self, name: str, text: str) -> str:
        """Write a new file that only its user reads; return its path. Raises FailedError."""
        path = self._folder / f"nodeops-rotator-{name.replace(os.sep, '-')}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)  # of the same run, which was started again
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(opened, "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise FailedError(
                f"The way back could not be written to {path} ({error.strerror})",
                "Set report_dir to a folder that may be written",
            ) from error
        return str(path)
