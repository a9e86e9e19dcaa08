# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rings are read from what people wrote."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.rings import (
    Ring,
    following,
    from_options,
    only,
)


def test_a_ring_is_a_name_or_a_dictionary() -> None:
    policy = {"rotate_max_surge": "25%", "prepare_ami_min_age": 7}
    staging = {"name": "staging", "hosts": "stage_*", "parallel": 4, "soak": 600, "gate": "g.yml"}
    rings = from_options(
        ["dev", {**staging, "max_failed": 10, "window_wait": 3600, "policy": policy}]
    )
    assert rings == (
        Ring("dev"),
        Ring("staging", "stage_*", 4, 600, "g.yml", 10, 3600, policy),
    )


def test_by_default_one_cluster_at_a_time_and_no_failure_is_borne() -> None:
    (ring,) = from_options(["production"])
    assert (ring.parallel, ring.max_failed) == (1, 0)
    assert (ring.soak, ring.gate, ring.window_wait) == (0, "", 0)
    assert (ring.hosts, ring.policy) == ("", {})


@pytest.mark.parametrize("text", ["4", " 4 ", 4])
def test_a_number_may_be_text(text: Any) -> None:
    assert from_options([{"name": "a", "parallel": text}])[0].parallel == 4


@pytest.mark.parametrize("name", ["dev", "eu-1", "0", "a_b.c"])
def test_a_ring_has_a_plain_name(name: str) -> None:
    assert from_options([name])[0].name == name


@pytest.mark.parametrize(
    ("rings", "message"),
    [
        ([], "rotation_rings is empty. List the rings in their order"),
        (["a", {"name": "a"}], "Ring a is there twice in rotation_rings"),
        ([""], "The name of a ring is ''"),
        (["a b"], "The name of a ring is 'a b'"),
        (["-a"], "The name of a ring is '-a'"),
        ([4], "A ring is 4. Give its name, or a dictionary with its name"),
        ([None], "A ring is None."),
        ([{"parallel": 2}], "A ring is {'parallel': 2}."),
        ([{"name": 3}], "A ring is {'name': 3}."),
        ([{"name": "a", "paralel": 2}], "Ring a has no option paralel. Options are gate, hosts,"),
        ([{"name": "a", "parallel": 0}], "parallel of ring a is 0, it must be 1 or more clusters"),
        ([{"name": "a", "parallel": -1}], "parallel of ring a is -1"),
        ([{"name": "a", "parallel": "two"}], "parallel of ring a is 'two'. Give a whole number"),
        ([{"name": "a", "parallel": True}], "parallel of ring a is True. Give a whole number"),
        ([{"name": "a", "parallel": 1.5}], "parallel of ring a is 1.5. Give a whole number"),
        ([{"name": "a", "soak": None}], "soak of ring a is None. Give a whole number"),
        ([{"name": "a", "soak": -5}], "soak of ring a is -5, it must be 0 or more seconds"),
        ([{"name": "a", "window_wait": -5}], "window_wait of ring a is -5"),
        ([{"name": "a", "max_failed": -1}], "max_failed of ring a is -1, it must be 0 or more"),
        ([{"name": "a", "max_failed": 101}], "max_failed of ring a is 101, above 100 percent"),
        ([{"name": "a", "policy": ["x"]}], "policy of ring a is ['x']. Give a dictionary"),
    ],
)
def test_what_cannot_be_right_is_refused(rings: list[Any], message: str) -> None:
    with pytest.raises(InputError) as told:
        from_options(rings)
    assert str(told.value).startswith(message)


@pytest.mark.parametrize(
    ("names", "left"),
    [([], "abc"), (["b"], "b"), (["c", "a"], "ac"), (["a", "b", "c"], "abc")],
)
def test_some_rings_are_taken_in_the_order_of_the_line(names: list[str], left: str) -> None:
    assert "".join(ring.name for ring in only(from_options("abc"), names)) == left


def test_a_ring_that_does_not_exist_cannot_be_taken() -> None:
    with pytest.raises(InputError) as told:
        only(from_options(["dev", "production"]), ["prod"])
    assert str(told.value) == "There is no ring prod. Rings are dev, production"


@pytest.mark.parametrize(
    ("names", "after"), [([], ""), (["a"], "b"), (["a", "b"], "c"), (["c"], ""), (["b"], "c")]
)
def test_the_ring_after_those_of_this_run_has_to_be_let_through(
    names: list[str], after: str
) -> None:
    every = from_options("abc")
    assert following(every, only(every, names)) == after


def test_nothing_follows_no_ring() -> None:
    assert following(from_options("abc"), ()) == ""
