# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find what is wrong after a rotation: nodes, leftovers, workloads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks import aside
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.preflight import (
    count,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PREFIX, SKIP
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted, listed


def problems(look: Look, before: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return what is wrong after a rotation, one sentence each.

    `before`: a preflight.snapshot; without it nothing is compared with the state before.
    """
    return (
        *_behind(look),
        *_left_behind(look),
        *_changed(look, before or {}),
        *_less_ready(look, before or {}),
    )


def _behind(look: Look) -> Iterator[str]:
    """Find nodes that are missing, outdated or not Ready."""
    group, nodes = look.group, look.nodes
    called = {
        instance.id: nodes[instance.id].name if instance.id in nodes else instance.id
        for instance in group.launched
    }
    if group.resolved is None:
        yield f"What Auto Scaling group {group.name} launches from does not exist"
    outdated = (instance.id for instance in group.launched if look.outdated(instance))
    if old := sorted(called[id_] for id_ in outdated if id_ not in look.left_outdated):
        yield f"{len(old)} of {len(called)} nodes do not run the target: {listed(old)}"
    yield from aside.left(look)
    unready = (called[id_] for id_ in called if id_ not in nodes or nodes[id_].ready is not True)
    if missing := sorted(unready):
        yield f"{len(missing)} of {len(called)} nodes are not Ready: {listed(missing)}"
    if len(called) < group.desired:
        yield f"Auto Scaling group {group.name} has {len(called)} of {group.desired} instances"


def _left_behind(look: Look) -> Iterator[str]:
    """Find marks of a rotation that are still there."""
    for node in sorted(look.nodes.values(), key=lambda node: node.name):
        ours = [
            key
            for key in (*node.annotations, *node.labels)
            if key.startswith(PREFIX) and key != SKIP
        ]
        ours += [taint.key for taint in node.taints if taint.key.startswith(PREFIX)]
        if ours:
            yield f"Node {node.name} still carries {', '.join(sorted(ours))}"
    if tags := sorted(key for key in look.group.tags if key.startswith(PREFIX)):
        yield f"Auto Scaling group {look.group.name} still has the tag {listed(tags)}"
    if look.lease and look.lease.holder:
        yield f"Node group {look.group.name} is still locked by {look.lease.holder}"
    if not look.journal.clean:
        yield (
            f"The record of node group {look.group.name} lists settings that are not restored"
            " yet. Run again to restore them"
        )


def _changed(look: Look, before: Mapping[str, Any]) -> Iterator[str]:
    """Find settings of the group that a rotation changed and did not restore."""
    group = look.group
    if (found := before.get("max_size", group.max_size)) < group.max_size:
        yield f"MaxSize of Auto Scaling group {group.name} is {group.max_size}, it was {found}"
    was_suspended = before.get("suspended", group.suspended)
    if extra := sorted(group.suspended - set(was_suspended)):
        yield f"Auto Scaling group {group.name} still has {listed(extra)} suspended"
    if group.protects_new and not before.get("protects_new", True):
        yield f"Auto Scaling group {group.name} still protects new instances from scale-in"
    protected = [instance.id for instance in group.launched if instance.protected]
    if protected and not before.get("protected", True) and not before.get("protects_new", True):
        yield (
            f"Auto Scaling group {group.name} still protects"
            f" {counted(len(protected), 'instance')} from scale-in: {listed(protected)}"
        )


def _less_ready(look: Look, before: Mapping[str, Any]) -> Iterator[str]:
    """Find workloads with fewer ready pods than before, unless they were scaled down."""
    known: Mapping[str, Any] = before.get("workloads") or {}
    now = count(look, set(known))
    for name, was in sorted(known.items()):
        pods, ready = now[name]["pods"], now[name]["ready"]
        if ready < int(was["ready"]) and pods > ready:
            yield f"{name} has {ready} of {pods} pods ready, it had {was['ready']} ready"
