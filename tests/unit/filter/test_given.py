# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a variable that may be empty, or text."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.template import trust_as_template

from ansible_collections.nodeops.rotator.plugins.filter.given import FilterModule

NOTHING = object()


def given(value: Any) -> Any:
    return FilterModule().filters()["given"](value, NOTHING)


@pytest.mark.parametrize("value", [None, "", [], {}, "[]", "{}", " {} ", ()])
def test_what_is_empty_is_not_given(value: Any) -> None:
    assert given(value) is NOTHING


@pytest.mark.parametrize("value", [0, False, 0.0, "0", "false", "a,b", "text", [0], {"a": None}])
def test_everything_else_is_given_as_it_is(value: Any) -> None:
    assert given(value) == value
    assert given(value) is not NOTHING


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a: {b: 1}}", {"a": {"b": 1}}),
        ('{"a": null}', {"a": None}),
        ("[a, b]", ["a", "b"]),
        ("[{selector: app=x}]", [{"selector": "app=x"}]),
    ],
)
def test_text_of_the_command_line_is_read_as_what_it_means(text: str, value: Any) -> None:
    assert given(text) == given(trust_as_template(text)) == value
