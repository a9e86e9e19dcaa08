# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the message of a failure says about how the node group is now."""

from __future__ import annotations

from typing import Any

import jinja2
import pytest
import yaml

from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

WORDS = yaml.safe_load((ROOT / "roles/rotate/vars/main.yml").read_text(encoding="utf-8"))
READ = {
    "status": "failed",
    "target": {"image_id": "ami-1"},
    "autoscaling_group_name": "blue",
    "desired": 4,
    "not_restored": [],
}
UNREAD = "(how the node group is now could not be read). To try again, run the same command"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "(desired capacity is 4, and everything was restored). To try again,"),
        (
            {"not_restored": ["MaxSize is 5"]},
            "(desired capacity is 4, and not everything was restored, see the warnings).",
        ),
        ({"target": {}, "desired": 0}, UNREAD),
        ({"autoscaling_group_name": "", "desired": 0}, UNREAD),
    ],
)
def test_nothing_is_said_of_a_node_group_that_was_never_read(
    changes: dict[str, Any], words: str
) -> None:
    result = {**READ, **changes}
    assert words in jinja2.Template(WORDS["_rotate_now"]).render(_rotate_result=result)


def test_a_run_that_was_refused_has_touched_nothing() -> None:
    result = {**READ, "status": "refused"}
    assert not jinja2.Template(WORDS["_rotate_now"]).render(_rotate_result=result).strip()
