# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at a node group once, for a module with the options of SPEC."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.autoscaling import (
    AutoScaling,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.cluster import (
    count,
    evidence_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.describe import describe
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import (
    Look,
    LookOptions,
    from_params,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Service
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    BUDGETS,
    NODES,
    SERVICES,
    Feed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import USUAL_NAMESPACE
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import load
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import lease_name
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.node_index import (
    by_instance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    DRAIN_PREFIX,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import ASSUME_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.drain import DRAIN_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC, connect
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.options import options_of
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result

GROUP_SPEC: dict[str, Any] = {
    "autoscaling_group_name": {"type": "str", "required": True},
    "cluster_name": {"type": "str"},
    "lock_namespace": {"type": "str", "default": USUAL_NAMESPACE},
}
"""Options that name a node group and its Lease."""
SPEC: dict[str, Any] = {
    **ASSUME_SPEC,
    **KUBE_SPEC,
    **GROUP_SPEC,
    **options_of(LookOptions, ("image_id", "max_node_age", "boot_timeout", "repair")),
    **{DRAIN_PREFIX + name: spec for name, spec in DRAIN_SPEC.items()},
    "before": {"type": "dict"},
}
"""All options of node_group_info but those of amazon.aws."""


def inspect(module: AnsibleAWSModule) -> Result:
    """Read the node group of the parameters and describe it."""
    look = _look(module, from_params(module.params))
    return Result(describe(look, module.params["before"]))


def _look(module: AnsibleAWSModule, options: LookOptions) -> Look:
    group = AutoScaling(Aws(RawAws(module))).read_group(options.group)
    kube = KubeClient(connect(module), module.params["lock_namespace"])
    lease = kube.read_lease(lease_name(group.arn))
    ids = {instance.id for instance in group.instances if not instance.kept}
    found = by_instance(kube.records(NODES))
    nodes = {id_: node for id_, node in found.items() if id_ in ids}
    evidence = evidence_of(group.name, group.tags, options.cluster, kube.cluster_uid(), lease)
    return Look(
        group=group,
        nodes=nodes,
        pods=tuple(kube.records(Feed("pods"))),
        budgets=tuple(kube.records(BUDGETS)),
        lease=lease,
        journal=load(lease.journal if lease else ""),
        image_id=options.image_id,
        max_age=options.max_node_age,
        evidence=count(evidence, group.instances, nodes, group.read_at, options.boot_timeout),
        repair=options.repair,
        drain=options.drain,
        services=_services(kube) if group.targets else (),
    )


def _services(kube: KubeClient) -> tuple[Service, ...] | None:
    """Return the Services of the cluster, None if they may not be read."""
    try:
        return tuple(kube.records(SERVICES))
    except ForbiddenError:
        return None
