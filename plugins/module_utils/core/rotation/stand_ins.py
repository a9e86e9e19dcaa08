# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotate instances that are no nodes of the cluster, such as bastions.

Each is given a Node that stands in for the one it does not have: Ready once it is in service, and
without pods. Nothing is written on it. That its instance is being replaced only the record says.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import REPLACING
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.recorded import (
    RECORDED,
    Replaced,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import Size


def stand_ins(group: Group, recorded: Iterable[Replaced] = ()) -> dict[str, Node]:
    """Return a Node for each instance of the group, by instance ID.

    `recorded`: the instances that are being replaced.
    """
    leaving = {found[0] for found in recorded}
    return {
        one.id: Node(
            one.id,
            one.id,
            "",
            f"aws:///{one.zone}/{one.id}",
            zone=one.zone,
            ready=one.lifecycle == "InService" and one.state == "running",
            annotations={REPLACING: RECORDED} if one.id in leaving else {},
        )
        for one in group.instances
    }


def one_by_one(policy: RotationPolicy) -> RotationPolicy:
    """Return the options by which such a group is rotated, whoever asks for what.

    One instance at a time goes, after the one in its place has come: nothing evicts who is logged
    in, and a group of one would otherwise be down.
    """
    return dataclasses.replace(
        policy, max_surge=Size(1), max_unavailable=Size(0), readiness_gates=()
    )
