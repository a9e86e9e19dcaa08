# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Lease in other namespaces, look by look."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ReadLease,
    SetTag,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    LockedError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SIGNPOST
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.signpost import Signpost
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    capacity,
    namespaces,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    Retry,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group, an_instance
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    LEASE,
    NOW,
    a_context,
    a_policy,
)

FREE, HELD = Lease(LEASE), Lease(LEASE, holder="other")
READ = ReadLease(LEASE, "kube-system")


def a_look(read: Any = None, at: float = NOW, wait: float = 0, **more: Any) -> RotationContext:
    """A look of a run whose Lease is in `ops`.

    `read`: the Lease in kube-system, read at `at`.
    """
    elsewhere = {} if read is None else {"kube-system": (read if read != "none" else None, at)}
    policy = a_policy(lock_namespace="ops", lock_wait=wait)
    return a_context(a_group(), policy=policy, **{"elsewhere": elsewhere, **more})


@pytest.mark.parametrize("read", ["none", FREE])
def test_nothing_is_in_the_way_of_what_was_just_read(read: Any) -> None:
    ctx = a_look(read)
    assert namespaces.free_elsewhere(ctx)
    assert ctx.commands == []


@pytest.mark.parametrize("read, at", [(None, NOW), (FREE, NOW - 3)])
def test_what_is_unread_or_old_is_read(read: Any, at: float) -> None:
    ctx = a_look(read, at)
    assert not namespaces.free_elsewhere(ctx)
    assert ctx.commands == [READ]


def test_a_held_one_is_waited_for_as_long_as_wanted() -> None:
    with pytest.raises(LockedError, match="in namespace kube-system"):
        namespaces.free_elsewhere(a_look(HELD))
    ctx = a_look(HELD, wait=NOW + 1)
    assert not namespaces.free_elsewhere(ctx)
    assert ctx.wake == NOW + 2
    with pytest.raises(LockedError):
        namespaces.free_elsewhere(a_look(HELD, wait=NOW))


def test_after_ours_was_written_the_others_are_read_anew() -> None:
    ctx = a_look(FREE, NOW - 1)
    assert not namespaces.alone(ctx)
    assert ctx.commands == [READ]
    assert namespaces.alone(a_look(FREE, NOW))


def test_who_sees_another_holder_gives_its_own_up() -> None:
    ctx = a_look(HELD)
    assert not namespaces.alone(ctx)
    (write,) = ctx.commands
    assert isinstance(write, WriteLease)
    assert write.lease.holder == ""
    assert isinstance(ctx.memory.report.problem, LockedError)


def test_in_the_midst_of_a_run_it_ends_on_the_spot() -> None:
    tags = {SIGNPOST: Signpost("other", "x", "uid-1").text}
    policy, elsewhere = a_policy(), {"x": (HELD, NOW)}
    with pytest.raises(LockedError, match="in namespace x"):
        namespaces.look_again(a_context(a_group(tags=tags), policy=policy, elsewhere=elsewhere))


def test_nothing_begins_and_the_tag_stays_while_another_namespace_is_unread() -> None:
    tags = {SIGNPOST: Signpost("other", "x", "uid-1").text}
    ctx = a_context(a_group(an_instance("w"), tags=tags))
    assert "is being looked up in namespace x" in namespaces.pending(ctx)
    capacity.fence(ctx)
    assert not any(isinstance(command, SetTag) for command in ctx.commands)
    free = a_context(a_group(an_instance("w"), tags=tags), elsewhere={"x": (FREE, NOW)})
    assert namespaces.pending(free) == ""
    capacity.fence(free)
    assert any(isinstance(command, SetTag) for command in free.commands)


def test_with_the_usual_namespace_nothing_more_is_read() -> None:
    ctx = a_context(a_group())
    assert namespaces.free_elsewhere(ctx)
    assert namespaces.alone(ctx)
    assert not namespaces.pending(ctx)
    namespaces.look_again(ctx)
    assert ctx.commands == []


@pytest.mark.parametrize(
    "error, since, ends",
    [
        (ForbiddenError("no"), NOW - 59, False),
        (ForbiddenError("no"), NOW - 60, True),
        (UnreachableError("gone"), NOW, False),
        (UnreachableError("gone"), NOW - 15, True),
    ],
)
def test_what_may_not_be_read_ends_it(error: Any, since: float, ends: bool) -> None:
    more = {"retries": {READ: Retry(1, NOW, error)}, "timers": {"in kube-system": since}}
    if ends:
        with pytest.raises(type(error)):
            namespaces.free_elsewhere(a_look(**more))
    else:
        assert not namespaces.free_elsewhere(a_look(**more))


SIGN = Signpost("r1", "ops", "uid-1").text
THEIRS = Signpost("other", "kube-system", "uid-1").text
SET, TAKEN_OFF = SetTag("blue", SIGNPOST, SIGN), SetTag("blue", SIGNPOST, None)


def a_claim(sign: str = "", since: float = NOW, **more: Any) -> RotationContext:
    """A look of a run that holds its Lease in `ops`, and has not begun.

    `sign`: what the tag has said `since`.
    """
    tags = {SIGNPOST: sign} if sign else {}
    fields: dict[str, Any] = {"mode": "survey", "elsewhere": {"kube-system": (FREE, NOW)}, **more}
    policy = a_policy(lock_namespace=fields.pop("place", "ops"))
    policy = dataclasses.replace(policy, restore_only=fields.pop("restores", False))
    timers = {f"tag {sign}": since, **fields.pop("timers", {})}
    return a_context(a_group(tags=tags), policy=policy, timers=timers, **fields)


def released(ctx: RotationContext) -> bool:
    """Return whether this look gives the Lease up."""
    return any(isinstance(one, WriteLease) and not one.lease.holder for one in ctx.commands)


@pytest.mark.parametrize("more", [{"place": "kube-system"}, {"restores": True}])
def test_the_usual_namespace_and_putting_back_need_no_claim(more: dict[str, Any]) -> None:
    ctx = a_claim(**more)
    assert namespaces.claimed(ctx)
    assert ctx.commands == []


def test_a_claim_begins_with_the_tag() -> None:
    ctx = a_claim()
    assert not namespaces.claimed(ctx)
    assert ctx.commands == [SET]


def test_the_tag_of_another_run_is_written_over_once_its_lease_is_seen_to_be_free() -> None:
    unread = a_claim(THEIRS, elsewhere={"kube-system": (FREE, NOW - 1)})
    assert not namespaces.claimed(unread)
    assert unread.commands == [READ]
    free = a_claim(THEIRS)
    assert not namespaces.claimed(free)
    assert free.commands == [SET]
    held = a_claim(THEIRS, elsewhere={"kube-system": (HELD, NOW)})
    assert not namespaces.claimed(held)
    assert released(held)
    assert SET not in held.commands
    assert isinstance(held.memory.report.problem, LockedError)


@pytest.mark.parametrize(
    ("ago", "lease", "read", "done"),
    [
        pytest.param(29.0, FREE, 0.0, False, id="not everybody can have read the tag"),
        pytest.param(30.0, FREE, 0.1, False, id="the Lease was read before everybody could"),
        pytest.param(30.0, FREE, 0.0, True, id="nobody has taken a Lease"),
        pytest.param(40.0, None, 5.0, True, id="there is none"),
        pytest.param(30.0, HELD, 0.0, False, id="somebody has taken one"),
    ],
)
def test_a_claim_is_over_once_everybody_can_have_read_the_tag(
    ago: float, lease: Any, read: float, done: bool
) -> None:
    ctx = a_claim(SIGN, NOW - ago, elsewhere={"kube-system": (lease, NOW - read)})
    assert namespaces.claimed(ctx) is done
    gives_way = lease is HELD
    assert released(ctx) is gives_way
    assert isinstance(ctx.memory.report.problem, LockedError) is gives_way
    assert (READ in ctx.commands) is (ago == 30.0 and read == 0.1)


def test_who_may_not_set_the_tag_gives_up() -> None:
    error = ForbiddenError("no tags")
    since = {f"not let in {SetTag.__name__}": NOW - 60}
    ctx = a_claim(retries={SET: Retry(9, NOW + 1, error)}, timers=since)
    assert not namespaces.claimed(ctx)
    assert ctx.memory.report.problem is error


@pytest.mark.parametrize(
    ("sign", "lease", "commands", "done", "left"),
    [
        pytest.param("", FREE, [], True, 0, id="there is no tag"),
        pytest.param(THEIRS, FREE, [], True, 0, id="it is another run's"),
        pytest.param(SIGN, FREE, [TAKEN_OFF], False, 0, id="it is ours"),
        pytest.param(SIGN, HELD, [], True, 1, id="another run may have written over it"),
    ],
)
def test_our_tag_is_taken_off_unless_another_run_may_have_written_it(
    sign: str, lease: Any, commands: list[Any], done: bool, left: int
) -> None:
    ctx = a_claim(sign, elsewhere={"kube-system": (lease, NOW)})
    assert namespaces.withdrawn(ctx) is done
    assert ctx.commands == commands
    assert len(ctx.memory.report.left) == left
