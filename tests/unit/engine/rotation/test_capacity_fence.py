# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fence, and what is not done twice or without a record."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    Protect,
    ProtectNew,
    ReadGroup,
    SetMaxSize,
    SetTag,
    Suspend,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SIGNPOST
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Foreign,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.signpost import (
    Signpost,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    capacity,
    restore,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    REPEAT,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    Retry,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    RUNNING,
    a_context,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.test_capacity import (
    FENCED,
    NODES,
    OLD,
)

SIGN = Signpost("r1", "kube-system", "uid-1").text


def test_the_fence_is_put_up_in_batches_and_tells_whether_it_stands() -> None:
    many = tuple(an_instance(f"{number:03}") for number in range(120))
    ctx = a_context(a_group(*many), journal=FENCED)
    capacity.fence(ctx)
    assert not capacity.fenced(ctx)
    assert ctx.commands[:3] == [
        Suspend("blue", ("AZRebalance",)),
        SetTag("blue", SIGNPOST, SIGN),
        ProtectNew("blue", True),
    ]
    batches = [
        command.instances
        for command in ctx.commands[3:]
        if isinstance(command, Protect) and command.protected
    ]
    assert [len(batch) for batch in batches] == [50, 50, 20]
    assert len({id_ for batch in batches for id_ in batch}) == 120
    done = tuple(dataclasses.replace(instance, protected=True) for instance in many)
    state = {
        "suspended": frozenset(("AZRebalance", "Other")),
        "protects_new": True,
        "tags": {SIGNPOST: SIGN},
    }
    up = a_context(a_group(*done, **state), journal=FENCED)
    capacity.fence(up)
    assert capacity.fenced(up)
    assert up.commands == []


def test_only_instances_in_service_are_protected_and_nothing_without_the_fence() -> None:
    pending = a_group(
        an_instance("p", lifecycle="Pending"),
        an_instance("t", lifecycle="Terminating"),
        tags={SIGNPOST: SIGN},
    )
    ctx = a_context(pending, journal=dataclasses.replace(FENCED, suspended=()))
    capacity.fence(ctx)
    assert not capacity.fenced(ctx)
    assert ctx.commands == [ProtectNew("blue", True)]
    bare = a_context(a_group(*OLD, tags={SIGNPOST: SIGN}), journal=RUNNING)
    capacity.fence(bare)
    assert capacity.fenced(bare)
    assert bare.commands == []


@pytest.mark.parametrize(("lifecycle", "down"), [("Pending", False), ("InService", True)])
def test_the_fence_is_down_only_when_every_instance_is_in_service(
    lifecycle: str, down: bool
) -> None:
    """One that is Pending may get its protection before the setting goes back."""
    journal = dataclasses.replace(FENCED, suspended=())
    ctx = a_context(a_group(*OLD, an_instance("p", lifecycle=lifecycle)), journal=journal)
    restore.restored(ctx)
    assert ctx.journal.fenced is not down
    late = a_context(ctx.group, journal=journal, now=NOW + 600, timers={"unfence": NOW})
    restore.restored(late)
    told = [sentence for sentence in late.memory.report.left if "i-p is not in service" in sentence]
    assert bool(told) is not down


def test_writes_of_others_are_told_once() -> None:
    ctx = a_context(a_group(*OLD), NODES, foreign=(Foreign(4, 6, 6),))
    capacity.tell_foreign(ctx)
    capacity.tell_foreign(ctx)
    (event,) = ctx.events
    assert event.phase == "resized"
    assert "from 4 to 6" in event.text
    assert "counts as 6" in event.text


@pytest.mark.parametrize("pause, issued", [(5.0, False), (0.0, True)])
def test_what_failed_lately_waits(pause: float, issued: bool) -> None:
    command = SetMaxSize("blue", 5)
    ctx = a_context(a_group(), retries={command: Retry(1, NOW + pause, RefusedError("no"))})
    ctx.do(command)
    assert bool(ctx.commands) is issued
    assert issued or ctx.wake == pytest.approx(NOW + pause)


def test_what_was_done_lately_is_not_done_again_whatever_reads_say() -> None:
    command = SetMaxSize("blue", 5)
    assert [bool(acted(command, ago)) for ago in (1.0, REPEAT - 1, REPEAT + 1)] == [
        False,
        False,
        True,
    ]


def acted(command: Command, ago: float) -> list[Command]:
    """What is issued of a command that succeeded so long ago."""
    ctx = a_context(a_group(), acts={command: NOW - ago})
    ctx.do(command)
    return ctx.commands


def test_nothing_but_reading_is_done_without_lock_or_record() -> None:
    for held, recorded in ((False, True), (True, False)):
        ctx = a_context(a_group())
        ctx.may_act = held
        if not recorded:
            ctx.record(base=9)
        ctx.do(SetMaxSize("blue", 5))
        ctx.do(ReadGroup("blue"))
        assert ctx.commands == [ReadGroup("blue")]
