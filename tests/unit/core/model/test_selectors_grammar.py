# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operator against every label; selectors read what they write."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import (
    Requirement,
    Selector,
    from_object,
    parse,
)

OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")
LABELS: tuple[dict[str, str], ...] = (
    {},
    {"app": ""},
    {"app": "a"},
    {"app": "b"},
    {"tier": "a"},
    {"app": "b", "tier": "a"},
)
VALUES = (frozenset(("a",)), frozenset(("a", "b")), frozenset(("",)))


def fulfills(labels: Mapping[str, str], operator: str, values: frozenset[str]) -> bool:
    """Return what each operator means (Kubernetes, "Labels and selectors")."""
    if operator == "In":
        return "app" in labels and labels["app"] in values
    if operator == "NotIn":
        return "app" not in labels or labels["app"] not in values
    return ("app" in labels) is (operator == "Exists")


@pytest.mark.parametrize(
    ("labels", "operator", "values"), list(itertools.product(LABELS, OPERATORS, VALUES))
)
def test_an_operator_means_what_kubernetes_says(
    labels: dict[str, str], operator: str, values: frozenset[str]
) -> None:
    found = Requirement("app", operator, values).matches(labels)
    assert found is fulfills(labels, operator, values)


@pytest.mark.parametrize(("one", "other"), [("In", "NotIn"), ("Exists", "DoesNotExist")])
@pytest.mark.parametrize("labels", LABELS)
def test_of_two_opposite_requirements_one_holds(
    one: str, other: str, labels: dict[str, str]
) -> None:
    values = frozenset(("a",))
    holds = [Requirement("app", name, values).matches(labels) for name in (one, other)]
    assert sorted(holds) == [False, True]


def random_selector(dice: random.Random) -> Selector:
    found = []
    for _count in range(dice.randint(0, 4)):
        operator = dice.choice(OPERATORS)
        count = dice.randint(1, 3) if operator in ("In", "NotIn") else 0
        values = frozenset(dice.sample(("a", "b", "c.d", "e_f"), count))
        found.append(Requirement(dice.choice(("app", "tier", "x.io/zone")), operator, values))
    return Selector(tuple(found))


@pytest.mark.parametrize("seed", range(15))
def test_what_a_selector_writes_reads_as_the_same_selector(seed: int) -> None:
    selector = random_selector(random.Random(seed))
    assert parse(str(selector)) == selector


@pytest.mark.parametrize("seed", range(15))
def test_the_order_of_requirements_does_not_matter(seed: int) -> None:
    dice = random.Random(seed)
    selector = random_selector(dice)
    shuffled = Selector(tuple(dice.sample(selector.requirements, len(selector.requirements))))
    assert [shuffled.matches(one) for one in LABELS] == [selector.matches(one) for one in LABELS]


@pytest.mark.parametrize("seed", range(15))
def test_another_requirement_never_selects_more(seed: int) -> None:
    dice = random.Random(seed)
    one, other = random_selector(dice), random_selector(dice)
    both = Selector((*one.requirements, *other.requirements))
    for labels in LABELS:
        assert both.matches(labels) is (one.matches(labels) and other.matches(labels))


def as_object(selector: Selector) -> dict[str, Any]:
    """Return the selector as an object carries it.

    Single values stand in matchLabels where that is unique.
    """
    equal = {r.key: min(r.values) for r in selector.requirements if is_equality(r)}
    expressions = [
        {"key": r.key, "operator": r.operator, "values": sorted(r.values)}
        for r in selector.requirements
        if not is_equality(r) or equal[r.key] not in r.values
    ]
    return {"matchLabels": equal, "matchExpressions": expressions}


def is_equality(requirement: Requirement) -> bool:
    return requirement.operator == "In" and len(requirement.values) == 1


@pytest.mark.parametrize("seed", range(15))
def test_an_object_selects_what_the_notation_selects(seed: int) -> None:
    selector = random_selector(random.Random(seed))
    read = from_object(as_object(selector))
    assert read is not None
    for labels in (*LABELS, {"app": "c.d", "x.io/zone": "e_f"}, {"tier": "b", "x.io/zone": "a"}):
        assert read.matches(labels) is selector.matches(labels)


@pytest.mark.parametrize(
    ("text", "requirement"),
    [
        ("a=b", Requirement("a", "In", frozenset(("b",)))),
        ("a==b", Requirement("a", "In", frozenset(("b",)))),
        ("a!=b", Requirement("a", "NotIn", frozenset(("b",)))),
        ("a=", Requirement("a", "In", frozenset(("",)))),
        ("a", Requirement("a", "Exists")),
        ("! a", Requirement("a", "DoesNotExist")),
        ("a in (b, c)", Requirement("a", "In", frozenset(("b", "c")))),
        ("a notin(b)", Requirement("a", "NotIn", frozenset(("b",)))),
        ("a in (b,)", Requirement("a", "In", frozenset(("b", "")))),
        ("in in (in)", Requirement("in", "In", frozenset(("in",)))),
        ("x.io/a_b-c=1.0", Requirement("x.io/a_b-c", "In", frozenset(("1.0",)))),
    ],
)
def test_each_way_to_write_a_requirement(text: str, requirement: Requirement) -> None:
    assert parse(text) == Selector((requirement,))


@pytest.mark.parametrize("text", ["a in ()", "a notin ( )", "b=c,a in ()"])
def test_a_set_without_values_is_refused_as_kubectl_does(text: str) -> None:
    with pytest.raises(InputError, match="is not a requirement"):
        parse(text)


@pytest.mark.parametrize("text", ["a<1", "a in b", "(a)", "a=(b)", "a in (b", "a,!", "a = b c"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text)
    assert "Write it as for kubectl" in caught.value.hint
