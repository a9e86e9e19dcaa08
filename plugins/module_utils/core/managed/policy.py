# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of eks_nodegroup_replace, validated."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain import (
    policy as drain_policy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import Strategy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedTarget,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import USUAL_NAMESPACE
from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import (
    check_above_zero,
    check_at_least,
    check_choice,
    check_given,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    DRAIN_PREFIX,
)

PreflightMode = Literal["refuse", "warn", "off"]
"""What becomes of a finding that would make an update fail."""


@dataclasses.dataclass(frozen=True)
class ManagedPolicy:
    """Options of eks_nodegroup_replace, where their meaning is described.

    Durations are in seconds. `target`: what the nodes are to run, resolved once. `run`, `holder`,
    `plan_only` and `restore_only`: as in core.rotation.policy. Options that are None leave
    the node group as it is.
    """

    cluster: str
    nodegroup: str
    run: str
    holder: str
    target: ManagedTarget = ManagedTarget()
    max_unavailable: int | None = None
    max_unavailable_percentage: int | None = None
    update_strategy: Strategy | None = None
    force: bool = False
    assist: bool = False
    drain: DrainPolicy = DrainPolicy()
    preflight: PreflightMode = "refuse"
    soak: float = 0
    stall_timeout: float = 3600
    poll_interval: float = 30
    lease_duration: float = 30
    stop_timeout: float = 20
    lock_wait: float = 0
    cluster_parallel: int | None = None
    lock_namespace: str = USUAL_NAMESPACE
    repair: bool = False
    plan_only: bool = False
    restore_only: bool = False

    def __post_init__(self) -> None:
        check_choice("preflight", self.preflight, PreflightMode)
        for name in ("max_unavailable", "max_unavailable_percentage"):
            value = getattr(self, name)
            if value is not None and not 1 <= value <= 100:
                raise InputError(f"{name} is {value}", "EKS takes a number from 1 to 100")
        if self.max_unavailable is not None and self.max_unavailable_percentage is not None:
            raise InputError(
                "max_unavailable and max_unavailable_percentage are both given", "Give one of them"
            )
        if self.cluster_parallel is not None:
            check_above_zero("cluster_parallel", self.cluster_parallel, "rotations")
        for name in ("soak", "lock_wait"):
            check_at_least(name, getattr(self, name), 0, "seconds")
        for name in ("stall_timeout", "poll_interval", "lease_duration", "stop_timeout"):
            check_above_zero(name, getattr(self, name), "seconds")


OPTIONS = (
    *("max_unavailable", "max_unavailable_percentage", "update_strategy", "force", "assist"),
    "preflight",
    *("soak", "stall_timeout", "poll_interval", "lease_duration", "stop_timeout", "lock_wait"),
    "cluster_parallel",
    "repair",
)
"""Options of an update besides those that say what to update, and to what."""


def from_params(
    params: Mapping[str, Any],
    run: str,
    holder: str,
    check: bool,
    target: ManagedTarget,
    epoch: float | None = None,
) -> ManagedPolicy:
    """Return the policy for these parameters. Raises InputError.

    `epoch`: seconds since the epoch at 0 of the loop's clock.
    """
    return ManagedPolicy(
        cluster=check_given("eks_cluster", params["eks_cluster"], "the name of the EKS cluster"),
        nodegroup=check_given("eks_nodegroup", params["eks_nodegroup"], "the name"),
        run=run,
        holder=holder,
        target=target,
        drain=drain_policy.from_params(params, epoch, DRAIN_PREFIX),
        lock_namespace=params["lock_namespace"],
        plan_only=check,
        restore_only=params["state"] == "restored",
        **{name: params[name] for name in OPTIONS},
    )
