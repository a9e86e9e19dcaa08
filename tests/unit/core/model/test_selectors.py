# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Label selectors, as kubectl writes them and as objects carry them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import (
    Selector,
    from_object,
    parse,
)

CART = {"app": "cart", "tier": "web"}


@pytest.mark.parametrize(
    "text, matches",
    [
        ("", True),
        ("app=cart", True),
        ("app==cart", True),
        ("app = cart", True),
        ("app=mail", False),
        ("app!=mail", True),
        ("app!=cart", False),
        ("zone!=a", True),  # absent is not equal
        ("app", True),
        ("zone", False),
        ("!zone", True),
        ("!app", False),
        ("app in (cart,mail)", True),
        ("app in ( cart , mail )", True),
        ("app in (mail)", False),
        ("app notin (mail)", True),
        ("app notin (cart)", False),
        ("zone notin (a)", True),
        ("zone in (a)", False),
        ("app=cart,tier=web", True),
        ("app=cart,tier=db", False),
        ("app in (cart,mail),tier!=db,!zone", True),
        ("app=cart,", True),
        ("kubernetes.io/os=linux", False),
        ("app=", False),
    ],
)
def test_kubectls_notation(text: str, matches: bool) -> None:
    assert parse(text).matches(CART) is matches


@pytest.mark.parametrize(
    "text",
    ["app in cart", "app in (cart", "a b", "=x", "a=b=c", "app>1", "!", "app=(x)", "a,b c,d"],
)
def test_what_is_no_requirement_is_named(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text)
    assert f"in label selector '{text}'" in str(caught.value)


@pytest.mark.parametrize(
    "spec, matches",
    [
        ({}, True),
        ({"matchLabels": {"app": "cart"}}, True),
        ({"matchLabels": {"app": "mail"}}, False),
        ({"matchLabels": None, "matchExpressions": None}, True),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["cart"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["cart"]}]}, False),
        ({"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": ["a"]}]}, True),
        ({"matchExpressions": [{"key": "zone", "operator": "Exists"}]}, False),
        ({"matchExpressions": [{"key": "zone", "operator": "DoesNotExist"}]}, True),
        (
            {
                "matchLabels": {"app": "cart"},
                "matchExpressions": [{"key": "tier", "operator": "Exists", "values": None}],
            },
            True,
        ),
        (
            {
                "matchLabels": {"app": "cart"},
                "matchExpressions": [{"key": "zone", "operator": "Exists"}],
            },
            False,
        ),
    ],
)
def test_an_objects_selector(spec: dict[str, Any], matches: bool) -> None:
    selector = from_object(spec)
    assert selector is not None
    assert selector.matches(CART) is matches


def test_an_absent_selector_is_none_and_an_empty_one_selects_all() -> None:
    assert from_object(None) is None
    assert from_object({}) == Selector() == parse("  ")


@pytest.mark.parametrize(
    "text", ["a in (b)", "a in (b,c),d notin (e)", "a,!b", "", "a in (b),!c,d notin (e,f)"]
)
def test_a_selector_is_written_as_kubectl_reads_it(text: str) -> None:
    assert str(parse(text)) == text
    assert parse(str(parse("a=b,c!=d"))) == parse("a=b,c!=d")
