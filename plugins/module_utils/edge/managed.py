# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Update a managed node group on threads, for a module with SPEC's options."""

from __future__ import annotations

import datetime
import time
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.nodegroups import (
    Nodegroups,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.deadline import Deadline
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.feeds import Feeds
from ansible_collections.nodeops.rotator.plugins.module_utils.core import requests
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedTarget,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.policy import (
    OPTIONS,
    ManagedPolicy,
    from_params,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import USUAL_NAMESPACE
from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import (
    check_given,
    choices,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    DRAIN_PREFIX,
    Goal,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import ASSUME_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import ONE_ATTEMPT, RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.drain import (
    DRAIN_SPEC,
    REQUEST_SPEC,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.handover import (
    holder_of,
    new_run_id,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC, connect
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.options import options_of
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.progress import (
    Progress,
    follow_environment,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.report import (
    close_log,
    open_log,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.access import Grace
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.inbox import ThreadInbox, clock
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Allowance, run
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.decide import (
    begin,
    decide,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.result import (
    ManagedResult,
    diff_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.node_group import (
    managed_target,
)

RELEASE_OPTIONS = ("release_version", "image_id", "kubernetes_version", "launch_template_version")
"""Options that say what the nodes are to run."""
SPEC: dict[str, Any] = {
    **REQUEST_SPEC,
    **ASSUME_SPEC,
    **KUBE_SPEC,
    **options_of(ManagedPolicy, OPTIONS),
    **{DRAIN_PREFIX + name: spec for name, spec in DRAIN_SPEC.items()},
    **{name: {"type": "str", "default": ""} for name in RELEASE_OPTIONS},
    "update_strategy": {"type": "str", "choices": ["default", "minimal"]},
    "eks_nodegroup": {"type": "str", "required": True},
    "lock_namespace": {"type": "str", "default": USUAL_NAMESPACE},
    "state": {"type": "str", "choices": list(choices(Goal)), "default": "replaced"},
    "run_id": {"type": "str"},
    "report_dir": {"type": "path"},
}
"""All options of eks_nodegroup_replace but those of amazon.aws."""


def update_nodegroup(module: AnsibleAWSModule) -> Result:
    """Let EKS update the node group of the parameters, or in check mode plan it."""
    params = module.params
    run_id = params["run_id"] or new_run_id()
    log = open_log(params, run_id, module.check_mode, params["eks_nodegroup"])
    progress = follow_environment(log)
    result = _run(module, progress, run_id)
    lost = close_log(log, params["report_dir"], result.values, result.error)
    return Result(
        {**result.values, "events": progress.events},
        changed=result.changed or result.status == "planned",
        diff=diff_of(result),
        warnings=(*result.warnings, *result.values["not_restored"], *lost),
        error=result.error,
    )


def _run(module: AnsibleAWSModule, progress: Progress, run_id: str) -> ManagedResult:
    params, epoch = module.params, time.time() - clock()
    target = _target(module)
    policy = from_params(params, run_id, holder_of(run_id), module.check_mode, target, epoch)
    call, limits = connect(module, one_attempt=True), requests.from_params(params)
    deadline = Deadline(clock)
    aws = Aws(RawAws(module, ONE_ATTEMPT), deadline)
    cluster = KubeClient(call, params["lock_namespace"], deadline=deadline)
    ports = Ports(None, cluster, Nodegroups(aws))
    with ThreadInbox(ports, Feeds(call).follow, progress.abandoned) as inbox:
        allowance = Allowance.of(limits, inbox.now())
        progress.begin(policy.stop_timeout)
        result = run(decide, begin(inbox.now()), policy, inbox, progress, allowance)
        progress.end()
        return result


def _target(module: AnsibleAWSModule) -> ManagedTarget:
    params = module.params
    cluster = check_given("eks_cluster", params["eks_cluster"], "the name of the EKS cluster")
    wanted = managed_target.WantedRelease(
        cluster,
        params["eks_nodegroup"],
        plan=module.check_mode,
        **{name: params[name] for name in RELEASE_OPTIONS},
    )
    now = datetime.datetime.now(datetime.UTC)

    def resolve() -> ManagedTarget:
        aws = Aws(RawAws(module))
        return managed_target.resolve_target(aws, wanted, now, lambda: connect(module))

    return Grace().asked(resolve)
