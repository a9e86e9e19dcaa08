# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of botocore read each description of a service once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("botocore")

from botocore.exceptions import ProfileNotFound
from botocore.loaders import JSONFileLoader

from ansible_collections.nodeops.rotator.plugins.module_utils.edge import sessions

KEYS = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Begin with nothing read; return the files that are read from now on."""
    sessions._shared_loader.cache_clear()
    sessions.read_descriptions.cache_clear()
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    found: list[str] = []
    load = JSONFileLoader.load_file

    def load_file(self: Any, path: str) -> Any:
        content = load(self, path)
        if content is not None:
            found.append(path)
        return content

    monkeypatch.setattr(JSONFileLoader, "load_file", load_file)
    return found


def make(service: str) -> None:
    sessions.new_session().create_client(service, "eu-west-1", **KEYS)


def test_a_second_session_reads_nothing_again(read: list[str]) -> None:
    make("ssm")
    assert any("/ssm/" in path for path in read)
    read.clear()
    make("ssm")
    assert read == []


def test_another_service_is_read_when_it_is_needed(read: list[str]) -> None:
    make("ssm")
    read.clear()
    make("sts")
    assert any("/sts/" in path for path in read)
    assert not any("endpoints.json" in path for path in read)


def test_what_was_read_ahead_is_read_no_more(read: list[str]) -> None:
    sessions.read_descriptions()
    read.clear()
    for service in sessions.USUAL_SERVICES:
        make(service)
    assert read == []


def test_a_folder_of_descriptions_of_ones_own_is_heeded(
    read: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make("sts")
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    loader = sessions.new_session().get_component("data_loader")
    assert str(tmp_path) in loader.search_paths


def test_a_profile_that_does_not_exist_is_an_error(read: list[str]) -> None:
    with pytest.raises(ProfileNotFound):
        sessions.new_session("no-such-profile")


def test_reading_ahead_leaves_the_error_to_whoever_uses_a_session(
    read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    sessions.read_descriptions()
    assert read == []
