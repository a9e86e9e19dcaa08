# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each command on a control plane makes one call of its port."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    READS,
    ListLeases,
    ReadBackups,
    ReadComponents,
    ReadMachines,
    ReadRecords,
    ReadShared,
    WriteShared,
    WriteWayBack,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports

LEASE = Lease("shared")


class Noting:
    """A port that answers with what it was called with."""

    def __getattr__(self, name: str) -> Any:
        return lambda *given: (name, *given)


@pytest.mark.parametrize(
    ("command", "call", "service"),
    [
        (ReadMachines("prod"), ("read_machines", "prod"), "aws"),
        (ReadBackups(("s",)), ("newest_backups", ("s",)), "aws"),
        (ReadRecords(("n",)), ("read_records", ("n",)), "aws"),
        (ReadComponents(("a",)), ("read_components", ("a",), {}), "kubernetes"),
        (ReadShared("shared"), ("read_lease", "shared"), "kubernetes"),
        (WriteShared(LEASE), ("write_lease", LEASE), "kubernetes"),
        (ListLeases("k=v"), ("list_leases", "k=v"), "kubernetes"),
        (WriteWayBack("name", "text"), ("write", "name", "text"), "local"),
    ],
)
def test_a_command_is_one_call(command: Any, call: tuple[Any, ...], service: str) -> None:
    port: Any = Noting()
    assert command.apply(Ports(port, port, notes=port)) == call
    assert command.service == service


def test_a_write_is_no_read() -> None:
    assert WriteShared not in READS
    assert len(READS) == 7
