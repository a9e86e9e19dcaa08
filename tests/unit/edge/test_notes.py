# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files for people are private, and an error where they cannot be written."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.notes import WrittenNotes


def test_a_file_is_written_for_its_user_alone_and_again_by_the_same_run(tmp_path: Path) -> None:
    notes = WrittenNotes(str(tmp_path / "deep" / "folder"))
    path = Path(notes.write("way-back-a-r1.txt", "one"))
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("one", 0o600)
    assert path.name == "nodeops-rotator-way-back-a-r1.txt"
    assert notes.write("way-back-a-r1.txt", "two") == str(path)
    assert path.read_text() == "two"


def test_a_name_leads_to_no_other_folder(tmp_path: Path) -> None:
    path = Path(WrittenNotes(str(tmp_path)).write("../a/b.txt", "x"))
    assert path.parent == tmp_path


def test_a_link_that_somebody_has_put_there_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("theirs")
    (tmp_path / "nodeops-rotator-x.txt").symlink_to(victim)
    WrittenNotes(str(tmp_path)).write("x.txt", "ours")
    assert victim.read_text() == "theirs"


def test_without_a_folder_it_is_that_for_temporary_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    assert WrittenNotes(None).write("x.txt", "").startswith(str(tmp_path))


def test_what_cannot_be_written_is_an_error_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(FailedError, match="The way back could not be written to"):
        WrittenNotes(str(file)).write("x.txt", "")
