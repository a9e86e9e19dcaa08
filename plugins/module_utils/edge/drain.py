# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drain nodes on threads, for a module with the options of SPEC."""

from __future__ import annotations

import time
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.feeds import Feeds
from ansible_collections.nodeops.rotator.plugins.module_utils.core import requests
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain import request
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import (
    OPTIONS,
    BudgetOverride,
    DrainPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.request import Order
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.core.requests import RequestLimits
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import ASSUME_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC, connect
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.options import options_of
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.progress import (
    Progress,
    follow_environment,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain import (
    order as engine_order,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.check import (
    CheckMemory,
    decide_check,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.result import (
    conclude,
    diff,
    failure,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.run import (
    RunMemory,
    RunResult,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.inbox import ThreadInbox, clock
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Allowance, run

PDB_OVERRIDES: dict[str, Any] = {
    "type": "list",
    "elements": "dict",
    "default": [],
    "options": {
        "selector": {"type": "str", "required": True},
        **options_of(BudgetOverride, ("namespace", "action")),
    },
}
DRAIN_SPEC: dict[str, Any] = {
    **options_of(DrainPolicy, OPTIONS),
    "pod_selector": {"type": "str", "default": ""},
    "pdb_overrides": PDB_OVERRIDES,
}
"""The counterpart of the documentation fragment nodeops.rotator.drain."""
REQUEST_SPEC = options_of(RequestLimits, ("request_rate", "request_burst"))
"""The counterpart of the documentation fragment nodeops.rotator.requests."""
SPEC: dict[str, Any] = {
    **DRAIN_SPEC,
    **REQUEST_SPEC,
    **ASSUME_SPEC,
    **KUBE_SPEC,
    **options_of(Order, ("state", "max_parallel", "leave_cordoned")),
    "nodes": {"type": "list", "elements": "str"},
    "node_selector": {"type": "str"},
}
"""All options of node_drain but those of amazon.aws."""


def drain(module: AnsibleAWSModule) -> Result:
    """Do what the parameters ask for, or in check mode find out what would happen."""
    progress, check = follow_environment(), module.check_mode
    order = request.from_params(module.params, time.time() - clock())
    result = _run(module, order, progress)
    nodes = conclude(order, result, check)
    return Result(
        {"nodes": nodes, "events": progress.events},
        changed=any(node["changed"] for node in nodes),
        diff=diff(nodes),
        error=failure(result),
    )


def _run(module: AnsibleAWSModule, order: Order, progress: Progress) -> RunResult:
    call, limits = connect(module, one_attempt=True), requests.from_params(module.params)
    ports = Ports(None, KubeClient(call))
    with ThreadInbox(ports, Feeds(call).follow, progress.abandoned) as inbox:
        allowance = Allowance.of(limits, inbox.now())
        if module.check_mode:
            return run(decide_check, CheckMemory(), order, inbox, progress, allowance)
        return run(engine_order.decide, RunMemory(), order, inbox, progress, allowance)
