# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotate a node group on threads, for a module with the options of SPEC."""

from __future__ import annotations

import dataclasses
import os
import time
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.autoscaling import (
    AutoScaling,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.planned import (
    PlannedAutoScaling,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.deadline import Deadline
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.feeds import Feeds
from ansible_collections.nodeops.rotator.plugins.module_utils.core import requests
from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import choices
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    DRAIN_PREFIX,
    OPTIONS,
    Goal,
    RotationPolicy,
    from_params,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.selection import (
    sentences,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import cluster_events
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.addresses import own_addresses
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import ASSUME_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import ONE_ATTEMPT, RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.cluster_events import Listener
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.counting import (
    CountedAws,
    CountedKube,
    Counts,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.drain import (
    DRAIN_SPEC,
    REQUEST_SPEC,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.handover import (
    holder_of,
    new_run_id,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC, connect
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.maintenance import (
    MAINTENANCE_SPEC,
    closing,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.names import resolved
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.node_group import GROUP_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.notes import WrittenNotes
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.options import options_of
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.progress import (
    AGAIN,
    Progress,
    follow_environment,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.report import close_log, open_log
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.inbox import ThreadInbox, clock
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Allowance, run
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.decide import (
    decide,
    start,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.result import (
    RotationResult,
    diff,
)

ROTATION_SPEC = options_of(RotationPolicy, OPTIONS)
"""The counterpart of the documentation fragment nodeops.rotator.rotation."""
SPEC: dict[str, Any] = {
    **{DRAIN_PREFIX + name: spec for name, spec in DRAIN_SPEC.items()},
    **REQUEST_SPEC,
    **ASSUME_SPEC,
    **KUBE_SPEC,
    **GROUP_SPEC,
    **ROTATION_SPEC,
    "state": {"type": "str", "choices": list(choices(Goal)), "default": "replaced"},
    "launch_template_version": {"type": "str", "default": ""},
    "maintenance_window": MAINTENANCE_SPEC,
    "planned": {"type": "dict", "default": {}},
    "run_id": {"type": "str"},
    "report_dir": {"type": "path"},
}
"""All options of asg_node_replace but those of amazon.aws."""


def rotate(module: AnsibleAWSModule) -> Result:
    """Rotate the node group of the parameters, or in check mode plan it."""
    run_id = module.params["run_id"] or new_run_id()
    name = module.params["autoscaling_group_name"]
    log, counts = open_log(module.params, run_id, module.check_mode, name), Counts()
    progress = follow_environment(log)
    result = _run(module, progress, counts, run_id)
    values = {**result.values, "api_calls": counts.by_operation}
    lost = close_log(log, module.params["report_dir"], values, result.error)
    return Result(
        {**values, "events": progress.events},
        changed=result.changed or result.status == "planned",
        diff=diff(result),
        warnings=(
            *result.values["not_restored"],
            *sentences(result.values["left_outdated"]),
            *lost,
            *progress.untold,
        ),
        error=result.error,
    )


def _run(
    module: AnsibleAWSModule, progress: Progress, counts: Counts, run_id: str
) -> RotationResult:
    params, epoch = module.params, time.time() - clock()
    again = os.environ.get(AGAIN, "")
    holder, closes = holder_of(run_id), closing(params["maintenance_window"], time.time())
    policy = from_params(params, run_id, holder, module.check_mode, epoch, again, closes)
    policy = dataclasses.replace(policy, addresses=own_addresses())
    kube = connect(module, one_attempt=True)
    call = CountedKube(kube, counts)
    limits = requests.from_params(params)
    deadline = Deadline(clock)
    aws = Aws(CountedAws(RawAws(module, ONE_ATTEMPT), counts), deadline)
    plans = module.check_mode and params["planned"]
    real = AutoScaling(aws, resolve=resolved)
    cloud = PlannedAutoScaling(aws, params["planned"]) if plans else real
    cluster = KubeClient(
        call,
        params["lock_namespace"],
        deadline=deadline,
        at=lambda address: CountedKube(kube.at(address), counts),
    )
    ports = Ports(cloud, cluster, notes=WrittenNotes(params["report_dir"]))
    with ThreadInbox(ports, Feeds(call).follow, progress.abandoned) as inbox:
        allowance = Allowance.of(limits, inbox.now())
        progress.begin(policy.stop_timeout)
        told = Listener(progress, None if module.check_mode else cluster_events.begin(call, run_id))
        result = run(decide, start(inbox.now()), policy, inbox, told, allowance)
        progress.end()
    progress.untold = told.end(
        lambda: cluster_events.summary(
            call, params["lock_namespace"], run_id, result.values, str(result.error or "")
        )
    )
    return result
