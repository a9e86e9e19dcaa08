# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn label and field selectors, as text or object, into predicates.

Source: apimachinery pkg/labels and pkg/fields.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import bad_request
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import Object, labels_of
from ansible_collections.nodeops.rotator.tests.simulation.kube.resources import Resource
from ansible_collections.nodeops.rotator.tests.simulation.kube.store import Store

Test = Callable[[Mapping[str, Any]], bool]

REQUIREMENT = re.compile(
    r"\s*(!?)\s*([A-Za-z0-9._/-]+)\s*"
    r"(?:(==|!=|=|\bnotin\b|\bin\b)\s*(\([^)]*\)|[^,\s]*))?\s*(?:,|$)"
)
ALWAYS = ("metadata.name", "metadata.namespace")


@functools.lru_cache(maxsize=512)
def labels_match(text: str) -> Callable[[Mapping[str, str]], bool]:
    """Return the predicate on labels that a labelSelector's text means.

    Raises ApiError 400 for a text that means none.
    """
    parts, at = [], 0
    while at < len(text):
        found = REQUIREMENT.match(text, at)
        if not found or found.end() == at:
            raise bad_request(
                f"unable to parse requirement: found '{text[at:]}', expected: a label selector"
            )
        parts.append(_requirement(text, *found.groups()))
        at = found.end()
    return lambda labels: all(part(labels) for part in parts)


def _requirement(
    text: str, negated: str, key: str, operator: str | None, value: str | None
) -> Callable[[Mapping[str, str]], bool]:
    if operator is None:
        return (lambda labels: key not in labels) if negated else (lambda labels: key in labels)
    if negated or (operator in ("in", "notin")) != (value or "").startswith("("):
        raise bad_request(f"unable to parse requirement: {text}")
    if operator in ("in", "notin"):
        values = {item.strip() for item in (value or "")[1:-1].split(",")}
        return (
            (lambda labels: labels.get(key) in values)
            if operator == "in"
            else (lambda labels: labels.get(key) not in values)
        )
    return (
        (lambda labels: labels.get(key) != value)
        if operator == "!="
        else (lambda labels: labels.get(key) == value)
    )


def object_match(selector: Mapping[str, Any] | None) -> Callable[[Mapping[str, str]], bool]:
    """Return the predicate of a metav1.LabelSelector object.

    An empty one matches everything, an absent one nothing (meta/v1 LabelSelectorAsSelector; so do
    budgets since policy/v1).
    """
    if selector is None:
        return lambda labels: False
    plain = tuple((selector.get("matchLabels") or {}).items())
    rules = [
        _expression(e["key"], e["operator"], set(e.get("values") or ()))
        for e in selector.get("matchExpressions") or ()
    ]
    return lambda labels: (
        all(labels.get(k) == v for k, v in plain) and all(rule(labels) for rule in rules)
    )


def _expression(key: str, operator: str, values: set[str]) -> Callable[[Mapping[str, str]], bool]:
    if operator == "In":
        return lambda labels: labels.get(key) in values
    if operator == "NotIn":
        return lambda labels: labels.get(key) not in values
    return (
        (lambda labels: key in labels)
        if operator == "Exists"
        else (lambda labels: key not in labels)
    )


def fields_of(resource: Resource, text: str) -> list[tuple[str, bool, str]]:
    """Return a fieldSelector as (field, wanted equal, value).

    Raises ApiError 400 for a field the server does not select by.
    """
    result = []
    for part in filter(None, text.split(",")):
        found = re.fullmatch(r"\s*([^=!\s]+)\s*(==|!=|=)\s*(.*?)\s*", part)
        if not found:
            raise bad_request(f"invalid selector: '{part}'; can't understand '{part}'")
        field, operator, value = found.groups()
        if field not in ALWAYS and field not in resource.fields:
            raise bad_request(_unknown_field(resource, field))
        result.append((field, operator != "!=", value))
    return result


def _unknown_field(resource: Resource, field: str) -> str:
    """Return the refusal of a field.

    Kinds with fields of their own say so in their own words; the others in those of apimachinery
    pkg/runtime/scheme.go.
    """
    if resource.fields:
        return f"field label not supported: {field}"
    known = ", ".join(f'"{name}"' for name in ALWAYS)
    return f'"{field}" is not a known field selector: only {known}'


def value_at(obj: Mapping[str, Any], field: str) -> str:
    """Return the value of a dotted path as a field selector sees it.

    Absent is "", booleans are "true" and "false".
    """
    value: Any = obj
    for part in field.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if field == "spec.unschedulable":
        return "true" if value else "false"
    return "" if value is None else str(value)


def object_test(resource: Resource, query: Mapping[str, str]) -> Test | None:
    """Return the predicate of a request's selectors, None when it has none."""
    labels = (
        labels_match(query["labelSelector"]) if query.get("labelSelector", "").strip() else None
    )
    fields = fields_of(resource, query.get("fieldSelector", ""))
    if labels is None and not fields:
        return None

    def test(obj: Mapping[str, Any]) -> bool:
        if labels is not None and not labels(labels_of(obj)):
            return False
        return all((value_at(obj, field) == value) == equal for field, equal, value in fields)

    return test


def candidates(
    store: Store, resource: Resource, namespace: str, query: Mapping[str, str]
) -> list[Object]:
    """Return the objects that can match a request at all.

    Pods of one node are found without looking at the others.
    """
    if resource.plural == "pods" and "spec.nodeName" in query.get("fieldSelector", ""):
        for field, equal, value in fields_of(resource, query["fieldSelector"]):
            if field == "spec.nodeName" and equal:
                return [
                    pod
                    for pod in store.by("pods", "node", value)
                    if namespace in ("", pod["metadata"]["namespace"])
                ]
    return store.all(resource.plural, namespace)
