# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A default that an update has moved besides goes back to where it was."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import (
    describe_group,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.pointers import (
    point_back,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.unit.operations.builders import BuiltAccount

POINTERS = pytest.mark.parametrize("pointer", ["3", "$Latest"])


def updated(built: BuiltAccount, pointer: str) -> None:
    """A group and the default of its template, which was 1, launch the new image."""
    built.template = built.add_template("green", 3)
    built.add_group(pointer)
    built.later()
    built.update(image_id=built.new, set_default=True)
    assert built.template.default == 4
    built.later()


@POINTERS
def test_by_a_rollback(built: BuiltAccount, pointer: str) -> None:
    updated(built, pointer)
    built.update(rollback=True)
    assert built.template.default == 1
    built.later()
    assert not built.update(rollback=True).changed


@POINTERS
def test_with_the_group_after_a_failed_canary(built: BuiltAccount, pointer: str) -> None:
    updated(built, pointer)
    aws = Aws(aws_call(built.account))
    for _time in range(2):
        point_back(aws, describe_group(aws, "blue"), [(built.template.id, "3")])
        built.later()
        assert built.template.default == 1
    assert built.pointer() == pointer
    last = int(pointer) if pointer.isdigit() else built.template.latest
    assert built.image(last) == built.old


def test_the_version_that_was_the_default_is_not_pruned(built: BuiltAccount) -> None:
    """It is ours, nobody uses it now, and a rollback makes it the default again."""
    updated(built, "3")
    built.update(image_id=built.old)
    built.later()
    outcome = built.update(image_id=built.new, set_default=True, keep=0)
    assert (built.template.default, built.pointer()) == (6, "6")
    assert [part.prune for part in outcome.parts] == [()]
    built.later()
    built.update(rollback=True)
    assert (built.template.default, built.pointer()) == (4, "5")
