# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first record of a run: what it is about to change, and how it was."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    CsiNode,
    DaemonSet,
    Taint,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    CSINODES,
    DAEMONSETS,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.first_record import (
    write_first_record,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    TARGET,
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    RUNNING,
    a_context,
    a_policy,
)

OLD = (an_instance("w", zone="a"), an_instance("x", zone="a"), an_instance("y", zone="b"))
FOUND = dataclasses.replace(RUNNING, run="earlier", base=2, expected=3, suspended=("AZRebalance",))
"""What an earlier run has recorded, and not restored."""


def recorded(journal: Journal = Journal(), group: Any = None, **more: Any) -> RotationContext:
    """The look at which a run writes its first record."""
    nodes = more.pop("nodes", [a_node(name) for name in "wxy"])
    made = a_group(*OLD, zones=("a", "b"), **(group or {}))
    ctx = a_context(made, nodes, journal, mode="survey", target=None, **more)
    write_first_record(ctx)
    return ctx


class TestANewRun:
    def test_is_named_with_its_group_and_target(self) -> None:
        ctx = recorded()
        journal = ctx.journal
        assert (journal.run, journal.group) == ("r1", "blue")
        assert journal.target == ("lt-1", "2", "ami-new")
        assert ctx.memory.reads.target == TARGET
        assert journal.tainted is True

    def test_takes_desired_for_the_base(self) -> None:
        assert recorded(group={"desired": 5}).journal.account == Account(5, 5)

    def test_forgets_what_is_over(self) -> None:
        before = Journal(canary="passed", canaries=2, failures=("x",), expected_taints=("old",))
        journal = recorded(before).journal
        assert (journal.canary, journal.canaries, journal.failures) == ("", 0, ())
        assert journal.expected_taints == ()

    def test_is_told_with_its_size(self) -> None:
        assert [event.text for event in recorded().events] == ["3 of 3 nodes are outdated"]

    @pytest.mark.parametrize(
        ("group", "suspended", "spread"),
        [
            pytest.param({}, ("AZRebalance",), 1, id="rebalancing was on"),
            pytest.param(
                {"suspended": frozenset(("AZRebalance",))}, (), 0, id="somebody had it off"
            ),
        ],
    )
    def test_says_which_processes_it_will_suspend(
        self, group: dict[str, Any], suspended: tuple[str, ...], spread: int
    ) -> None:
        journal = recorded(group=group).journal
        assert (journal.suspended, journal.spread) == (suspended, spread)

    @pytest.mark.parametrize(
        ("asked", "found", "suspended"),
        [
            ((), (), ("AZRebalance",)),
            (("ScheduledActions",), (), ("AZRebalance", "ScheduledActions")),
            (
                ("ScheduledActions", "AlarmNotification"),
                (),
                ("AZRebalance", "AlarmNotification", "ScheduledActions"),
            ),
            (("AlarmNotification",), ("AlarmNotification",), ("AZRebalance",)),
        ],
    )
    def test_suspends_other_processes_if_asked_and_not_suspended_already(
        self, asked: tuple[Any, ...], found: tuple[str, ...], suspended: tuple[str, ...]
    ) -> None:
        policy = a_policy(suspend_processes=asked)
        journal = recorded(group={"suspended": frozenset(found)}, policy=policy).journal
        assert journal.suspended == suspended

    def test_remembers_the_version_to_go_back_to(self) -> None:
        assert recorded().journal.previous == ("lt-1", "1")

    def test_remembers_the_taints_that_the_group_carries_on_purpose(self) -> None:
        nodes = [a_node("w", taints=(Taint("dedicated", "NoSchedule"),)), a_node("x")]
        assert recorded(nodes=nodes).journal.expected_taints == ("dedicated",)

    def test_names_daemonsets_that_are_broken_already(self) -> None:
        sets = (DaemonSet("kube-system", "lame", "u", 3, 1), DaemonSet("a", "well", "v", 3, 3))
        ctx = recorded(shown={DAEMONSETS: sets})
        assert ctx.journal.broken == ("kube-system/lame",)
        assert ctx.events[0].text == (
            "DaemonSet kube-system/lame is broken already: most of its pods are not ready"
        )

    def test_remembers_what_most_nodes_offer(self) -> None:
        gpu = {"resources": frozenset(("nvidia.com/gpu",))}
        nodes = [a_node("w", **gpu), a_node("x", **gpu), a_node("y")]
        drivers = [CsiNode(name, f"uid-{name}", frozenset(("ebs",))) for name in "wxy"]
        journal = recorded(nodes=nodes, shown={CSINODES: drivers}).journal
        assert journal.offers == ("CSI driver ebs", "resource nvidia.com/gpu")


class TestTheFence:
    PROTECTED = dataclasses.replace(OLD[0], protected=True)

    @pytest.mark.parametrize(
        ("fence", "protects_new", "fenced", "protected", "unprotected"),
        [
            pytest.param(False, False, False, (), (), id="not wanted"),
            pytest.param(True, False, True, ("i-w",), (), id="what was protected"),
            pytest.param(
                True,
                True,
                True,
                ("i-w",),
                ("i-x", "i-y"),
                id="and what was not",
            ),
        ],
    )
    def test_is_recorded_with_what_was_there(
        self,
        fence: bool,
        protects_new: bool,
        fenced: bool,
        protected: tuple[str, ...],
        unprotected: tuple[str, ...],
    ) -> None:
        group = a_group(self.PROTECTED, *OLD[1:], protects_new=protects_new)
        policy = dataclasses.replace(a_policy(1), scale_in_fence=fence)
        ctx = a_context(group, (), Journal(), policy, mode="survey", target=None)
        write_first_record(ctx)
        journal = ctx.journal
        assert (journal.fenced, journal.protected, journal.unprotected) == (
            fenced,
            protected,
            unprotected,
        )
        assert journal.protects_new is (protects_new and fence)

    def test_knows_nothing_of_the_protection_of_what_is_not_in_service_yet(self) -> None:
        """It gets that of the group when it enters service."""
        here, comes = an_instance("w"), an_instance("x", lifecycle="Pending")
        group = a_group(here, comes, protects_new=True)
        ctx = a_context(group, (), Journal(), a_policy(1), mode="survey", target=None)
        write_first_record(ctx)
        assert ctx.journal.unprotected == ("i-w",)

    def test_of_an_earlier_run_is_kept_as_it_found_it(self) -> None:
        known = dataclasses.replace(FOUND, fenced=True, protected=("i-z",))
        assert recorded(known, {"protects_new": True}).journal.protected == ("i-z",)


class TestARunThatResumes:
    def test_keeps_the_base_and_what_was_suspended(self) -> None:
        journal = recorded(FOUND, {"desired": 3}, resumed=True).journal
        assert journal.account == Account(2, 3)
        assert journal.suspended == ("AZRebalance",)
        assert journal.run == "r1"

    def test_says_so(self) -> None:
        ctx = recorded(FOUND, resumed=True)
        assert ctx.events[0].text == "3 of 3 nodes are outdated; resuming an interrupted run"

    @pytest.mark.parametrize(
        ("target", "canary", "after"),
        [
            pytest.param(("lt-1", "2", "x"), "passed", "passed", id="the same version passed"),
            pytest.param(("lt-1", "2", "x"), "failed", "", id="to run again is to try again"),
            pytest.param(("lt-1", "1", "x"), "passed", "", id="another version"),
            pytest.param(("lt-9", "2", "x"), "passed", "", id="another template"),
        ],
    )
    def test_keeps_the_verdict_on_the_same_target_only(
        self, target: tuple[str, str, str], canary: str, after: str
    ) -> None:
        known = dataclasses.replace(FOUND, target=target, canary=canary, canaries=1)
        journal = recorded(known).journal
        assert (journal.canary, journal.canaries) == (after, 1 if after else 0)

    def test_adds_taints_and_keeps_offers(self) -> None:
        known = dataclasses.replace(FOUND, expected_taints=("old",), offers=("resource gpu",))
        nodes = [a_node("w", taints=(Taint("dedicated", "NoSchedule"),))]
        journal = recorded(known, nodes=nodes).journal
        assert journal.expected_taints == ("dedicated", "old")
        assert journal.offers == ("resource gpu",)
