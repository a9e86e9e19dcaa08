# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drain's options, and a drain on threads for a module that has them."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from typing import Any, cast

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.feeds import follow
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import (
    DO_NOT_DISRUPT,
    ON_TIMEOUT,
    OVERRIDES,
    TOLERATING_PODS,
    from_options,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    InputError,
    OverdueError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Cloud, Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import KubeCall
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import fail_on_error, finish
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import connect
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.progress import (
    Progress,
    follow_environment,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.check import (
    CheckMemory,
    decide_check,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.order import decide
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.targets import (
    Order,
    RunMemory,
    RunResult,
    Target,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.inbox import ThreadInbox
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Allowance, run

DRAIN_SPEC: dict[str, Any] = {
    "ignore_daemonsets": {"type": "bool", "default": True},
    "delete_emptydir_data": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
    "disable_eviction": {"type": "bool", "default": False},
    "pod_selector": {"type": "str", "default": ""},
    "grace_period": {"type": "int"},
    "max_grace_period": {"type": "int"},
    "skip_wait_for_delete_timeout": {"type": "int", "default": 0},
    "honor_do_not_disrupt": {"type": "str", "choices": list(DO_NOT_DISRUPT), "default": "ignore"},
    "tolerating_pods": {"type": "str", "choices": list(TOLERATING_PODS), "default": "leave"},
    "wait_for_jobs": {"type": "bool", "default": False},
    "pdb_overrides": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "selector": {"type": "str", "required": True},
            "namespace": {"type": "str", "default": ""},
            "action": {"type": "str", "choices": list(OVERRIDES), "default": "wait"},
        },
    },
    "by_priority": {"type": "bool", "default": False},
    "timeout": {"type": "int", "default": 900},
    "pdb_timeout": {"type": "int", "default": 600},
    "retry": {"type": "int", "default": 30},
    "on_timeout": {"type": "str", "choices": list(ON_TIMEOUT), "default": "fail"},
    "wait_for_volumes": {"type": "bool", "default": True},
    "volume_timeout": {"type": "int", "default": 120},
}
"""The counterpart of the documentation fragment nodeops.rotator.drain."""
REQUEST_SPEC: dict[str, Any] = {
    "request_rate": {"type": "int", "default": 50},
    "request_burst": {"type": "int", "default": 100},
}
"""The counterpart of the documentation fragment nodeops.rotator.requests."""


@fail_on_error
def run_module(module: AnsibleAWSModule) -> None:
    """node_drain: do it and tell."""
    progress = follow_environment()
    order, result = drain(
        connect(module, one_attempt=True), module.params, module.check_mode, progress
    )
    answer = {**report(order, result, module.check_mode), "events": progress.events}
    answer["diff"] = diff(answer)
    finish(module, answer, None if module.check_mode and result.error is None else failure(result))


def allowance(params: Mapping[str, Any], now: float) -> Allowance:
    """The request budget of the options. Raises InputError."""
    rate, burst = float(params["request_rate"]), float(params["request_burst"])
    if rate < 1 or burst < 1:
        raise InputError(
            f"request_rate {rate:g} and request_burst {burst:g} let nothing through",
            "Both at least 1",
        )
    return Allowance(rate, burst, burst, now)


def order_of(params: Mapping[str, Any], epoch: float) -> Order:
    """What a module's parameters ask for. Raises InputError."""
    names = tuple(dict.fromkeys(params["nodes"] or ()))
    if any(not name for name in names):
        raise InputError("nodes has an empty name", "Give names of Node objects, or node_selector")
    parse(params["node_selector"] or "")
    if params["max_parallel"] < 1:
        raise InputError(f"max_parallel is {params['max_parallel']}", "At least 1")
    policy = from_options(params, epoch)
    selector = params["node_selector"] or ""
    return Order(
        params["state"], names, selector, policy, params["max_parallel"], params["leave_cordoned"]
    )


def drain(
    call: KubeCall, params: Mapping[str, Any], check: bool, tell: Progress
) -> tuple[Order, RunResult]:
    """Do what the parameters ask for (or, to `check`, only ask) and wait for the end."""
    # A drain does not touch AWS: there is no cloud behind this port, and no command that would use
    # it.
    ports = Ports(cast(Cloud, None), KubeClient(call))
    with ThreadInbox(ports, lambda feed: follow(call, feed), tell.abandoned) as inbox:
        order = order_of(params, time.time() - inbox.now())
        budget = allowance(params, inbox.now())
        if check:
            return order, cast(
                RunResult, run(decide_check, CheckMemory(), order, inbox, tell, budget)
            )
        return order, cast(RunResult, run(decide, RunMemory(), order, inbox, tell, budget))


def report(order: Order, result: RunResult, check: bool) -> dict[str, Any]:
    """The module's return values."""
    nodes = [_node(order, target, check) for target in result.targets]
    return {"changed": any(node["changed"] for node in nodes), "nodes": nodes}


def _node(order: Order, target: Target, check: bool) -> dict[str, Any]:
    wanted = order.state != "uncordoned"
    status = target.status
    after = target.cordoned if not check or target.before is None else wanted
    moved = [pod for pod in status.pods if pod.state in ("evicted", "deleted")] if status else []
    state = (
        "absent"
        if target.before is None
        else status.phase
        if status
        else "cordoned"
        if after
        else "uncordoned"
    )
    return {
        "name": target.name,
        "state": "failed" if target.error is not None else state,
        "changed": target.before is not None and (bool(moved) or after != target.before),
        "cordoned_before": bool(target.before),
        "cordoned": after,
        "seconds": round(status.seconds, 3) if status else 0.0,
        "reasons": [str(target.error)] if target.error else list(status.reasons) if status else [],
        "blocked_by": list(status.blocked_by) if status else [],
        "pods": [dataclasses.asdict(pod) for pod in status.pods] if status else [],
    }


def diff(report_: Mapping[str, Any]) -> dict[str, str]:
    """The cordon before and after, as Ansible shows a difference."""

    def lines(field: str) -> str:
        word = {True: "unschedulable", False: "schedulable"}
        return "".join(
            f"{node['name']}: {word[node[field]]}\n"
            for node in report_["nodes"]
            if node["state"] != "absent"
        )

    return {"before": lines("cordoned_before"), "after": lines("cordoned")}


def failure(result: RunResult) -> RotatorError | None:
    """The error that a run ends with, None for a good end. A node that was skipped is no
    failure."""
    if result.error is not None:
        return result.error
    bad = [target for target in result.targets if not target.good]
    if result.stopped:
        open_nodes = [t.name for t in result.targets if t.status is None or not t.status.final]
        return FailedError(
            f"Stopped by {result.stopped} before {', '.join(open_nodes) or 'the end'} was drained",
            "Run it again",
        )
    if not bad:
        return None
    lines = [line for target in bad for line in _lines(target)]
    kind = (
        OverdueError
        if any(t.status is not None and isinstance(t.status.error, OverdueError) for t in bad)
        else FailedError
    )
    return kind(f"Not drained: {', '.join(target.name for target in bad)}. " + "; ".join(lines))


def _lines(target: Target) -> list[str]:
    if target.error is not None or target.status is None:
        return [str(target.error)]
    error = target.status.error
    return [
        *([str(error)] if error is not None and str(error) not in target.status.reasons else []),
        *target.status.reasons,
    ]
