# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell what carries nodes, for a module with the options of SPEC."""

from __future__ import annotations

import datetime
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import ASSUME_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC, connect
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.fleet.carriers import (
    read_carriers,
)

SPEC: dict[str, Any] = {
    **ASSUME_SPEC,
    **KUBE_SPEC,
    "cluster_name": {"type": "str"},
    "rotated": {"type": "list", "elements": "str"},
}
"""All options of node_carriers_info but those of amazon.aws."""


def tell_carriers(module: AnsibleAWSModule) -> Result:
    """Read the nodes of the cluster and say what carries them."""
    now = datetime.datetime.now(datetime.UTC)
    found = read_carriers(Aws(RawAws(module)), connect(module), now)
    carriers = [
        {
            "kind": one.kind,
            "name": one.name,
            "nodes": list(one.nodes),
            "drifted": list(one.drifted),
            "held": list(one.held),
            "unread": one.unread,
            "pods": list(one.pods),
            "held_by": list(one.held_by),
            "rotated_by": one.rotated_by,
        }
        for one in found
    ]
    rotated = module.params["rotated"]
    others = [one.text for one in found if not one.rotated_with(rotated)]
    return Result({"carriers": carriers, "others": others})
