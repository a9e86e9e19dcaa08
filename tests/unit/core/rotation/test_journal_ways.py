# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record says what every template of a group was, and is to be."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Target
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    dump,
    load,
    recorded_target,
)

TARGET = Target("lt-1", "2", "ami-2", others=(Target("lt-9", "4", "ami-4"),))


def test_what_the_group_launches_is_recorded_with_every_template() -> None:
    journal = Journal(**recorded_target(TARGET))
    assert journal.target == ("lt-1", "2", "ami-2")
    assert journal.target_others == (("lt-9", "4", "ami-4"),)
    assert load(dump(journal)).target_sources == TARGET.sources
    assert Journal(**recorded_target(Target("c", ""))).target_sources == {("c", "")}


@pytest.mark.parametrize(
    ("previous", "others", "ways"),
    [
        (("lt-1", "1"), (), (("lt-1", "1"),)),
        (("lt-1", "1"), (("lt-9", "3"),), (("lt-1", "1"), ("lt-9", "3"))),
        (("", ""), (("lt-9", "3"),), (("lt-9", "3"),)),
        (("config", ""), (), (("config", ""),)),
        (("", ""), (), ()),
    ],
)
def test_the_ways_back_are_those_that_are_known(
    previous: tuple[str, str], others: tuple[tuple[str, str], ...], ways: object
) -> None:
    assert Journal(previous=previous, previous_others=others).ways_back == ways
