# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables with which a plan was made."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.plugin_utils.signed import options_of


def test_only_variables_of_the_roles_that_change_something_belong_to_a_plan() -> None:
    variables = {
        "rotate_max_surge": 2,
        "prepare_ami_family": "al2023",
        "prepare_run_id": "r1",
        "verify_retries": 3,
        "rotation_aws": {"profile": "prod"},
        "my_secret": "x",
    }
    found = options_of(variables)
    assert found == {"prepare_ami_family": "al2023", "rotate_max_surge": "2"}


@pytest.mark.parametrize(
    ("one", "other"),
    [(2, "2"), (True, "true"), (True, "True"), ("25%", " 25%"), (["a"], '["a"]')],
)
def test_what_the_command_line_says_as_text_is_the_same(one: Any, other: Any) -> None:
    assert options_of({"rotate_nodes": one}) == options_of({"rotate_nodes": other})


@pytest.mark.parametrize(("one", "other"), [(2, 3), (["a"], ["b"]), ("a", "A"), ({"a": 1}, {})])
def test_what_is_different_is_told_apart(one: Any, other: Any) -> None:
    assert options_of({"rotate_nodes": one}) != options_of({"rotate_nodes": other})
