# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of an image lookup, from the module's parameters."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.request import (
    Search,
    from_params,
)

NOTHING: dict[str, Any] = {
    "family": None,
    "variant": None,
    "architecture": None,
    "os_release": None,
    "kubernetes_version": None,
    "release_version": None,
    "name_pattern": None,
    "eks_cluster": None,
    "min_age": 0,
    "max_age": None,
    "allow_downgrade": False,
    "releases": False,
    "owners": None,
    "tags": None,
    "filters": None,
    "compare_to": None,
}


def search(**changes: Any) -> Search:
    """What is looked for with these parameters."""
    return from_params({**NOTHING, **changes})


def test_what_is_not_given_is_empty() -> None:
    assert search() == Search()


@pytest.mark.parametrize(
    "name",
    [
        "family",
        "variant",
        "architecture",
        "os_release",
        "kubernetes_version",
        "release_version",
        "name_pattern",
        "eks_cluster",
    ],
)
def test_texts_are_taken_as_they_are(name: str) -> None:
    assert getattr(search(**{name: "x"}), name) == "x"


@pytest.mark.parametrize(
    ("given", "filters"),
    [
        ({"a": "b"}, {"a": ["b"]}),
        ({"a": ["b", "c"]}, {"a": ["b", "c"]}),
        ({"a": True}, {"a": ["true"]}),
        ({"a": 7}, {"a": ["7"]}),
        ({}, {}),
    ],
    ids=["one value", "several", "a truth value as AWS writes it", "a number", "none"],
)
def test_filters_are_lists_of_text(given: dict[str, Any], filters: dict[str, list[str]]) -> None:
    assert search(filters=given).filters == filters


@pytest.mark.parametrize(("given", "tag"), [("x", "x"), (7, "7"), (True, "true"), (False, "false")])
def test_tags_are_text(given: Any, tag: str) -> None:
    assert search(tags={"a": given}).tags == {"a": tag}


def test_owners_are_kept_in_order() -> None:
    assert search(owners=["self", "amazon"]).owners == ("self", "amazon")


class TestComparison:
    @pytest.mark.parametrize("compare", [None, {}])
    def test_with_nothing(self, compare: Any) -> None:
        found = search(compare_to=compare)
        assert (found.compare, found.compare_image) == (None, "")

    def test_with_an_image(self) -> None:
        found = search(compare_to={"image_id": "ami-1"})
        assert (found.compare, found.compare_image) == (None, "ami-1")

    @pytest.mark.parametrize(
        ("compare", "field", "value"),
        [
            ({"autoscaling_group_name": "blue"}, "group", "blue"),
            ({"launch_template_id": "lt-1"}, "template_id", "lt-1"),
            ({"launch_template_name": "web"}, "template_name", "web"),
        ],
    )
    def test_with_what_a_node_group_launches(
        self, compare: dict[str, str], field: str, value: str
    ) -> None:
        found = search(compare_to={"version": "$Latest", **compare}).compare
        assert found is not None
        assert getattr(found, field) == value

    def test_with_a_managed_node_group_of_the_cluster(self) -> None:
        compare = {"eks_nodegroup": "ng", "version": "$Latest"}
        found = search(compare_to=compare, eks_cluster="shop").compare
        assert found is not None
        assert (found.eks_cluster, found.eks_nodegroup) == ("shop", "ng")


@pytest.mark.parametrize("name", ["min_age", "max_age"])
@pytest.mark.parametrize(("value", "allowed"), [(-1, False), (0, True), (30, True)])
def test_ages_are_days(name: str, value: int, allowed: bool) -> None:
    if allowed:
        assert getattr(search(**{name: value}), name) == value
        return
    with pytest.raises(InputError, match=f"{name} is -1, it must be 0 or more days"):
        search(**{name: value})
