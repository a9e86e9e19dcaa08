# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run restores the update config, gives up the Lease and says how it ended."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import WriteLease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    CredentialsError,
    FailedError,
    LockedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.commands import (
    ChangeConfig,
    TagNodegroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import (
    CONFIG_TAG,
    UpdateConfig,
    config_tag,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.ending import (
    RESTORE_LIMIT,
    end,
    fail,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.size import SizeBefore
from ansible_collections.nodeops.rotator.tests.unit.engine.managed.builders import (
    NEW_GROUP,
    NOW,
    RUNNING,
    a_context,
    a_memory,
)

ONE, TWO = UpdateConfig(), UpdateConfig(2)
OWED = dataclasses.replace(NEW_GROUP, config=TWO, tags={CONFIG_TAG: config_tag(ONE, TWO)})
DONE = ("complete", None)


def test_the_lease_is_given_up_before_the_result() -> None:
    ctx = a_context(a_memory(NEW_GROUP, ending=DONE))
    assert end(ctx) is None
    assert [type(one) for one in ctx.commands] == [WriteLease]
    free = a_context(a_memory(NEW_GROUP, ending=DONE, released="done"))
    result = end(free)
    assert result is not None
    assert (result.status, result.error) == DONE
    assert free.events[-1].text == "2 nodes on the target"


def test_the_update_config_goes_back_then_its_tag() -> None:
    ctx = a_context(a_memory(OWED, ending=DONE))
    assert end(ctx) is None
    (command,) = ctx.commands
    assert isinstance(command, ChangeConfig)
    assert command.config == ONE
    back = a_context(a_memory(dataclasses.replace(OWED, config=ONE), ending=DONE))
    end(back)
    assert back.commands == [TagNodegroup("arn", CONFIG_TAG, None)]


def test_a_config_of_somebody_else_is_left_with_a_word() -> None:
    ctx = a_context(a_memory(dataclasses.replace(OWED, config=UpdateConfig(9)), ending=DONE))
    end(ctx)
    assert "somebody changed it after us" in ctx.memory.left[0]
    assert ctx.commands == [TagNodegroup("arn", CONFIG_TAG, None)]


def test_while_eks_replaces_nodes_the_config_is_left_to_the_next_run() -> None:
    running = dataclasses.replace(OWED, updates={"u-1": RUNNING})
    ctx = a_context(a_memory(running, ending=("failed", FailedError("x"))))
    end(ctx)
    assert "The next run restores it" in ctx.memory.left[0]


def test_a_config_that_cannot_be_restored_in_time_is_left() -> None:
    ctx = a_context(a_memory(OWED, ending=DONE))
    end(ctx)
    late = a_context(ctx.memory, now=NOW + RESTORE_LIMIT)
    end(late)
    assert "The next run restores it" in late.memory.left[0]


def test_a_tag_that_is_not_ours_is_named() -> None:
    ctx = a_context(a_memory(dataclasses.replace(OWED, tags={CONFIG_TAG: "x"}), ending=DONE))
    end(ctx)
    assert "says 'x', which is not read" in ctx.memory.left[0]


@pytest.mark.parametrize(
    ("error", "changed", "status"),
    [
        (FailedError("x"), False, "refused"),
        (FailedError("x"), True, "failed"),
        (CredentialsError("x"), True, "suspended"),
        (LockedError("x"), True, "failed"),
    ],
)
def test_an_error_says_how_the_run_ends(error: Exception, changed: bool, status: str) -> None:
    ctx = a_context(a_memory(NEW_GROUP, changed=changed, released="done"))
    result = fail(ctx, error)  # type: ignore[arg-type]
    assert result is not None
    assert (result.status, result.error) == (status, error)


def test_a_group_that_somebody_enlarged_is_told() -> None:
    ctx = a_context(
        a_memory(NEW_GROUP, ending=DONE, seen=("u",), desired_before=1, released="done")
    )
    result = end(ctx)
    assert result is not None
    assert "somebody enlarged the group" in result.warnings[0]


def test_a_group_that_a_failed_update_has_left_larger_is_told_with_that_update() -> None:
    size = SizeBefore(1, "release r-old")
    for status in ("complete", "unchanged"):
        memory = a_memory(NEW_GROUP, ending=(status, None), size=size, desired_before=1)
        result = end(a_context(dataclasses.replace(memory, released="done")))
        assert result is not None
        (warning,) = result.warnings
        assert "is 2, it was 1 before the update to release r-old: an update did not" in warning
