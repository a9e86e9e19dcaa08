# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One look at a node group for a module that has the options of SPEC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.autoscaling import (
    AutoScaling,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks import preflight, verify
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.refusals import refusal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group, Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import kind_of
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    lease_name,
    load,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    by_instance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC, connect

SPEC: dict[str, Any] = {
    **KUBE_SPEC,
    "autoscaling_group_name": {"type": "str", "required": True, "aliases": ["group"]},
    "image_id": {"type": "str", "default": ""},
    "max_node_age": {"type": "int"},
    "force": {"type": "bool", "default": False},
    "delete_emptydir_data": {"type": "bool", "default": False},
    "before": {"type": "dict"},
    "cluster_name": {"type": "str"},
    "lock_namespace": {"type": "str", "default": "kube-system"},
}
"""All options of node_group_info but those of amazon.aws."""


def look_at(module: AnsibleAWSModule) -> Look:
    """Read the node group of the module's parameters. Raises core.errors."""
    params = module.params
    name = params["autoscaling_group_name"]
    if not name:
        raise InputError(
            "autoscaling_group_name is empty",
            "Give the name of the node group's Auto Scaling group",
        )
    group = AutoScaling(Aws(RawAws(module))).read_group(name)
    kube = KubeClient(connect(module), params["lock_namespace"])
    lease = kube.read_lease(lease_name(group.arn))
    ids = {instance.id for instance in group.instances}
    nodes = by_instance(kube.records(Feed("nodes")))
    return Look(
        group=group,
        nodes={id_: node for id_, node in nodes.items() if id_ in ids},
        pods=tuple(kube.records(Feed("pods"))),
        budgets=tuple(kube.records(Feed("poddisruptionbudgets"))),
        lease=lease,
        journal=load(lease.journal if lease else ""),
        image_id=params["image_id"],
        max_age=params["max_node_age"],
        drain=DrainPolicy(
            force=params["force"], delete_emptydir_data=params["delete_emptydir_data"]
        ),
    )


def describe(look: Look, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """The look as node_group_info returns it."""
    group, refused = look.group, refusal(look.group)
    nodes = [_node(look, instance) for instance in group.launched]
    target = group.resolved
    return {
        "autoscaling_group_name": group.name,
        "kind": kind_of(group.tags).name,
        "sizes": {
            "desired": group.desired,
            "min": group.min_size,
            "max": group.max_size,
            "launched": len(nodes),
        },
        "zones": list(group.zones),
        "target": _target(group) if target else None,
        "image_ids": sorted({node["image_id"] for node in nodes if node["image_id"]}),
        "nodes": nodes,
        "outdated": sum(bool(node["outdated"]) for node in nodes),
        "refusals": [str(refused)] if refused else [],
        "preflight": list(preflight.warnings(look)),
        "blockers": list(preflight.blockers(look)),
        "snapshot": preflight.snapshot(look),
        "problems": list(verify.problems(look, before)),
    }


def _target(group: Group) -> dict[str, str]:
    target = group.resolved
    fields = ("template", "template_name", "version", "image_id")
    return {name: getattr(target, name) for name in fields}


def _node(look: Look, instance: Instance) -> dict[str, Any]:
    node = look.nodes.get(instance.id)
    return {
        "name": node.name if node else "",
        "instance_id": instance.id,
        "instance_type": instance.type,
        "zone": instance.zone,
        "image_id": instance.image_id,
        "lifecycle": instance.lifecycle,
        "ready": bool(node and node.ready),
        "kubelet_version": node.kubelet_version if node else "",
        "outdated": look.outdated(instance),
    }
