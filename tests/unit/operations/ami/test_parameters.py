# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of Systems Manager are read in one call; aliases are resolved."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    NotFoundError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami.parameters import (
    resolve_image,
    values,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import Recorded, refusal


def test_the_values_of_several_parameters_come_in_one_call() -> None:
    answer = {
        "Parameters": [{"Name": "/b", "Value": "2"}, {"Name": "/a", "Value": "1"}],
        "InvalidParameters": ["/c"],
    }
    raw = Recorded(GetParameters=answer)
    assert values(Aws(raw), ["/a", "/b", "/c"]) == {"/a": "1", "/b": "2"}
    assert raw.calls == [("ssm:GetParameters", {"Names": ["/a", "/b", "/c"]})]


def test_parameters_that_do_not_exist_are_left_out() -> None:
    assert values(Aws(Recorded(GetParameters={"InvalidParameters": ["/a"]})), ["/a"]) == {}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("resolve:ssm:/golden/node", "/golden/node"),
        ("resolve:ssm:/golden/node:3", "/golden/node:3"),
        ("resolve:ssm:golden:prod", "golden:prod"),
    ],
)
def test_an_alias_means_what_its_parameter_says_now(written: str, name: str) -> None:
    raw = Recorded(GetParameter={"Parameter": {"Value": "ami-1"}})
    assert resolve_image(Aws(raw), written) == "ami-1"
    assert raw.calls == [("ssm:GetParameter", {"Name": name})]


def test_an_image_id_means_itself_and_asks_nobody() -> None:
    raw = Recorded()
    assert resolve_image(Aws(raw), "ami-0123456789abcdef0") == "ami-0123456789abcdef0"
    assert raw.calls == []


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("ParameterNotFound", NotFoundError, "there is no parameter /golden. Check its name"),
        ("AccessDeniedException", ForbiddenError, "resolve resolve:ssm:/golden"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(
    code: str, kind: type[Exception], words: str
) -> None:
    raw: Any = Recorded(GetParameter=refusal(code, operation="GetParameter"))
    with pytest.raises(kind) as caught:
        resolve_image(Aws(raw), "resolve:ssm:/golden")
    assert words in str(caught.value)
