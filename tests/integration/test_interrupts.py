# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ctrl-C, SIGTERM, a closed terminal and AWX's cancel end a run at any moment."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from ansible_collections.nodeops.rotator.tests.integration.ended import attempt, small_world
from ansible_collections.nodeops.rotator.tests.integration.wire import WorldOnWire


@pytest.fixture(scope="module")
def shared() -> Iterator[WorldOnWire]:
    """Serve a small world in which each run begins as the last one was ended."""
    with small_world() as world:
        yield world


@pytest.mark.parametrize("seed", range(10))
def test_nothing_goes_on_after_a_run_was_ended_at_a_random_moment(
    shared: WorldOnWire, seed: int
) -> None:
    when, why = attempt(shared, random.Random(seed))
    assert not why, f"{when}: {why}\n{(shared.folder / 'terminal.txt').read_text()}"
