# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Lease of a cluster says of its gate."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shared import (
    NODE_GROUPS,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.closure import (
    GATE_LEASE,
    Closure,
    closure,
    missing_marks,
    written,
)

SINCE = "2026-05-06T07:08:09.000000Z"
CLOSED = Lease(GATE_LEASE, "7", holder="night-7", renewed=SINCE, uid="u-1")
LATER = "2026-05-06T08:00:00.000000Z"
RENEWED = dataclasses.replace(
    CLOSED, renewed=LATER, notes=(("nodeops.rotator/closed-since", SINCE),)
)


@pytest.mark.parametrize(
    ("lease", "found"),
    [
        (None, Closure()),
        (Lease(GATE_LEASE, "8", renewed=SINCE), Closure()),
        (CLOSED, Closure("night-7", SINCE, SINCE)),
        (RENEWED, Closure("night-7", SINCE, LATER)),
    ],
    ids=["never closed", "opened again", "closed", "renewed"],
)
def test_a_gate_is_closed_while_its_lease_names_a_run(lease: Lease | None, found: Closure) -> None:
    assert closure(lease) == found


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (Closure(), ""),
        (
            Closure("night-7", SINCE),
            f"The gate of the cluster is closed since {SINCE} by run night-7",
        ),
    ],
)
def test_only_a_closed_gate_is_told(found: Closure, told: str) -> None:
    assert found.told == told


def test_the_first_closure_creates_the_lease() -> None:
    lease = written(None, "night-7")
    assert (lease.name, lease.resource_version, lease.holder) == (GATE_LEASE, "", "night-7")
    assert lease.labels == (("nodeops.rotator/gate", "closed"),)


def test_opening_keeps_whose_lease_it_is_and_names_nobody() -> None:
    lease = written(CLOSED, "")
    assert (lease.resource_version, lease.uid, lease.holder) == ("7", "u-1", "")
    assert lease.labels == (("nodeops.rotator/gate", "open"),)
    assert closure(lease) == Closure()


def test_the_run_that_has_closed_it_renews_that_and_keeps_since_when() -> None:
    once = dataclasses.replace(written(CLOSED, "night-7"), renewed=LATER)
    assert once == dataclasses.replace(RENEWED, labels=once.labels)
    again = dataclasses.replace(written(once, "night-7"), renewed="later still")
    assert closure(again) == Closure("night-7", SINCE, "later still")


@pytest.mark.parametrize("run", ["", "night-8"])
def test_whoever_comes_after_it_begins_anew(run: str) -> None:
    assert written(RENEWED, run).notes == ()


def test_nobody_takes_it_for_the_lease_of_a_node_group() -> None:
    """A control plane waits for each Lease of these labels that is held."""
    wanted = NODE_GROUPS.partition(",")[0].partition("=")[0]
    assert wanted not in dict(written(None, "night-7").labels)


FOUND = {"labels": {"a": "1", "b": "true"}, "annotations": {"gone": "x", "stays": "y"}}


def test_only_the_marks_that_are_not_there_are_set_and_taken_away() -> None:
    labels = {"a": 1, "b": True, "c": "new"}
    annotations = {"gone": None, "was never": None, "stays": "y"}
    patch = missing_marks(FOUND, labels, annotations)
    assert patch == {"labels": {"c": "new"}, "annotations": {"gone": None}}


@pytest.mark.parametrize(
    ("value", "written_as"),
    [("2", "2"), (2, "2"), (False, "false"), (1.5, "1.5"), ("", ""), (None, None)],
)
def test_a_value_is_written_in_one_word(value: object, written_as: str | None) -> None:
    assert missing_marks(FOUND, {"a": value}, {}) == {"labels": {"a": written_as}}


@pytest.mark.parametrize("metadata", [{}, {"labels": None}, {"labels": {}, "annotations": None}])
def test_what_was_never_there_is_not_taken_away(metadata: dict[str, None]) -> None:
    assert missing_marks(metadata, {"a": None}, {"x": None}) == {}


def test_a_label_is_no_annotation_of_the_same_name() -> None:
    assert missing_marks(FOUND, {"stays": "y"}, {"a": "1"}) == {
        "labels": {"stays": "y"},
        "annotations": {"a": "1"},
    }
