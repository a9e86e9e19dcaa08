# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes with our marks are restored also when no longer in service."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Command,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    EXCLUDE,
    MARKED_IN,
    REPLACING,
    SCALE_DOWN_DISABLED,
    SHIELDED,
    WAS_CORDONED,
    WAS_EXCLUDED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    SOFT_TAINT,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import outside
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    Retry,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import NOW, a_context

REPLACED = {REPLACING: "r0", MARKED_IN: "blue"}
AWAY = a_node("w", unschedulable=True, labels={EXCLUDE: "true"}, annotations=REPLACED)
HIDDEN = {SHIELDED: "r0", SCALE_DOWN_DISABLED: "true", MARKED_IN: "blue"}


class TestWhatIsTakenOff:
    def test_is_everything_that_a_replacement_puts_on(self) -> None:
        change = outside.as_found(AWAY, False)
        assert change.unschedulable is False
        assert change.labels == ((EXCLUDE, None),)
        assert dict(change.annotations).keys() == {
            REPLACING,
            MARKED_IN,
            WAS_CORDONED,
            WAS_EXCLUDED,
        }
        assert change.taints is None

    def test_is_not_the_cordon_or_the_label_that_was_there_before(self) -> None:
        notes = {**REPLACED, WAS_CORDONED: "true", WAS_EXCLUDED: "true"}
        change = outside.as_found(a_node("w", unschedulable=True, annotations=notes), False)
        assert change.unschedulable is None
        assert change.labels == ()

    def test_is_the_shield_of_ours_only(self) -> None:
        ours = outside.as_found(a_node("w", annotations=HIDDEN), True)
        theirs = a_node("w", annotations={**REPLACED, SCALE_DOWN_DISABLED: "true"})
        assert {SHIELDED, SCALE_DOWN_DISABLED} <= dict(ours.annotations).keys()
        assert SCALE_DOWN_DISABLED not in dict(outside.as_found(theirs, False).annotations)
        assert ours.unschedulable is None

    def test_is_the_soft_taint_and_no_other(self) -> None:
        other = a_node("v", taints=("a=b:NoSchedule",)).taints
        node = a_node("w", annotations=REPLACED)
        tainted = _with_taints(node, (*other, SOFT_TAINT))
        assert outside.as_found(tainted, False).taints == other


def _with_taints(node: Node, taints: Any) -> Node:
    return a_node(node.name, annotations=dict(node.annotations), taints=taints)


class TestANodeThatLeftTheGroup:
    """Its instance was detached, in this run or one before."""

    LONG: ClassVar = {"detached i-w": NOW - outside.DETACHED}

    def look(self, former: Instance, node: Node = AWAY, **more: Any) -> tuple[bool, list[Command]]:
        """Return whether all is put back, and what was issued for it."""
        group = a_group(an_instance("x"), former=(former,))
        ctx = a_context(group, [a_node("x"), node], **more)
        return outside.restore_outside(ctx), ctx.commands

    def test_is_put_back_once_reads_have_shown_for_a_minute_that_it_runs_on(self) -> None:
        done, commands = self.look(an_instance("w"), timers=self.LONG)
        assert not done
        assert commands == [ChangeNode("w", "1", outside.as_found(AWAY, False))]
        assert self.look(an_instance("w")) == (False, []), "one read may be late"

    @pytest.mark.parametrize(
        "former",
        [
            pytest.param(an_instance("w", state="terminated"), id="it has ended"),
            pytest.param(an_instance("w", state="shutting-down"), id="it is ending"),
            pytest.param(an_instance("w", state=""), id="EC2 does not know it"),
            pytest.param(an_instance("w", kept=True), id="it was kept for people to look into"),
            pytest.param(an_instance("v"), id="another one"),
        ],
    )
    def test_stays_as_it_is_otherwise(self, former: Instance) -> None:
        assert self.look(former, timers=self.LONG) == (True, [])

    def test_is_found_by_the_record_where_somebody_took_off_our_marks(self) -> None:
        node = a_node("w", annotations={SCALE_DOWN_DISABLED: "true"})
        journal = Journal(run="r0", group="blue", shielded=("i-w",))
        _done, commands = self.look(an_instance("w"), node, timers=self.LONG, journal=journal)
        assert commands == [ChangeNode("w", "1", outside.as_found(node, True))]

    def test_stays_as_it_is_in_another_group(self) -> None:
        theirs = a_node("w", unschedulable=True, annotations={**REPLACED, MARKED_IN: "green"})
        assert self.look(an_instance("w"), theirs, timers=self.LONG) == (True, [])

    def test_holds_up_nothing_where_it_may_not_be_written(self) -> None:
        command = ChangeNode("w", "1", outside.as_found(AWAY, False))
        denied = {command: Retry(1, NOW + 9, ForbiddenError("no"))}
        timers = {**self.LONG, "not let in ChangeNode": NOW - 60}
        assert self.look(an_instance("w"), timers=timers, retries=denied)[0] is True


class TestANodeInStandby:
    """Somebody has put its instance there in mid-run; it counts for nothing."""

    def look(self, node: Node, **instance: Any) -> tuple[bool, list[Command]]:
        """Return whether all is put back, and what was issued for it."""
        away = an_instance("w", **{"lifecycle": "Standby", **instance})
        ctx = a_context(a_group(an_instance("x"), away), [a_node("x"), node])
        return outside.restore_outside(ctx), ctx.commands

    @pytest.mark.parametrize(
        "node",
        [
            pytest.param(AWAY, id="it was being replaced"),
            pytest.param(a_node("w", annotations=HIDDEN), id="it was new"),
            pytest.param(a_node("w", taints=(SOFT_TAINT,)), id="it was outdated"),
            pytest.param(
                a_node("w", annotations={MARKED_IN: "blue"}), id="somebody has taken off its taint"
            ),
        ],
    )
    def test_is_put_back(self, node: Node) -> None:
        done, commands = self.look(node)
        assert not done
        assert commands == [
            ChangeNode("w", "1", outside.as_found(node, SHIELDED in node.annotations))
        ]

    def test_without_a_mark_is_left_alone(self) -> None:
        theirs = a_node("w", unschedulable=True, annotations={SCALE_DOWN_DISABLED: "true"})
        assert self.look(theirs) == (True, [])

    def test_that_we_keep_is_left_alone(self) -> None:
        assert self.look(AWAY, kept=True) == (True, [])

    def test_that_is_ending_is_left_alone(self) -> None:
        assert self.look(AWAY, state="shutting-down") == (True, [])

    def test_is_left_alone_while_it_serves(self) -> None:
        assert self.look(AWAY, lifecycle="InService") == (True, [])
