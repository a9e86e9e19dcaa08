# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of karpenter_wait, validated."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import (
    check_above_zero,
    check_at_least,
)


@dataclasses.dataclass(frozen=True)
class DriftPolicy:
    """Options of karpenter_wait, where their meaning is described.

    Durations are in seconds. `nodepools`: () for all. `epoch`: what the engine's clock lacks to
    seconds since the epoch. `plan_only`: look and do not wait.
    """

    nodepools: tuple[str, ...] = ()
    timeout: float = 3600
    settle: float = 300
    stop_timeout: float = 20
    epoch: float = 0.0
    plan_only: bool = False

    def __post_init__(self) -> None:
        check_above_zero("timeout", self.timeout, "seconds")
        check_above_zero("stop_timeout", self.stop_timeout, "seconds")
        check_at_least("settle", self.settle, 0, "seconds")


DRIFT_OPTIONS = ("timeout", "settle", "stop_timeout")
"""Options that are numbers of seconds."""


def drift_policy(params: Mapping[str, Any], epoch: float, check: bool) -> DriftPolicy:
    """Return the policy for these parameters. Raises InputError."""
    return DriftPolicy(
        nodepools=tuple(params["nodepools"] or ()),
        epoch=epoch,
        plan_only=check,
        **{name: params[name] for name in DRIFT_OPTIONS},
    )
