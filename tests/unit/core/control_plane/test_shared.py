# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Lease that a control plane shares: who is out, and which holder is alive."""

from __future__ import annotations

import json

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shared import (
    CONTROL_PLANES,
    NODE_GROUPS,
    OUT,
    goes_first,
    living,
    noticed,
    out_note,
    out_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model import selectors
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import WAITS

HELD = Lease("l", holder="him", renewed="t1", duration=30)


def noted(text: str) -> Lease:
    return Lease("l", notes=((OUT, text),))


@pytest.mark.parametrize(
    ("kind", "plane", "node_group"),
    [
        ("kops_control_plane", True, False),
        ("kops_apiserver", True, False),
        ("control_plane", False, False),
        ("kops_node", False, True),
        ("kops_bastion", False, True),
        ("self_managed", False, True),
    ],
)
def test_whose_leases_are_looked_for(kind: str, plane: bool, node_group: bool) -> None:
    """The Lease that all share is of no group."""
    labels = {"app.kubernetes.io/managed-by": "nodeops.rotator", "nodeops.rotator/kind": kind}
    assert selectors.parse(CONTROL_PLANES).matches(labels) is plane
    assert selectors.parse(NODE_GROUPS).matches(labels) is node_group


def test_what_is_noted_of_the_node_that_is_out_can_be_read_again() -> None:
    text = out_note("masters-a", "i-1", "r1")
    assert json.loads(text) == {"group": "masters-a", "instance": "i-1", "run": "r1"}
    assert out_of(noted(text)) == ("masters-a", "i-1")
    assert out_note("masters-a", "", "r1") == ""


@pytest.mark.parametrize(
    ("lease", "out"),
    [
        (None, ("", "")),
        (Lease("l"), ("", "")),
        (noted("{"), ("", "{")),
        (noted("{}"), ("", "{}")),
        (noted("[]"), ("", "[]")),
    ],
)
def test_what_cannot_be_read_names_no_group(lease: Lease | None, out: tuple[str, str]) -> None:
    assert out_of(lease) == out


def test_a_lease_is_noticed_from_when_it_was_first_as_it_is() -> None:
    seen = noticed({}, [HELD], 100.0)
    assert seen == {"l": ("t1", 100.0)}
    assert noticed(seen, [HELD], 150.0) == seen
    renewed = Lease("l", holder="him", renewed="t2", duration=30)
    assert noticed(seen, [renewed], 150.0) == {"l": ("t2", 150.0)}
    assert noticed(seen, [Lease("l", renewed="t1")], 150.0) == {}


@pytest.mark.parametrize(
    ("lease", "now", "alive"),
    [
        (HELD, 100.0, True),
        (HELD, 129.9, True),
        (HELD, 130.0, False),
        (Lease("l", renewed="t1", duration=30), 100.0, False),
        (Lease("l", holder="him", renewed="t1"), 100.5, True),
        (Lease("l", holder="him", renewed="t1"), 101.0, False),
        (Lease("other", holder="him", renewed="t1", duration=30), 9999.0, True),
    ],
)
def test_a_holder_is_dead_once_nothing_has_changed_for_the_duration(
    lease: Lease, now: float, alive: bool
) -> None:
    assert living(lease, {"l": ("t1", 100.0)}, now) is alive


@pytest.mark.parametrize(
    ("waiting", "limit", "first"),
    [
        (True, 1, "a-works"),
        (True, 2, "a-works"),
        (True, 3, ""),
        (False, 1, "a-works"),
        (False, 2, ""),
    ],
)
def test_who_is_at_work_goes_before_us_and_who_waits_by_its_name(
    waiting: bool, limit: int, first: str
) -> None:
    word = ((WAITS, "true"),)
    leases = (
        Lease("a-works", "1", "her", "t", 30),
        Lease("b-waits", "1", "him", "t", 30, notes=word),
        Lease("c-own", "1", "me", "t", 30, notes=word if waiting else ()),
        Lease("d-waits", "1", "them", "t", 30, notes=word),
        Lease("e-dead", "1", "late", "t", 30),
        Lease("f-free", "1", "", "t", 30),
    )
    seen = {one.name: ("t", 100.0) for one in leases} | {"e-dead": ("t", 60.0)}
    found = goes_first("c-own", waiting, leases, seen, 100.0, limit)
    assert (found.name if found else "") == first


def test_the_leases_of_node_groups_are_ours_and_no_part_of_a_control_plane() -> None:
    assert NODE_GROUPS == (
        "app.kubernetes.io/managed-by=nodeops.rotator,nodeops.rotator/kind notin"
        " (control_plane,kops_control_plane,kops_apiserver)"
    )


def test_a_holder_that_renews_lives_for_as_long_as_it_does() -> None:
    seen: dict[str, tuple[str, float]] = {}
    for now in range(0, 300, 10):
        lease = Lease("l", holder="him", renewed=f"t{min(now, 200)}", duration=30)
        seen = noticed(seen, [lease], float(now))
        assert living(lease, seen, float(now)) is (now < 230), now


def test_each_lease_is_noticed_by_itself() -> None:
    others = [Lease(name, holder="x", renewed="t") for name in "abc"]
    seen = noticed({"b": ("t", 5.0)}, others, 9.0)
    assert seen == {"a": ("t", 9.0), "b": ("t", 5.0), "c": ("t", 9.0)}
