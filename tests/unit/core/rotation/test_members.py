# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is outdated, who is available, who goes next: tables."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    LAUNCHED,
    Instance,
    Target,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    NEEDS_UPDATE,
    REPLACING,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Marks,
    outdated,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.node_index import (
    by_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    NEW,
    TARGET,
    a_group,
    a_node,
    an_instance,
    members,
)

CONFIGURATION = Target("config-b", "", "ami-new", "config-b", 1000.0)
EQUIVALENT = dataclasses.replace(TARGET, equivalent_versions=frozenset("1"))


@pytest.mark.parametrize(
    "instance, target, node, age, why",
    [
        (an_instance("a", fresh=True), TARGET, None, None, ""),
        (an_instance("a"), TARGET, None, None, "version 1, target is 2"),
        (
            an_instance("a", source=("lt-1", "9")),
            TARGET,
            None,
            None,
            "version 9, target is 2",
        ),  # newer is not the target either
        (
            an_instance("a", source=("lt-2", "2")),
            TARGET,
            None,
            None,
            "launched from lt-2 version 2, target is lt-1 version 2",
        ),
        (
            an_instance("a", source=("", "")),
            TARGET,
            None,
            None,
            "launched from an unknown template",
        ),
        (
            an_instance("a", image_id="ami-new"),
            EQUIVALENT,
            None,
            None,
            "",
        ),  # another version that says the same
        (
            an_instance("a", source=("config-a", "")),
            CONFIGURATION,
            None,
            None,
            "launched from config-a, target is config-b",
        ),
        (
            an_instance("a", source=("config-b", ""), image_id="ami-new"),
            CONFIGURATION,
            None,
            None,
            "",
        ),
        # the same version, whose image is a parameter that moved on
        (an_instance("a", source=NEW), TARGET, None, None, "runs image ami-old, target is ami-new"),
        (
            an_instance("a", source=NEW, image_id="ami-newer", launched_at=1500.0),
            TARGET,
            None,
            None,
            "",
        ),
        (an_instance("a", source=NEW, image_id=""), TARGET, None, None, ""),
        (an_instance("a", source=NEW), dataclasses.replace(TARGET, image_id=""), None, None, ""),
        # age, and marked by a person
        (an_instance("a", fresh=True), TARGET, None, 899.0, "older than 899 s"),
        (an_instance("a", fresh=True), TARGET, None, 901.0, ""),
        (an_instance("a", fresh=True, launched_at=0.0), TARGET, None, 1.0, ""),
        (
            an_instance("a", fresh=True, launched_at=TARGET.resolved_at - 1),
            TARGET,
            a_node("a", annotations={NEEDS_UPDATE: ""}),
            None,
            f"marked {NEEDS_UPDATE}",
        ),
        (
            an_instance("a", fresh=True, launched_at=TARGET.resolved_at + 1),
            TARGET,
            a_node("a", annotations={NEEDS_UPDATE: ""}),
            None,
            "",
        ),
        (an_instance("a", fresh=True), TARGET, a_node("a", annotations={"other": ""}), None, ""),
    ],
)
def test_outdated(
    instance: Instance, target: Target, node: Node | None, age: float | None, why: str
) -> None:
    found = outdated(instance, node, target, 2000.0, age)
    assert found.startswith(why)
    assert bool(found) == bool(why)


@pytest.mark.parametrize(
    "lifecycle, state, counts",
    [(word, "running", True) for word in sorted(LAUNCHED)]
    + [("Pending", "pending", True), ("Pending", "", True), ("InService", "", True)]
    + [
        (word, "running", False)
        for word in (
            "Terminating",
            "Terminating:Wait",
            "Standby",
            "EnteringStandby",
            "Detaching",
            "Warmed:Stopped",
        )
    ]
    + [
        ("InService", state, False)
        for state in ("shutting-down", "terminated", "stopping", "stopped")
    ],
)
def test_launched(lifecycle: str, state: str, counts: bool) -> None:
    instance = an_instance("a", lifecycle=lifecycle, state=state)
    assert instance.launched is counts
    assert len(members(a_group(instance))) == counts


@pytest.mark.parametrize(
    "fresh, ready, marked, marks, available",
    [
        (False, True, False, {}, True),
        (False, False, False, {}, False),
        (False, None, False, {}, False),  # Unknown is not Ready
        (False, True, True, {}, False),
        (False, True, False, {"selected": {"i-a"}}, False),
        (
            False,
            True,
            True,
            {"skipped": {"i-a"}},
            False,
        ),  # put back, and its node does not say so yet
        (False, True, False, {"skipped": {"i-a"}}, True),
        (True, True, False, {}, False),  # a fresh one has to be judged first
        (True, True, False, {"joined": {"i-a"}}, True),
        (True, None, False, {"joined": {"i-a"}}, False),
    ],
)
def test_available(
    fresh: bool, ready: bool | None, marked: bool, marks: dict[str, set[str]], available: bool
) -> None:
    node = a_node("a", ready, annotations={REPLACING: "r0"} if marked else {})
    known = Marks(**{name: frozenset(ids) for name, ids in marks.items()})
    member = members(a_group(an_instance("a", fresh)), node, marks=known)["a"]
    assert member.available is available
    assert member.marked is marked


def test_a_node_that_an_operator_cordoned_is_available_and_one_without_node_is_not() -> None:
    found = members(a_group(an_instance("a"), an_instance("b")), a_node("a", unschedulable=True))
    assert found["a"].available
    assert not found["b"].available
    assert found["b"].name == "i-b"


def test_what_we_ended_is_no_member_whatever_a_late_read_says() -> None:
    assert list(
        members(a_group(an_instance("a"), an_instance("b")), marks=Marks(gone=frozenset(("i-a",))))
    ) == ["b"]


def test_of_two_nodes_that_claim_one_instance_the_younger_counts_and_others_are_left_out() -> None:
    young = a_node("young", provider_id="aws:///a/i-1", created=20.0)
    nodes = [
        a_node("old", provider_id="aws:///a/i-1", created=10.0),
        young,
        a_node("none", provider_id=""),
        a_node("gce", provider_id="gce://x/i-2"),
    ]
    assert by_instance(nodes) == by_instance(reversed(nodes)) == {"i-1": young}


@pytest.mark.parametrize(
    ("kind", "source", "why"),
    [
        pytest.param("m5.large", ("lt-1", "2"), "", id="current"),
        pytest.param("c5.large", ("lt-8", "7"), "", id="current by its override"),
        pytest.param("c5.large", ("lt-8", "5"), "", id="by a version that says the same"),
        pytest.param("c5.large", ("lt-8", "6"), "version 6, target is 7", id="an older version"),
        pytest.param(
            "c5.large",
            ("lt-1", "2"),
            "launched from lt-1 version 2, target is lt-8 version 7",
            id="of the template of another type",
        ),
    ],
)
def test_with_a_template_for_its_type_an_instance_is_judged_by_that(
    kind: str, source: tuple[str, str], why: str
) -> None:
    own = Target("lt-8", "7", types=("c5.large",), equivalent_versions=frozenset(("5",)))
    target = dataclasses.replace(TARGET, types=("m5.large",), others=(own,))
    instance = an_instance("w", source=source, type=kind, image_id="")
    assert outdated(instance, None, target, 2000.0, None) == why
