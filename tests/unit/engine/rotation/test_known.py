# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a look derives from group, nodes and record, and does not repeat."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import SetDesired
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Target
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Changed,
    reduce,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import lease_name
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.known import NODES
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    TARGET,
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    RUNNING,
    a_context,
    a_policy,
)

GROUP = a_group(an_instance("w"), an_instance("x"))
NODES_HERE = (a_node("w"), a_node("x"))


def a_look(group: Any = GROUP, **more: Any) -> Any:
    """A look at two outdated nodes."""
    return a_context(group, more.pop("nodes", NODES_HERE), **more)


def test_before_the_first_read_nothing_may_be_asked_of_the_group() -> None:
    with pytest.raises(RuntimeError, match="the group has not been read yet"):
        _group = a_look(None).group


class TestTheTarget:
    OTHER = dataclasses.replace(TARGET, version="3")

    @pytest.mark.parametrize(
        ("resolved", "begun", "target"),
        [
            pytest.param(TARGET, None, TARGET, id="as read, before the run begins"),
            pytest.param(OTHER, TARGET, TARGET, id="as it was at the beginning"),
            pytest.param(None, TARGET, TARGET, id="also when it is deleted meanwhile"),
            pytest.param(None, None, Target("", ""), id="nothing, where there is none"),
        ],
    )
    def test_is_fixed_at_the_beginning(self, resolved: Any, begun: Any, target: Target) -> None:
        ctx = a_look(dataclasses.replace(GROUP, resolved=resolved), target=begun)
        assert ctx.target == target


class TestDesiredAndBase:
    RAISE = SetDesired("blue", 4)

    @pytest.mark.parametrize(
        ("account", "acts", "desired"),
        [
            pytest.param(Account(2, 3), {}, 3, id="as accounted for"),
            pytest.param(Account(2, 4, 2), {}, 2, id="a raise that was not issued"),
            pytest.param(Account(2, 4, 2), {RAISE: NOW}, 4, id="a raise that was"),
        ],
    )
    def test_count_our_own_acts(self, account: Account, acts: Any, desired: int) -> None:
        ctx = a_look(journal=RUNNING.accounted(account), acts=acts)
        assert ctx.desired == desired

    def test_are_as_read_before_a_run_begins(self) -> None:
        ctx = a_look(dataclasses.replace(GROUP, desired=7), journal=Journal())
        assert (ctx.desired, ctx.base) == (7, 7)

    @pytest.mark.parametrize(
        ("base", "desired", "min_size", "expected"),
        [(2, 3, 0, 2), (2, 3, 3, 3), (2, 3, 9, 3), (2, 1, 9, 2)],
        ids=["as recorded", "MinSize is more", "but never above desired", "nor below the record"],
    )
    def test_the_base_is_never_below_the_minimum(
        self, base: int, desired: int, min_size: int, expected: int
    ) -> None:
        group = dataclasses.replace(GROUP, min_size=min_size, desired=desired)
        ctx = a_look(group, journal=RUNNING.accounted(Account(base, desired)))
        assert ctx.base == expected

    def test_the_window_is_of_the_base_and_never_of_nothing(self) -> None:
        empty = a_look(a_group(), nodes=(), policy=a_policy(0, 1))
        assert (empty.base, empty.window.unavailable) == (0, 1)


@pytest.mark.parametrize(
    ("more", "fresh"),
    [
        pytest.param({}, True, id="read after our last act"),
        pytest.param({"acted": NOW}, True, id="read when it ended"),
        pytest.param({"acted": NOW + 0.1}, False, id="read before it ended"),
        pytest.param({"journal": RUNNING.accounted(Account(2, 3, 2))}, False, id="a raise unseen"),
        pytest.param(
            {
                "journal": RUNNING.accounted(Account(1, 2, None, ("i-w",))),
                "marks": Marks(gone=frozenset(("i-w",))),
            },
            False,
            id="a decrement unseen",
        ),
        pytest.param(
            {"journal": RUNNING.accounted(Account(1, 2, None, ("i-w",)))},
            True,
            id="a decrement that was not asked for",
        ),
    ],
)
def test_a_read_is_fresh_if_it_shows_what_we_did(more: dict[str, Any], fresh: bool) -> None:
    assert a_look(**more).read_fresh is fresh


@pytest.mark.parametrize(
    ("written", "recorded"), [(RUNNING, True), (Journal(), False), (None, False)]
)
def test_only_what_is_written_is_recorded(written: Journal | None, recorded: bool) -> None:
    ctx = a_look()
    ctx.note(journal=RUNNING, written=written)
    assert ctx.recorded is recorded


def test_the_lease_follows_from_the_arn_alone() -> None:
    group = dataclasses.replace(GROUP, arn="arn:aws:autoscaling:eu-west-1:1:blue")
    assert a_look(group).lease == lease_name(group.arn)


@pytest.mark.parametrize(
    ("own", "types", "timeout"),
    [
        pytest.param(60.0, ("m5.large",), 60.0, id="as the user says"),
        pytest.param(None, ("m5.large",), 900.0, id="the usual"),
        pytest.param(None, ("m5.large", "p4d.24xlarge"), 1800.0, id="accelerators take longer"),
        pytest.param(60.0, ("p4d.24xlarge",), 60.0, id="unless the user says"),
    ],
)
def test_how_long_a_boot_may_take(
    own: float | None, types: tuple[str, ...], timeout: float
) -> None:
    members = [an_instance(f"{n}", type=name) for n, name in enumerate(types)]
    policy = dataclasses.replace(a_policy(), boot_timeout=own)
    assert a_look(a_group(*members), policy=policy).boot_timeout == timeout


class TestTheSituation:
    def test_is_the_same_object_while_nothing_changes(self) -> None:
        ctx = a_look()
        assert ctx.situation is ctx.situation

    def test_of_the_next_look_is_the_same_while_other_nodes_change(self) -> None:
        ctx = a_look()
        before = ctx.situation
        stranger = a_node("elsewhere", provider_id="aws:///a/i-elsewhere")
        ctx.view = View(reduce(ctx.view.cache, [Changed(NODES, stranger)]))
        assert ctx.situation is before
        assert set(ctx.by_instance) == {"i-w", "i-x", "i-elsewhere"}

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"group": dataclasses.replace(GROUP, read_at=1.0)}, id="another read"),
            pytest.param({"marks": Marks(gone=frozenset(("i-w",)))}, id="marks"),
            pytest.param({"journal": RUNNING.accounted(Account(1, 2))}, id="the account"),
            pytest.param({"target": Target("lt-1", "9")}, id="the target"),
        ],
    )
    def test_is_made_anew_when_what_it_is_made_of_changes(self, change: dict[str, Any]) -> None:
        ctx = a_look()
        before = ctx.situation
        ctx.note(**change)
        assert ctx.situation is not before

    def test_is_made_anew_when_one_of_its_nodes_changes(self) -> None:
        ctx = a_look()
        before = ctx.situation
        cordoned = dataclasses.replace(NODES_HERE[0], unschedulable=True)
        ctx.view = View(reduce(ctx.view.cache, [Changed(NODES, cordoned)]))
        assert ctx.situation is not before
        node = ctx.situation.members[0].node
        assert node is not None
        assert node.unschedulable is True

    def test_judges_the_age_of_nodes_once_at_the_beginning(self) -> None:
        new = an_instance("n", fresh=True, launched_at=1900.0)
        policy = dataclasses.replace(a_policy(), max_node_age=50.0)
        late = a_look(a_group(new), policy=policy, first_read_at=1940.0)
        assert late.situation.outdated == ()
        early = a_look(a_group(new), policy=policy, first_read_at=1960.0)
        assert [member.id for member in early.situation.outdated] == ["i-n"]
