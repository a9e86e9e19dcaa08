# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record that a gate is closed, for a module with the options of SPEC."""

from __future__ import annotations

import dataclasses
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.namespaces import mark
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import USUAL_NAMESPACE
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.closure import (
    GATE_LEASE,
    closure,
    written,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import ASSUME_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC, connect
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result

SPEC: dict[str, Any] = {
    **ASSUME_SPEC,
    **KUBE_SPEC,
    "lock_namespace": {"type": "str", "default": USUAL_NAMESPACE},
    "run_id": {"type": "str"},
    "state": {"type": "str", "choices": ["closed", "open", "read", "marked"], "default": "read"},
    "namespace": {"type": "str", "default": USUAL_NAMESPACE},
    "labels": {"type": "dict", "default": {}},
    "annotations": {"type": "dict", "default": {}},
}
"""All options of cluster_gate but those of amazon.aws."""


def record_gate(module: AnsibleAWSModule) -> Result:
    """Write the state into the Lease of the gate, unless it says so already.

    The run that has closed the gate renews the Lease, which changes nothing. Marks are written on a
    namespace instead.
    """
    params, call = module.params, connect(module)
    if params["state"] == "marked":
        marks = (params["namespace"], params["labels"], params["annotations"])
        return Result({}, mark(call, *marks, dry=module.check_mode))
    state, run = params["state"], params["run_id"]
    kube = KubeClient(call, params["lock_namespace"])
    lease = kube.read_lease(GATE_LEASE)
    before = closure(lease)
    changed = state == ("open" if before.run else "closed")
    renews = state == "closed" and before.run == run
    if (changed or renews) and not module.check_mode:
        kube.write_lease(written(lease, run if state == "closed" else ""))
    return Result(dataclasses.asdict(before), changed)
