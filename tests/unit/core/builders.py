# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build groups, instances and nodes, saying only what a test is about."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group,
    Instance,
    Target,
    TargetHealth,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Marks,
    Member,
    join,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.node_index import (
    by_instance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.situation import (
    Situation,
)

TARGET = Target("lt-1", "2", "ami-new", "blue", resolved_at=1000.0)
OLD, NEW = ("lt-1", "1"), ("lt-1", "2")
INGRESS = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/ingress/0123456789abcdef"


def an_instance(name: str, fresh: bool = False, zone: str = "a", **more: Any) -> Instance:
    """An instance that runs: of the old version, or of the new one."""
    usual = {
        "source": NEW if fresh else OLD,
        "image_id": "ami-new" if fresh else "ami-old",
        "launched_at": 1100.0 if fresh else 100.0,
    }
    return Instance(f"i-{name}", zone, **{**usual, **more})


def a_node(name: str, ready: bool | None = True, **more: Any) -> Node:
    """The node of instance i-<name>."""
    usual: dict[str, Any] = {
        "uid": f"uid-{name}",
        "resource_version": "1",
        "provider_id": f"aws:///a/i-{name}",
    }
    return Node(name, **{**usual, "ready": ready, **more})


def a_group(*instances: Instance, **more: Any) -> Group:
    """A group that wants as many as it has, with the target groups of its targets."""
    usual: dict[str, Any] = {
        "desired": len(instances),
        "min_size": 0,
        "max_size": len(instances),
        "zones": ("a", "b", "c"),
        "target_groups": tuple(dict.fromkeys(one.group for one in more.get("targets", ()))),
    }
    return Group(
        "blue",
        instances=instances,
        **{**usual, "source": ("lt-1", "$Latest"), "resolved": TARGET, "read_at": 2000.0, **more},
    )


def members(
    group: Group, *nodes: Node, marks: Marks = Marks(), max_age: float | None = None
) -> dict[str, Member]:
    """The members of the group by the names that they were made with."""
    found = join(group, by_instance(nodes), TARGET, marks, max_age)
    return {member.id.removeprefix("i-"): member for member in found}


def a_situation(group: Group, *nodes: Node, marks: Marks = Marks(), surge: int = 0) -> Situation:
    """The group as one look sees it."""
    members_ = join(group, by_instance(nodes), TARGET, marks, None)
    return Situation(members_, group.desired, group.desired - surge)


def a_target(name: str, state: str = "healthy", group: str = INGRESS) -> TargetHealth:
    """Instance i-<name> in a target group."""
    return TargetHealth(group, f"i-{name}", 30080, state)
