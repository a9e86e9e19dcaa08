# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe a node group, as node_group_info returns it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks import preflight, verify
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.burdens import (
    Burden,
    burdens,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.cluster import (
    wrong_cluster,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.refusals import refusal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.preflight import (
    EKS_DRAIN,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group, Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    kind_of,
    replaced_by_eks,
)


def describe(look: Look, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the values of node_group_info.

    `before`: an earlier snapshot to compare with, None to compare with nothing.
    """
    group = look.group
    if by_eks := replaced_by_eks(group.tags):
        look = dataclasses.replace(look, drain=EKS_DRAIN)
    refused = (_wrong_cluster(look), None if by_eks else refusal(group))
    found = burdens(look)
    nodes = [_node(look, one, found.get(one.id, Burden())) for one in group.launched]
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
        "refusals": [str(error) for error in refused if error is not None],
        "preflight": list(preflight.warnings(look)),
        "waits": list(preflight.waits(look)),
        "blockers": list(preflight.blockers(look)),
        "leads": list(look.leads),
        "locked_by": look.lease.holder if look.lease else "",
        "interrupted": not look.journal.clean,
        "durations": {"boots": list(look.journal.boots), "drains": list(look.journal.drains)},
        "snapshot": preflight.snapshot(look),
        "problems": list(verify.problems(look, before)),
    }


def _wrong_cluster(look: Look) -> RefusedError | None:
    work = any(look.outdated(instance) for instance in look.group.launched)
    return wrong_cluster(look.evidence, look.repair, work) if look.evidence else None


def _target(group: Group) -> dict[str, str]:
    target = group.resolved
    fields = ("template", "template_name", "version", "image_id")
    return {name: getattr(target, name) for name in fields}


def _node(look: Look, instance: Instance, burden: Burden) -> dict[str, Any]:
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
        "age": round(look.group.read_at - instance.launched_at) if instance.launched_at else None,
        "outdated": look.outdated(instance),
        "pods": burden.pods,
        "volumes": list(burden.volumes),
        "in_the_way": list(burden.in_the_way),
    }
