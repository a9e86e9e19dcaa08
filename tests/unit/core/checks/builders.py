# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at a node group of three nodes, of which a test changes what it is about."""

from __future__ import annotations

import dataclasses
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group,
    Instance,
    Target,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Budget,
    Node,
    Owner,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse

TARGET = Target("lt-1", "2", "ami-new", "blue", resolved_at=1000.0)
OLD, NEW = ("lt-1", "1"), ("lt-1", "2")


def instance(number: int, **changes: Any) -> Instance:
    """An outdated instance in service."""
    fields = {"source": OLD, "image_id": "ami-old", "launched_at": 500.0, **changes}
    return Instance(f"i-{number}", "zone-a", **fields)


def fresh(number: int, **changes: Any) -> Instance:
    """One that runs the target."""
    return instance(number, **{"source": NEW, "image_id": "ami-new", **changes})


def node(number: int, **changes: Any) -> Node:
    """The Ready node of instance `number`."""
    fields = {"provider_id": f"aws:///zone-a/i-{number}", "ready": True, **changes}
    return Node(f"node-{number}", f"uid-{number}", "1", **fields)


def pod(name: str, number: int = 1, **changes: Any) -> Pod:
    """A ready pod of Deployment shop/cart on node `number`."""
    fields = {
        "owner": Owner("ReplicaSet", "cart-5d4f"),
        "labels": {"app": "cart", "pod-template-hash": "5d4f"},
        **changes,
    }
    return Pod("shop", name, f"uid-{name}", node=f"node-{number}", **fields)


def budget(**changes: Any) -> Budget:
    """A budget of shop/cart that allows one eviction.

    Three of three pods are healthy, and two are wanted.
    """
    fields = {
        "wanted": "minAvailable 2",
        "current_healthy": 3,
        "desired_healthy": 2,
        "expected_pods": 3,
        "disruptions_allowed": 1,
        "selector": parse("app=cart"),
        **changes,
    }
    return Budget("shop", "cart", "uid-pdb", "1", **fields)


def look(*instances: Instance, **changes: Any) -> Look:
    """A look at these instances (none given: three outdated ones), their nodes Ready.

    Fields of Group and of Look.
    """
    members = instances or tuple(instance(number) for number in (1, 2, 3))
    own = {field.name for field in dataclasses.fields(Group)}
    group = {
        "desired": len(members),
        "min_size": 0,
        "max_size": 5,
        "instances": members,
        "source": ("lt-1", "$Latest"),
        "resolved": TARGET,
    }
    group |= {name: changes.pop(name) for name in list(changes) if name in own}
    nodes = changes.pop("nodes", {one.id: node(int(one.id.removeprefix("i-"))) for one in members})
    return Look(Group("blue", **group), nodes, **changes)
