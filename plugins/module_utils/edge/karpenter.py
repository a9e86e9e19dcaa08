# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for Karpenter on threads, for a module with the options of DRIFT_SPEC."""

from __future__ import annotations

import time
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.feeds import Feeds
from ansible_collections.nodeops.rotator.plugins.module_utils.core.karpenter.policy import (
    DRIFT_OPTIONS,
    DriftPolicy,
    drift_policy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import ASSUME_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC, connect
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.options import options_of
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.progress import (
    follow_environment,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.inbox import ThreadInbox
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.karpenter.decide import (
    DriftMemory,
    watch_drift,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import run

DRIFT_SPEC: dict[str, Any] = {
    **ASSUME_SPEC,
    **KUBE_SPEC,
    **options_of(DriftPolicy, DRIFT_OPTIONS),
    "nodepools": {"type": "list", "elements": "str"},
    "cluster_name": {"type": "str"},
}
"""All options of karpenter_wait but those of amazon.aws."""


def wait_for_karpenter(module: AnsibleAWSModule) -> Result:
    """Watch until no node has drifted any more, or in check mode look once."""
    progress = follow_environment()
    call = connect(module, one_attempt=True)
    ports = Ports(None, KubeClient(call))
    with ThreadInbox(ports, Feeds(call).follow, progress.abandoned) as inbox:
        now = inbox.now()
        policy = drift_policy(module.params, time.time() - now, module.check_mode)
        progress.begin(policy.stop_timeout)
        result = run(watch_drift, DriftMemory(now), policy, inbox, progress)
        progress.end()
    return Result({**result.values, "events": progress.events}, error=result.error)
