# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argument specs from dataclasses: type, default and choices of each field."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import Size
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.options import options_of

Mode = Literal["wait", "warn", "off"]


@dataclasses.dataclass(frozen=True)
class Sample:
    """One field of each kind."""

    flag: bool = True
    count: int = 3
    seconds: float = 60
    name: str = ""
    limit: float | None = None
    grace: int | None = None
    label: str | None = None
    mode: Mode = "wait"
    size: Size = Size(25, True)
    names: tuple[str, ...] = ()
    modes: tuple[Mode, ...] = ()


@pytest.mark.parametrize(
    ("name", "spec"),
    [
        ("flag", {"type": "bool", "default": True}),
        ("count", {"type": "int", "default": 3}),
        ("seconds", {"type": "int", "default": 60}),
        ("name", {"type": "str", "default": ""}),
        ("limit", {"type": "int"}),
        ("grace", {"type": "int"}),
        ("label", {"type": "str"}),
        ("mode", {"type": "str", "choices": ["wait", "warn", "off"], "default": "wait"}),
        ("size", {"type": "str", "default": "25%"}),
        (
            "modes",
            {"type": "list", "elements": "str", "choices": ["wait", "warn", "off"], "default": []},
        ),
        ("names", {"type": "list", "elements": "str", "default": []}),
    ],
)
def test_an_option_is_what_its_field_is(name: str, spec: dict[str, Any]) -> None:
    assert options_of(Sample, (name,)) == {name: spec}


def test_only_the_fields_that_are_named_are_options_in_their_order() -> None:
    assert list(options_of(Sample, ("name", "flag"))) == ["name", "flag"]
    assert options_of(Sample, ()) == {}


def test_a_field_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        options_of(Sample, ("missing",))


@pytest.mark.parametrize("record", [DrainPolicy, RotationPolicy])
def test_the_options_of_the_product_have_a_type(record: type) -> None:
    names = [field.name for field in dataclasses.fields(record)]  # type: ignore[arg-type]
    kinds = {spec["type"] for spec in options_of(record, names).values()}
    assert kinds <= {"bool", "int", "list", "str", ""}
