# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Leases say for people."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PAUSED
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report import holdings
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    dump,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import lease_notes

ARN = "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:5:autoScalingGroupName/shop-blue"
BUSY = Journal(run="night-7", group="shop-blue", base=3, expected=4, suspended=("AZRebalance",))


def lease(journal: Journal | str = "", **fields: Any) -> Lease:
    text = journal if isinstance(journal, str) else dump(journal)
    notes = lease_notes(ARN, "shop", "uid-1")
    return Lease("nodeops-rotator-shop-blue-1", journal=text, notes=notes, **fields)


def test_a_lease_names_its_group_cluster_holder_and_run() -> None:
    found = holdings.holding(lease(BUSY, holder="host_7", renewed="10:00", duration=30))
    assert found.lease == "nodeops-rotator-shop-blue-1"
    assert (found.autoscaling_group_name, found.autoscaling_group_arn) == ("shop-blue", ARN)
    assert (found.cluster, found.run) == ("shop", "night-7")
    assert (found.holder, found.renewed, found.duration) == ("host_7", "10:00", 30)
    assert found.problem == ""


def test_a_lease_without_a_record_is_named_by_its_annotations() -> None:
    assert holdings.holding(lease()).autoscaling_group_name == "shop-blue"
    bare = holdings.holding(Lease("nodeops-rotator-x-1"))
    assert (bare.autoscaling_group_name, bare.cluster, bare.state) == ("", "", "free")


@pytest.mark.parametrize(
    ("journal", "holder", "state"),
    [
        (BUSY, "host_7", "held"),
        (Journal(), "host_7", "held"),
        (Journal(handover="night-7"), "host_7", "handed_over"),
        (BUSY, "", "left"),
        (Journal(closing=("Stopped",)), "", "free"),
        (Journal(), "", "free"),
        ("{", "", "unreadable"),
        ("[]", "host_7", "unreadable"),
        ('{"version": 99, "reader": 99}', "host_7", "unreadable"),
    ],
)
def test_the_state_is_that_of_the_holder_and_of_the_record(
    journal: Journal | str, holder: str, state: str
) -> None:
    assert holdings.holding(lease(journal, holder=holder)).state == state


def test_a_record_that_cannot_be_read_says_why() -> None:
    assert "cannot be read" in holdings.holding(lease("{")).problem
    later = holdings.holding(lease('{"version": 99, "reader": 99, "run": "night-7"}'))
    assert "version 99" in later.problem
    assert later.run == "night-7", "what can be understood is told"


def test_a_pause_is_told_with_who_and_why() -> None:
    notes = (*lease().notes, (PAUSED, "anna: incident 4711"))
    found = holdings.holding(dataclasses.replace(lease(BUSY, holder="host_7"), notes=notes))
    assert found.paused == "anna: incident 4711"
    assert holdings.table([found])[2] == "  Paused: anna: incident 4711"
    assert holdings.holding(lease(BUSY)).paused == ""
    assert found.paused_since == ""


@pytest.mark.parametrize(
    ("text", "since", "line"),
    [
        ("anna: incident 4711", "2026-05-06T07:08:09Z", True),
        ("", "2026-05-06T07:08:09Z", True),
        ("false", "2026-05-06T07:08:09Z", False),
    ],
)
def test_since_when_it_is_paused_is_told_if_it_is(text: str, since: str, line: bool) -> None:
    notes = (*lease().notes, (PAUSED, text))
    given = dataclasses.replace(lease(BUSY, holder="host_7"), notes=notes, paused_since=since)
    found = holdings.holding(given)
    assert found.paused_since == (since if line else "")
    shown = [said for said in holdings.table([found]) if said.startswith("  Paused since")]
    assert shown == ([f"  Paused since {since}: {found.paused}"] if line else [])


def test_the_run_that_handed_over_is_named() -> None:
    assert holdings.holding(lease(Journal(handover="night-7"), holder="x")).run == "night-7"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"base": 3, "expected": 5},
            "Desired capacity: 5 counts as set, 3 is the group's own",
        ),
        (
            {"base": 3, "expected": 3, "raise_from": 3},
            "Desired capacity: 3 counts as set, 3 is the group's own",
        ),
        ({"decrements": ("i-1", "i-2")}, "Instances that are being ended: i-1, i-2"),
        ({"max_size": (4, 6)}, "MaxSize: back to 4"),
        ({"suspended": ("AZRebalance",)}, "Processes to resume: AZRebalance"),
        ({"fenced": True}, "Scale-in protection: of all instances"),
        (
            {"fenced": True, "protected": ("i-1",)},
            "Scale-in protection: of all instances but i-1",
        ),
        ({"tainted": True}, "Soft taints of outdated nodes"),
        (
            {"deregistered_targets": (("tg", "i-1", 80), ("tg", "i-2", 80))},
            "Targets that were deregistered: 2",
        ),
        ({"pointer_owed": True, "previous": ("lt-1", "3")}, "Launch template: back to lt-1 3"),
        ({"pointer_owed": True, "previous": ("nodes", "")}, "Launch template: back to nodes"),
        (
            {
                "pointer_owed": True,
                "previous": ("lt-1", "3"),
                "previous_others": (("lt-9", "4"),),
            },
            "Launch template: back to lt-1 3 and lt-9 4",
        ),
    ],
)
def test_each_change_that_stands_is_a_sentence(fields: dict[str, Any], sentence: str) -> None:
    assert holdings.to_restore(Journal(run="r", **fields)) == (sentence,)


def test_what_is_to_be_restored_is_told_exactly_if_the_record_is_not_clean() -> None:
    assert holdings.to_restore(Journal(run="r", base=3, expected=3, canary="passed")) == ()
    every = Journal(
        expected=1,
        decrements=("i-1",),
        max_size=(1, 2),
        suspended=("x",),
        fenced=True,
        tainted=True,
        deregistered_targets=(("tg", "i-1", 80),),
        pointer_owed=True,
    )
    assert len(holdings.to_restore(every)) == 8
    for field in dataclasses.fields(Journal):
        one = Journal(**{field.name: getattr(every, field.name)})
        assert bool(holdings.to_restore(one)) is not one.clean, field.name


def test_the_table_has_a_line_for_each_lease_and_what_it_would_restore() -> None:
    other = Lease(
        "nodeops-rotator-green-2",
        holder="host_9",
        renewed="10:01",
        journal=dump(Journal(run="night-8", group="green")),
    )
    lines = holdings.table(map(holdings.holding, (lease(BUSY), other, lease("{"))))
    assert lines[0].split() == [
        *("NODE", "GROUP", "STATE", "HOLDER", "SINCE", "RENEWED", "RUN"),
    ]
    assert lines[1].split() == ["green", "held", "host_9", "10:01", "night-8"]
    assert lines[2].split() == ["shop-blue", "left", "night-7"]
    assert lines[3] == "  Desired capacity: 4 counts as set, 3 is the group's own"
    assert lines[4] == "  Processes to resume: AZRebalance"
    assert lines[5].split() == ["shop-blue", "unreadable"]
    assert "cannot be read" in lines[6]
    assert len(lines) == 7


def test_a_cluster_without_leases_is_told() -> None:
    assert holdings.table(()) == ["No Lease of a node group"]


def test_every_setting_is_told_in_the_order_in_which_it_matters() -> None:
    journal = Journal(
        run="night-7",
        base=3,
        expected=4,
        max_size=(3, 4),
        suspended=("AZRebalance", "ReplaceUnhealthy"),
        tainted=True,
    )
    assert holdings.to_restore(journal) == (
        "Desired capacity: 4 counts as set, 3 is the group's own",
        "MaxSize: back to 3",
        "Processes to resume: AZRebalance, ReplaceUnhealthy",
        "Soft taints of outdated nodes",
    )


def test_of_many_instances_a_few_are_named() -> None:
    many = tuple(f"i-{number}" for number in range(20))
    (said,) = holdings.to_restore(Journal(run="r", decrements=many))
    assert said.startswith("Instances that are being ended: i-0, i-1")
    assert said.endswith(" more")
    (said,) = holdings.to_restore(Journal(run="r", fenced=True, protected=many))
    assert said.startswith("Scale-in protection: of all instances but i-0, i-1")
    assert said.endswith(" more")


def test_the_table_is_sorted_by_cluster_and_node_group() -> None:
    def named(cluster: str, group: str) -> Lease:
        arn = f"arn:x:autoScalingGroupName/{group}"
        return Lease(f"nodeops-rotator-{group}-1", notes=lease_notes(arn, cluster, ""))

    found = [
        named("shop", "web"),
        named("ops", "zeta"),
        named("shop", "api"),
        named("ops", "alpha"),
    ]
    lines = holdings.table(map(holdings.holding, found))
    assert [line.split()[0] for line in lines[1:]] == ["alpha", "zeta", "api", "web"]


def test_a_lease_that_was_handed_over_is_told_in_words() -> None:
    found = holdings.holding(lease(Journal(handover="night-7"), holder="host_7", renewed="10:00"))
    assert holdings.table([found])[1].split() == [
        "shop-blue",
        "handed",
        "over",
        "host_7",
        "10:00",
        "night-7",
    ]


def test_who_holds_a_lease_is_told_since_when_and_at_what() -> None:
    at_work = dataclasses.replace(
        BUSY, canary="passed", replacing=(("i-1", True, False),), failures=("i-2 is not ready",)
    )
    since = ("host_7", "2026-11-29T08:15:00.123456Z")
    found = holdings.holding(lease(at_work, holder="host_7", acquired=since, renewed="t"))
    assert found.since == "2026-11-29T08:15:00.123456Z"
    assert found.doing == ("Canary: passed", "Being replaced: i-1", "Failed: i-2 is not ready")
    _heading, line, *below = holdings.table([found])
    assert line.split()[2:5] == ["host_7", "2026-11-29T08:15:00Z", "t"]
    assert below[:3] == [f"  {said}" for said in found.doing]


def test_a_lease_that_nobody_holds_is_held_since_nothing() -> None:
    found = holdings.holding(lease(BUSY, acquired=("host_7", "2026-11-29T08:15:00.1Z")))
    assert (found.since, found.doing) == ("", ())
