# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people were told of a node group, over a kill of the run."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.nodeops.rotator.plugins.plugin_utils.already_told import (
    RESUMED_WITHIN,
    AlreadyTold,
)

HOST = "shop/blue"


def told(folder: pathlib.Path, now: float = 1000.0) -> AlreadyTold:
    return AlreadyTold(str(folder), HOST, now)


def test_nothing_was_told_at_first(tmp_path: pathlib.Path) -> None:
    assert told(tmp_path).has("slack", "started") is False
    assert told(tmp_path).thread("slack") == ""


def test_the_next_run_knows_what_a_killed_one_has_told(tmp_path: pathlib.Path) -> None:
    told(tmp_path).note("slack", "started", "17.1")
    after = told(tmp_path, 1000.0 + RESUMED_WITHIN - 1)
    assert after.has("slack", "started") is True
    assert after.has("slack", "blocked ip-1") is False
    assert after.has("mattermost", "started") is False
    assert after.thread("slack") == "17.1"


def test_the_thread_is_that_of_the_first_message(tmp_path: pathlib.Path) -> None:
    told(tmp_path).note("slack", "started", "17.1")
    told(tmp_path).note("slack", "blocked ip-1", "18.2")
    assert told(tmp_path).thread("slack") == "17.1"
    assert told(tmp_path).has("slack", "started") is True
    assert told(tmp_path).has("slack", "blocked ip-1") is True


def test_a_rotation_long_after_is_another_one(tmp_path: pathlib.Path) -> None:
    told(tmp_path).note("slack", "started", "17.1")
    later = told(tmp_path, 1000.0 + RESUMED_WITHIN + 1)
    assert (later.has("slack", "started"), later.thread("slack")) == (False, "")


def test_the_end_is_of_one_receiver_and_the_last_one_removes_the_file(
    tmp_path: pathlib.Path,
) -> None:
    first = told(tmp_path)
    first.note("slack", "started", "17.1")
    first.note("mattermost", "started", "root")
    told(tmp_path).close("slack")
    assert told(tmp_path).has("slack", "started") is False
    assert told(tmp_path).has("mattermost", "started") is True
    told(tmp_path).close("mattermost")
    assert list(tmp_path.iterdir()) == []


def test_the_end_of_what_never_began_writes_nothing(tmp_path: pathlib.Path) -> None:
    told(tmp_path).close("slack")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "[]", "{", '{"slack": 1}', '{"slack": {"at": "x"}}', "1"])
def test_a_file_that_cannot_be_understood_counts_as_nothing_told(
    tmp_path: pathlib.Path, text: str
) -> None:
    told(tmp_path).note("slack", "started")
    (path,) = tmp_path.iterdir()
    path.write_text(text)
    assert told(tmp_path).has("slack", "started") is False


def test_a_folder_that_cannot_be_written_fails_nothing(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("")
    memory = AlreadyTold(str(tmp_path / "file"), HOST, 1000.0)
    memory.note("slack", "started")
    assert memory.has("slack", "started") is True


def test_the_folder_is_made_and_node_groups_do_not_share_a_file(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "reports"
    told(folder).note("slack", "started")
    AlreadyTold(str(folder), "shop/green", 1000.0).note("slack", "started")
    assert len(list(folder.iterdir())) == 2
