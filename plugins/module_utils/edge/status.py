# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell what Leases hold, for a module with the options of SPEC."""

from __future__ import annotations

import dataclasses
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.leases import list_leases
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import USUAL_NAMESPACE
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.holdings import (
    holding,
    table,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.removal import marked
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.closure import (
    GATE_LEASE,
    closure,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import KubeCall
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import ASSUME_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC, connect
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result

SPEC: dict[str, Any] = {
    **ASSUME_SPEC,
    **KUBE_SPEC,
    "cluster_name": {"type": "str"},
    "lock_namespace": {"type": "str", "default": USUAL_NAMESPACE},
}
"""All options of rotation_status_info but those of amazon.aws."""


def status(module: AnsibleAWSModule) -> Result:
    """Read the Leases in the namespace and say what they hold."""
    call = connect(module)
    read = list_leases(call, module.params["lock_namespace"])
    gate = closure(next((lease for lease in read if lease.name == GATE_LEASE), None))
    found = [holding(lease) for lease in read if lease.name != GATE_LEASE]
    leases = [{**dataclasses.asdict(one), **_lists(one)} for one in found]
    lines = table(found) + [gate.told] * (gate.told != "")
    # While a run is at work, its marks belong there.
    busy = any(one.holder for one in found)
    strays = [] if busy else _strays(call)
    values = {"leases": leases, "gate": dataclasses.asdict(gate), "strays": strays}
    return Result({**values, "table": lines + strays})


def _strays(call: KubeCall) -> list[str]:
    """Return which nodes carry marks, or why they were not read."""
    try:
        return list(marked(KubeClient(call).records(Feed("nodes"))))
    except ForbiddenError as error:
        return [f"Marks of rotations on nodes are not known: {error}"]


def _lists(one: Any) -> dict[str, list[str]]:
    return {name: list(getattr(one, name)) for name in ("doing", "to_restore", "closing")}
