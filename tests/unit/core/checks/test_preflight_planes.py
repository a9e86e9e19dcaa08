# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What preflight says of a group of a control plane: what it has not looked at."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.preflight import (
    blockers,
    warnings,
)
from ansible_collections.nodeops.rotator.tests.unit.core.checks.builders import look

KOPS = {"kops.k8s.io/instancegroup": "g", "KubernetesCluster": "prod.example.com"}


@pytest.mark.parametrize(
    ("role", "told"),
    [("control-plane", True), ("master", True), ("node", False), ("bastion", False)],
)
def test_that_only_the_rotation_looks_at_a_control_plane_is_told(role: str, told: bool) -> None:
    seen = look()
    tags = {**KOPS, f"k8s.io/role/{role}": "1"}
    group = dataclasses.replace(seen.group, tags=tags)
    found = warnings(dataclasses.replace(seen, group=group))
    assert any("is part of a control plane" in one for one in found) is told


def test_it_stops_nobody() -> None:
    seen = look()
    group = dataclasses.replace(seen.group, tags={**KOPS, "k8s.io/role/master": "1"})
    assert blockers(dataclasses.replace(seen, group=group)) == blockers(seen)
