# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say why a group has fewer instances, or fewer nodes, than it should."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.refusals import refusal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group, Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed

REPAIRING = ("HealthCheck", "ReplaceUnhealthy", "Terminate", "Launch")
"""Processes without which Auto Scaling does not replace a stopped instance."""


def why_short(group: Group) -> str:
    """Return why the group lacks instances, as far as it can be seen."""
    if refused := refusal(group):
        return str(refused)
    suspended = [name for name in REPAIRING if name in group.suspended]
    stopped = [one.id for one in group.instances if one.state in ("stopping", "stopped")]
    if stopped:
        why = f" while {suspended[0]} is suspended" if suspended else ""
        return f"instance {listed(stopped)} is stopped and was not replaced{why}"
    if group.activity or not suspended:
        return group.activity or "no scaling activity says why"
    return (
        f"its process {suspended[0]} is suspended, without which an instance that has ended is not"
        " replaced. Find out who suspended it and resume it: aws autoscaling resume-processes"
    )


def namesake(instance: Instance, nodes: Iterable[Node]) -> Node | None:
    """Return the Node of this name that does not name the instance, or None.

    Its kubelet may run under it. A name proves nothing, so it is for people, and to be careful.
    """
    name = instance.private_dns
    named = (node for node in nodes if name and node.name == name)
    return next((node for node in named if node.instance_id != instance.id), None)


def runs_under(instance: Instance, node: Node) -> bool:
    """Return whether the kubelet of an instance seems to run under its namesake.

    Then the Node is Ready, or a kubelet has said since the launch that it is not. Of a machine that
    is silent the control plane says that it does not know.
    """
    return node.ready is True or (node.ready is False and node.ready_since > instance.launched_at)


def misnamed(node: Node) -> str:
    """Return what a new instance waits for under whose name this Node stands."""
    if not node.provider_id:
        return f"node {node.name} to say which instance it is: its spec.providerID is empty"
    other = node.instance_id or node.provider_id
    return f"node {node.name} to name it: its spec.providerID is that of {other}"
