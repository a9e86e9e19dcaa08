# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a rotation, validated."""

from __future__ import annotations

import dataclasses

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import (
    Size,
    window,
)

WORKLOAD_GATE = ("wait", "warn", "off")
"""Whether pods that were evicted have to run again before the next node goes."""
ON_FAILURE = ("rollback_template", "keep_template")
"""What becomes of the template after a failed canary."""
UNKNOWN_INSTANCES = ("leave", "end")
"""What becomes of instances that never had a Node in this cluster."""


@dataclasses.dataclass(frozen=True)
class RotationPolicy:
    """The options of asg_node_replace, where their meaning is described; durations in seconds.

    `run`: this run's id. `holder`: our name in the Lease. `version`: the template version that the
    group is known to launch from (reads may be older). `boot_timeout` None: by the kind of the
    instances (see core.rotation.boot). `plan_only`: check mode. `restore_only`:
    state restored.
    """

    group: str
    run: str
    holder: str
    lease: str = ""
    max_surge: Size = Size(1)
    max_unavailable: Size = Size(0)
    canary: int = 1
    soak: float = 60
    failure_budget: int = 0
    min_ready: float = 10
    boot_timeout: float | None = None
    lb_timeout: float = 300
    max_node_age: float | None = None
    poll_interval: float = 30
    scale_in_fence: bool = True
    lease_duration: float = 30
    stop_timeout: float = 20
    terminate_timeout: float = 600
    gate_timeout: float = 900
    dead_node_timeout: float = 300
    version: str = ""
    plan_only: bool = False
    restore_only: bool = False
    cluster: str = ""
    unknown_instances: str = "leave"
    on_failure: str = "rollback_template"
    workload_gate: str = "wait"
    repair: bool = False
    drain: DrainPolicy = DrainPolicy()

    def checked(self) -> RotationPolicy:
        """Return self; raise InputError if a value is out of range."""
        window(self.max_surge, self.max_unavailable, 1)
        if self.workload_gate not in WORKLOAD_GATE:
            raise InputError(
                f"workload_gate is {self.workload_gate!r}",
                f"Give one of: {', '.join(WORKLOAD_GATE)}",
            )
        if self.on_failure not in ON_FAILURE:
            raise InputError(
                f"on_failure is {self.on_failure!r}", f"Give one of: {', '.join(ON_FAILURE)}"
            )
        if self.unknown_instances not in UNKNOWN_INSTANCES:
            raise InputError(
                f"unknown_instances is {self.unknown_instances!r}",
                f"Give one of: {', '.join(UNKNOWN_INSTANCES)}",
            )
        for name in ("canary", "soak", "failure_budget", "min_ready"):
            if getattr(self, name) < 0:
                raise InputError(f"{name} is {getattr(self, name)}", "It must be 0 or more")
        for name in (
            "boot_timeout",
            "max_node_age",
            "lb_timeout",
            "poll_interval",
            "lease_duration",
            "stop_timeout",
            "terminate_timeout",
            "gate_timeout",
            "dead_node_timeout",
        ):
            if getattr(self, name) is not None and getattr(self, name) <= 0:
                raise InputError(
                    f"{name} is {getattr(self, name)}", "It must be more than 0 seconds"
                )
        return self
