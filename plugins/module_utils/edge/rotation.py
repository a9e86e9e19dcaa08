# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rotation on threads for a module that has its options."""

from __future__ import annotations

import datetime
import os
import secrets
import socket
import time
from collections.abc import Mapping
from typing import Any, cast

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.autoscaling import (
    AutoScaling,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.deadline import Deadline
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.feeds import follow
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import from_options
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    ON_FAILURE,
    UNKNOWN_INSTANCES,
    WORKLOAD_GATE,
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import parse
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import ONE_ATTEMPT, RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.drain import (
    DRAIN_SPEC,
    REQUEST_SPEC,
    allowance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC, connect
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.progress import (
    Progress,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.inbox import (
    ThreadInbox,
    clock,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import run
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.decide import (
    decide,
    start,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.result import (
    RotationResult,
)

ROTATION_SPEC: dict[str, Any] = {
    "max_surge": {"type": "str", "default": "1"},
    "max_unavailable": {"type": "str", "default": "0"},
    "canary": {"type": "int", "default": 1},
    "soak": {"type": "int", "default": 60},
    "failure_budget": {"type": "int", "default": 0},
    "min_ready": {"type": "int", "default": 10},
    "boot_timeout": {"type": "int"},
    "lb_timeout": {"type": "int", "default": 300},
    "terminate_timeout": {"type": "int", "default": 600},
    "max_node_age": {"type": "int"},
    "poll_interval": {"type": "int", "default": 30},
    "scale_in_fence": {"type": "bool", "default": True},
    "lease_duration": {"type": "int", "default": 30},
    "stop_timeout": {"type": "int", "default": 20},
    "workload_gate": {"type": "str", "choices": list(WORKLOAD_GATE), "default": "wait"},
    "gate_timeout": {"type": "int", "default": 900},
    "unknown_instances": {"type": "str", "choices": list(UNKNOWN_INSTANCES), "default": "leave"},
    "repair": {"type": "bool", "default": False},
    "dead_node_timeout": {"type": "int", "default": 300},
    "on_failure": {"type": "str", "choices": list(ON_FAILURE), "default": ON_FAILURE[0]},
}
"""The counterpart of the documentation fragment nodeops.rotator.rotation."""
DRAIN_PREFIX = "drain_"
"""Tells the options of the drain from the rotation's own."""
SPEC: dict[str, Any] = {
    **{DRAIN_PREFIX + name: spec for name, spec in DRAIN_SPEC.items()},
    **REQUEST_SPEC,
    **KUBE_SPEC,
    **ROTATION_SPEC,
    "autoscaling_group_name": {"type": "str", "required": True, "aliases": ["group"]},
    "state": {"type": "str", "choices": ["replaced", "restored"], "default": "replaced"},
    "launch_template_version": {"type": "str", "default": ""},
    "cluster_name": {"type": "str"},
    "lock_namespace": {"type": "str", "default": "kube-system"},
}
"""All options of asg_node_replace but those of amazon.aws."""


def policy_of(params: Mapping[str, Any], check: bool, epoch: float) -> RotationPolicy:
    """What a module's parameters ask for. `epoch`: seconds since the epoch at 0 of the loop's
    clock. Raises InputError."""
    group, cluster = (
        params["autoscaling_group_name"],
        params["cluster_name"] or params["eks_cluster"] or "",
    )
    if not group:
        raise InputError(
            "autoscaling_group_name is empty",
            "Give the name of the node group's Auto Scaling group",
        )
    now = datetime.datetime.now(datetime.UTC)
    run_id = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    return RotationPolicy(
        group=group,
        cluster=cluster,
        run=run_id,
        holder=f"{socket.gethostname()}_{os.getpid()}_{run_id}",
        max_surge=parse("max_surge", params["max_surge"]),
        max_unavailable=parse("max_unavailable", params["max_unavailable"]),
        version=params["launch_template_version"],
        plan_only=check,
        restore_only=params["state"] == "restored",
        drain=from_options({name: params[DRAIN_PREFIX + name] for name in DRAIN_SPEC}, epoch),
        **{
            name: params[name]
            for name in ROTATION_SPEC
            if name not in ("max_surge", "max_unavailable")
        },
    ).checked()


def rotate(module: AnsibleAWSModule, progress: Progress) -> RotationResult:
    """Rotate the node group of the module's parameters, or in check mode plan it, and wait for the
    end."""
    policy = policy_of(module.params, module.check_mode, time.time() - clock())
    call = connect(module, one_attempt=True)
    deadline = Deadline(clock)
    cloud = AutoScaling(Aws(RawAws(module, ONE_ATTEMPT), deadline))
    cluster = KubeClient(call, module.params["lock_namespace"], deadline=deadline)
    ports = Ports(cloud, cluster)
    with ThreadInbox(ports, lambda feed: follow(call, feed), progress.abandoned) as inbox:
        budget = allowance(module.params, inbox.now())
        return cast(
            RotationResult, run(decide, start(inbox.now()), policy, inbox, progress, budget)
        )


def diff(result: RotationResult) -> dict[str, str]:
    """The nodes that are outdated before, and what of them is afterwards, as Ansible shows a
    difference."""
    nodes = result.values["nodes"]
    target = result.values["target"].get("image_id", "")
    planned = result.status == "planned"
    before = "".join(f"{node['name']}: {node['image_id']}\n" for node in nodes)
    after = "".join(
        f"{node['name']}:"
        f" {'replaced by ' + target if node['replaced'] or planned else node['image_id']}\n"
        for node in nodes
    )
    return {"before": before, "after": after}
