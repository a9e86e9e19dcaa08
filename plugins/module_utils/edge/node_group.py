# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at a node group once, for a module with the options of SPEC."""

from __future__ import annotations

import dataclasses
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.describe import describe
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import (
    LookOptions,
    from_params,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import USUAL_NAMESPACE
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    DRAIN_PREFIX,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.addresses import own_addresses
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import ASSUME_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.drain import DRAIN_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.eks import handed_on
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC, connect
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.lifetimes import own_life
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.options import options_of
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.node_group.look import (
    read_look,
)

GROUP_SPEC: dict[str, Any] = {
    "autoscaling_group_name": {"type": "str", "required": True},
    "cluster_name": {"type": "str"},
    "lock_namespace": {"type": "str", "default": USUAL_NAMESPACE},
}
"""Options that name a node group and its Lease."""
INFO_OPTIONS = (
    *("image_id", "max_node_age", "boot_timeout", "repair", "left_outdated"),
    *("max_surge", "max_unavailable", "canary", "soak"),
)
SPEC: dict[str, Any] = {
    **ASSUME_SPEC,
    **KUBE_SPEC,
    **GROUP_SPEC,
    **options_of(LookOptions, INFO_OPTIONS),
    **{DRAIN_PREFIX + name: spec for name, spec in DRAIN_SPEC.items()},
    "before": {"type": "dict"},
}
"""All options of node_group_info but those of amazon.aws."""


def inspect(module: AnsibleAWSModule) -> Result:
    """Read the node group of the parameters and describe it."""
    options = from_params(module.params)
    raw = RawAws(module)
    aws = Aws(raw)
    kube = KubeClient(connect(module), module.params["lock_namespace"])
    before = module.params["before"]
    look = read_look(aws, kube, options, own_addresses(), ahead=before is None)
    look = dataclasses.replace(look, credentials=own_life(module, raw))
    return Result({**describe(look, before), **handed_on(module, raw)})
