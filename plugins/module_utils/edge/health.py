# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at the health of a cluster once, for a module with the options of SPEC."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.health import describe
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import ASSUME_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC, connect
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.cluster.health import (
    read_cluster,
)

SPEC: dict[str, Any] = {**ASSUME_SPEC, **KUBE_SPEC, "before": {"type": "dict"}}
"""All options of cluster_health_info but those of amazon.aws."""


def inspect_cluster(module: AnsibleAWSModule) -> Result:
    """Read the cluster of the parameters and say how it is."""
    look = read_cluster(KubeClient(connect(module)))
    return Result(describe(look, module.params["before"]))
