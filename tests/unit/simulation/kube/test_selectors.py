# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Label and field selectors."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import ApiError
from ansible_collections.nodeops.rotator.tests.simulation.kube.resources import RESOURCES
from ansible_collections.nodeops.rotator.tests.simulation.kube.selectors import (
    labels_match,
    object_match,
    object_test,
)

LABELS = {"app": "web", "tier": "front", "example.com/rank": "1"}


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("", True),
        ("app=web", True),
        ("app==web", True),
        ("app=db", False),
        ("app!=db", True),
        ("missing!=x", True),
        ("app", True),
        ("missing", False),
        ("!missing", True),
        ("!app", False),
        ("app in (web, db)", True),
        ("app in (db)", False),
        ("app notin (db,cache)", True),
        ("missing notin (x)", True),
        ("app=web,tier=front,example.com/rank=1", True),
        ("app=web, tier in (back), !missing", False),
        ("app=", False),
    ],
)
def test_label_selector(text: str, matches: bool) -> None:
    assert labels_match(text)(LABELS) is matches


@pytest.mark.parametrize("text", ["app in web", "=web", "a=b c", "!app=web", "app=(web)"])
def test_a_label_selector_that_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(ApiError) as caught:
        labels_match(text)
    assert caught.value.code == 400


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ({}, True),
        (None, False),
        ({"matchLabels": {"app": "web"}}, True),
        (
            {
                "matchLabels": {"app": "web"},
                "matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}],
            },
            False,
        ),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}, False),
        ({"matchExpressions": [{"key": "tier", "operator": "Exists"}]}, True),
    ],
)
def test_selector_object(selector: dict[str, object] | None, matches: bool) -> None:
    assert object_match(selector)(LABELS) is matches


@pytest.mark.parametrize(
    ("field", "matches"),
    [
        ("metadata.name=a", True),
        ("metadata.name!=a", False),
        ("spec.nodeName=n1", True),
        ("spec.nodeName=", False),
        ("status.phase=Running,metadata.namespace=shop", True),
        ("status.phase!=Running", False),
    ],
)
def test_field_selector(field: str, matches: bool) -> None:
    test = object_test(RESOURCES["pods"], {"fieldSelector": field})
    pod = {
        "metadata": {"name": "a", "namespace": "shop"},
        "spec": {"nodeName": "n1"},
        "status": {"phase": "Running"},
    }
    assert test is not None
    assert test(pod) is matches


def test_unschedulable_is_false_where_it_is_absent() -> None:
    test = object_test(RESOURCES["nodes"], {"fieldSelector": "spec.unschedulable=false"})
    assert test is not None
    assert test({"metadata": {"name": "n"}, "spec": {}})


def test_a_field_that_the_server_does_not_index_is_refused() -> None:
    with pytest.raises(ApiError, match="field label not supported: spec.hostNetwork"):
        object_test(RESOURCES["pods"], {"fieldSelector": "spec.hostNetwork=true"})
