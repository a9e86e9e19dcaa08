# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Lease of a group: its name, what it says of itself, and who may take it."""

from __future__ import annotations

import re

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    CLUSTER_UID,
    PAUSED,
    PREFIX,
    SIZE_BEFORE,
    SOAK_OWED,
    WAITS,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    dump,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    held_elsewhere,
    in_the_way,
    is_handed,
    label_value,
    lease_labels,
    lease_name,
    lease_notes,
    notes_over,
    other_namespaces,
    pause_in_the_way,
    pause_note,
    paused_by,
    waits,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.signpost import Signpost

ARN = "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:{id}:autoScalingGroupName/{name}"


def test_a_group_has_one_lease_and_another_group_another() -> None:
    arns = [ARN.format(id=id_, name=name) for id_ in "ab" for name in ("blue", "Web_1", "x" * 200)]
    names = {lease_name(arn) for arn in arns}
    assert len(names) == 6
    assert lease_name(arns[0]) == lease_name(arns[0])
    assert lease_name(arns[0]).startswith("nodeops-rotator-blue-")
    assert all(re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", name) for name in names)


@pytest.mark.parametrize("text", ["blue", "", "a.b_c-d", "x" * 63, "x" * 64, "prod/eu", "-a", "ü"])
def test_any_text_becomes_a_label_value(text: str) -> None:
    value = label_value(text)
    assert re.fullmatch(r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?", value)
    assert (value == text) is (text in ("blue", "", "a.b_c-d", "x" * 63))


@pytest.mark.parametrize(
    ("pause", "why"),
    [("anna: incident", "anna: incident"), ("", "without a reason"), ("false", "")],
)
def test_a_pause_that_people_have_set_stays_in_the_lease(pause: str, why: str) -> None:
    notes = ((PAUSED, pause), (CLUSTER_UID, "old"), (PREFIX + "else", "y"), (SIZE_BEFORE, "4"))
    paused = Lease("x", notes=(*notes, (SOAK_OWED, "release 5")))
    kept = dict(lease_notes("arn:1", "", "uid-1", paused))
    assert (kept[PAUSED], kept[CLUSTER_UID], kept[SIZE_BEFORE]) == (pause, "uid-1", "4")
    assert kept[SOAK_OWED] == "release 5"
    assert PREFIX + "else" not in kept
    assert paused_by(paused) == why
    assert paused_by(Lease("x")) == ""


def test_a_note_is_written_over_the_old_one_and_removed_where_it_is_to_be_empty() -> None:
    old = Lease("x", notes=((PAUSED, ""), (SIZE_BEFORE, "4"), (PREFIX + "else", "y")))
    assert notes_over(old, ((CLUSTER_UID, "u"),)) == (
        *((CLUSTER_UID, "u"), (PAUSED, "")),
        (SIZE_BEFORE, "4"),
    )
    assert notes_over(old, ((SIZE_BEFORE, "5"),))[-1] == (SIZE_BEFORE, "5")
    assert notes_over(old, ((SIZE_BEFORE, ""),)) == ((PAUSED, ""),)


def test_a_pause_says_who_and_why() -> None:
    assert pause_note(" anna: incident\n") == "anna: incident"
    assert paused_by(Lease("x", notes=((PAUSED, pause_note("no")),))) == "no"


def test_a_pause_is_in_the_way_of_whatever_begins_in_the_group() -> None:
    paused = Lease("x", notes=((PAUSED, "anna: incident"),))
    assert pause_in_the_way(paused, "blue") == "Node group blue is paused: anna: incident"
    assert pause_in_the_way(Lease("x", notes=((PAUSED, ""),)), "blue").endswith("without a reason")
    assert pause_in_the_way(Lease("x", notes=((PAUSED, "false"),)), "blue") == ""
    assert pause_in_the_way(Lease("x"), "blue") == ""
    assert pause_in_the_way(None, "blue") == ""


@pytest.mark.parametrize("reason", ["", "  ", "false", " false "])
def test_what_would_not_count_as_a_pause_is_refused(reason: str) -> None:
    with pytest.raises(InputError, match="Say who pauses the rotation, and why"):
        pause_note(reason)


def test_a_lease_says_that_its_holder_waits_until_the_next_write_takes_that_back() -> None:
    waiting = Lease("x", notes=lease_notes("arn:1", "", "uid-1", waiting=True))
    assert dict(waiting.notes)[WAITS] == "true"
    assert waits(waiting)
    assert not waits(Lease("x", notes=lease_notes("arn:1", "", "uid-1", waiting)))
    assert not waits(Lease("x"))


def test_labels_are_short_and_annotations_say_it_in_full() -> None:
    long = "x" * 80
    labels = dict(lease_labels(long, "Web 1", "self_managed", "r1"))
    assert labels["nodeops.rotator/run"] == "r1"
    assert len(labels["nodeops.rotator/cluster"]) <= 63
    assert labels["nodeops.rotator/group"].startswith("Web-1-")
    assert labels["app.kubernetes.io/managed-by"] == "nodeops.rotator"
    assert dict(lease_notes("arn:1", long, "uid-1")) == {
        "nodeops.rotator/cluster-uid": "uid-1",
        "nodeops.rotator/autoscaling-group-arn": "arn:1",
        "nodeops.rotator/cluster": long,
    }
    assert "nodeops.rotator/cluster" not in dict(lease_labels("", "a", "b", "c"))


LEFT = Journal(handover="r1", target=("lt", "8", "ami"))
DIRTY = Journal(run="r1", fenced=True)


@pytest.mark.parametrize(
    "journal, run, handed", [(LEFT, "r1", True), (LEFT, "r2", False), (Journal(), "", False)]
)
def test_a_lease_is_left_to_the_run_that_it_names(journal: Journal, run: str, handed: bool) -> None:
    assert is_handed(journal, run) is handed


@pytest.mark.parametrize(
    "holder, journal, run, way",
    [
        ("", Journal(), "r2", ""),
        ("", LEFT, "r2", ""),
        ("x", LEFT, "r1", ""),
        ("x", LEFT, "r2", "Node group blue is held by x (Lease a)"),
        ("x", Journal(), "r2", "Node group blue is held by x (Lease a)"),
        ("x", DIRTY, "r1", "Node group blue is held by x (Lease a)"),
        ("", DIRTY, "r1", ""),
        ("x", DIRTY, "r2", "Lease a records a rotation of node group blue that has not ended (x)"),
        ("", DIRTY, "r2", "Lease a records a rotation of node group blue that has not ended (r1)"),
    ],
)
def test_what_is_in_the_way_of_a_run(holder: str, journal: Journal, run: str, way: str) -> None:
    assert in_the_way(Lease("a", holder=holder, journal=dump(journal)), "blue", run) == way


def test_no_lease_is_in_nobody_s_way() -> None:
    assert in_the_way(None, "blue", "r1") == ""


@pytest.mark.parametrize(
    "own, named, others",
    [
        ("kube-system", "", []),
        ("kube-system", "kube-system", []),
        ("kube-system", "ops", ["ops"]),
        ("ops", "", ["kube-system"]),
        ("ops", "ops", ["kube-system"]),
        ("ops", "x", ["kube-system", "x"]),
    ],
)
def test_a_run_looks_in_the_usual_namespace_and_in_that_of_the_tag(
    own: str, named: str, others: list[str]
) -> None:
    assert other_namespaces(own, Signpost("r1", named)) == others


def test_a_lease_of_another_namespace_is_in_the_way_with_a_way_out() -> None:
    lease = Lease("a", holder="x", journal=dump(DIRTY))
    error = held_elsewhere(lease, "blue", "ops", "r2")
    assert error is not None
    assert "has not ended (x), in namespace ops" in error.message
    assert "lock_namespace: ops" in error.hint
    assert held_elsewhere(None, "blue", "ops", "r2") is None
    assert held_elsewhere(Lease("a"), "blue", "ops", "r2") is None
