# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each command makes its one call."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.commands import (
    ChangeConfig,
    NodegroupName,
    ReadNodegroup,
    ReadRooms,
    TagNodegroup,
    UpdateVersion,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import (
    UpdateConfig,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedTarget,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports

WEB, TARGET = NodegroupName("c", "web"), ManagedTarget("r", "ami")


class Recorder:
    """Notes each call."""

    def __getattr__(self, name: str) -> Any:
        return lambda *given: (name, *given)


@pytest.mark.parametrize(
    ("command", "call"),
    [
        (ReadNodegroup(WEB, ("u",)), ("read", "c", "web", ("u",))),
        (ReadRooms(("i-1",)), ("rooms", ("i-1",))),
        (
            UpdateVersion(WEB, TARGET, True, "t"),
            ("update_version", "c", "web", TARGET, True, "t"),
        ),
        (
            ChangeConfig(WEB, UpdateConfig(2), "t"),
            ("update_config", "c", "web", UpdateConfig(2), "t"),
        ),
    ],
)
def test_a_command_is_one_call(command: Any, call: tuple[Any, ...]) -> None:
    recorder: Any = Recorder()
    assert command.apply(Ports(None, recorder, recorder)) == call
    assert command.service == "aws"


def test_a_tag_is_one_call() -> None:
    told: list[Any] = []
    recorder: Any = Recorder()
    recorder.tag = lambda *given: told.append(given)
    TagNodegroup("arn", "k", None).apply(Ports(None, recorder, recorder))
    assert told == [("arn", "k", None)]


def test_the_updates_whose_end_is_awaited_do_not_tell_reads_apart() -> None:
    assert ReadNodegroup(WEB, ("u",)) == ReadNodegroup(WEB)


def test_without_a_port_there_is_no_call() -> None:
    recorder: Any = Recorder()
    with pytest.raises(LookupError, match="EKS"):
        ReadNodegroup(WEB).apply(Ports(None, recorder))
