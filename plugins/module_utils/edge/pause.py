# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pause or resume the rotation of a node group, for a module with SPEC's options."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import (
    describe_group,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.leases import (
    annotate_lease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PAUSED
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import kind_of
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    lease_labels,
    lease_name,
    lease_notes,
    pause_note,
    paused_by,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import ASSUME_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.handover import (
    check_groups,
    cluster_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC, connect
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.node_group import GROUP_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result

SPEC: dict[str, Any] = {
    **ASSUME_SPEC,
    **KUBE_SPEC,
    **GROUP_SPEC,
    "state": {"type": "str", "choices": ["paused", "resumed"], "default": "paused"},
    "reason": {"type": "str"},
}
"""All options of rotation_pause but those of amazon.aws."""


def pause(module: AnsibleAWSModule) -> Result:
    """Set or remove the annotation of the node group's Lease."""
    params = module.params
    why = pause_note(params["reason"] or "") if params["state"] == "paused" else ""
    aws, call = Aws(RawAws(module)), connect(module)
    group = describe_group(aws, params["autoscaling_group_name"])
    kube = KubeClient(call, params["lock_namespace"])
    uid = check_groups(kube, aws, (group,), group.name, {**params, "repair": False})
    lease = kube.read_lease(lease_name(group.arn))
    before = paused_by(lease) if lease is not None else ""
    if before != why and not module.check_mode:
        if lease is not None:
            annotate_lease(call, params["lock_namespace"], lease, PAUSED, why or None)
        else:
            kube.write_lease(_first_lease(group, cluster_of(params), uid, why))
    return Result(
        {
            "lease": lease_name(group.arn),
            "paused": why,
            "paused_before": before,
            "holder": lease.holder if lease is not None else "",
        },
        changed=before != why,
    )


def _first_lease(group: DescribedGroup, cluster: str, uid: str, why: str) -> Lease:
    """Return the Lease of a group that no run has had yet, held by nobody."""
    kind = kind_of(group.tags).name
    return Lease(
        lease_name(group.arn),
        labels=lease_labels(cluster, group.name, kind, ""),
        notes=tuple(sorted((*lease_notes(group.arn, cluster, uid), (PAUSED, why)))),
    )
