# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kops_instance_group_image has done so far is told, however it ends."""

from __future__ import annotations

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    RefusedError,
    UnfinishedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kops_progress import SetSoFar


@pytest.mark.parametrize(
    ("changed", "dry", "status"),
    [(False, False, "unchanged"), (True, False, "complete"), (True, True, "planned")],
)
def test_without_an_error_it_says_whether_anything_was_done(
    changed: bool, dry: bool, status: str
) -> None:
    found = SetSoFar([{"name": "nodes"}], changed=changed).result(dry)
    assert found.values == {"status": status, "instance_groups": [{"name": "nodes"}]}
    assert (found.changed, found.diff, found.error) == (changed, None, None)


@pytest.mark.parametrize(("changed", "status"), [(False, "refused"), (True, "failed")])
def test_an_error_after_a_write_is_a_failure_and_before_it_a_refusal(
    changed: bool, status: str
) -> None:
    error = RefusedError("no")
    found = SetSoFar(diff=["a\n", "b\n"], warnings=["w"], changed=changed).result(False, error)
    assert (found.values["status"], found.error) == (status, error)
    assert (found.diff, found.warnings) == ({"before": "", "after": "a\nb\n"}, ("w",))


def test_what_an_earlier_run_has_left_is_told_by_itself() -> None:
    assert SetSoFar().result(True, UnfinishedError("left")).values["unfinished"] == "left"
