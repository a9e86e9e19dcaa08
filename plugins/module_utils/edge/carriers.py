# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell what carries nodes, for a module with the options of SPEC."""

from __future__ import annotations

import datetime
import os
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kops.client import Kops
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import ASSUME_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kops import (
    STORE,
    RawKops,
    store_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC, connect
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.fleet.carriers import (
    read_carriers,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.karpenter import (
    karpenter_groups,
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
    others += _by_karpenter(module, [one.name for one in found])
    return Result({"carriers": carriers, "others": others})


def _by_karpenter(module: AnsibleAWSModule, shown: list[str]) -> list[str]:
    """Return what the state store says of groups that Karpenter manages."""
    cluster = module.params["kops_cluster"] or ""
    if not (cluster and (module.params["kops_state_store"] or os.environ.get(STORE))):
        return []
    try:
        kops = Kops(RawKops(module), cluster, store_of(module.params))
    except InputError as error:
        return [f"which instance groups Karpenter manages is not known: {error.message}"]
    return karpenter_groups(kops, cluster, shown)
