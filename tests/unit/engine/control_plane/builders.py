# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make one look at a control plane by hand: group a of three, all well."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    Components,
    Hardware,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.streaks import (
    Streak,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import KOPS_NODE
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.core.control_plane.builders import (
    CLUSTER,
    MASTER,
    a_plane_node,
    components,
    machines,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
    a_policy,
)

TAGS = {"KubernetesCluster": CLUSTER, "kops.k8s.io/instancegroup": "a"}
WORKERS = {**TAGS, f"k8s.io/role/{KOPS_NODE.role}": "1"}
LONG = Streak(NOW - 600, NOW, 60)


def our_group(fresh: bool = False, tags: dict[str, str] | None = None, **more: Any) -> Group:
    """Group a, whose instance i-a is outdated unless `fresh`."""
    own = {**TAGS, **MASTER} if tags is None else tags
    made = a_group(an_instance("a", fresh=fresh), tags=own, **more)
    return dataclasses.replace(made, name="a")


def a_look(
    group: Group | None = None,
    nodes: Iterable[Node] | None = None,
    found: Components | None = None,
    shown: Hardware | None = None,
    at: float = NOW,
    policy: Any = None,
    **more: Any,
) -> RotationContext:
    """A look at group a, after a read of the whole control plane at this moment."""
    usual: dict[str, Any] = {
        "machines": machines() if shown is None else shown,
        "machines_at": at,
        "components": components() if found is None else found,
        "components_at": at,
        "judged_at": at,
        "backups": {},
        "streaks": {f"i-{name}": LONG for name in "abc"},
        "shared_held": True,
        "shared_confirmed": NOW,
        "first_confirmed": 0.0,
    }
    return a_context(
        our_group() if group is None else group,
        [a_plane_node(name) for name in "abc"] if nodes is None else nodes,
        policy=policy or a_policy(),
        **{**usual, **more},
    )
