# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a drain, validated."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import (
    Selector,
    parse,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import (
    check_at_least,
    check_choice,
)

OnTimeout = Literal["fail", "skip", "delete", "force_delete"]
DoNotDisrupt = Literal["ignore", "wait", "skip_node"]
ToleratingPods = Literal["leave", "fail"]
BudgetAction = Literal["wait", "delete", "skip_node"]


@dataclasses.dataclass(frozen=True)
class BudgetOverride:
    """What to do with matching pods that a budget blocks.

    `action`: `wait` until the drain's timeout, `delete` them without asking the budget, or
    `skip_node`. `namespace`: only pods in it; "" means every namespace.
    """

    selector: Selector
    action: BudgetAction = "wait"
    namespace: str = ""


@dataclasses.dataclass(frozen=True)
class DrainPolicy:
    """Options of a drain, with kubectl's names where kubectl has them.

    Durations are in seconds; 0 means no limit. `epoch`: added to the loop's clock, gives seconds
    since the epoch, to compare with deletion timestamps; None: unknown, so a deletion counts from
    the moment it was first seen.
    """

    ignore_daemonsets: bool = True
    delete_emptydir_data: bool = False
    force: bool = False
    disable_eviction: bool = False
    pod_selector: Selector = Selector()
    grace_period: int | None = None
    max_grace_period: int | None = None
    skip_wait_for_delete_timeout: int = 0
    honor_do_not_disrupt: DoNotDisrupt = "ignore"
    tolerating_pods: ToleratingPods = "leave"
    wait_for_jobs: bool = False
    pdb_overrides: tuple[BudgetOverride, ...] = ()
    by_priority: bool = False
    timeout: float = 900
    pdb_timeout: float = 600
    retry: float = 30
    on_timeout: OnTimeout = "fail"
    wait_for_volumes: bool = True
    volume_timeout: float = 120
    epoch: float | None = None

    def __post_init__(self) -> None:
        for name in ("skip_wait_for_delete_timeout", "timeout", "pdb_timeout", "volume_timeout"):
            check_at_least(name, getattr(self, name), 0, "seconds")
        check_at_least("retry", self.retry, 1, "seconds")
        check_at_least("max_grace_period", self.max_grace_period, 0, "seconds")
        check_choice("on_timeout", self.on_timeout, OnTimeout)
        check_choice("tolerating_pods", self.tolerating_pods, ToleratingPods)
        check_choice("honor_do_not_disrupt", self.honor_do_not_disrupt, DoNotDisrupt)
        for override in self.pdb_overrides:
            check_choice("pdb_overrides action", override.action, BudgetAction)
        if self.timeout and self.grace_period is not None and self.grace_period > self.timeout:
            raise InputError(
                f"grace_period {self.grace_period} is longer than timeout {self.timeout:g}",
                "Raise timeout, or lower grace_period",
            )

    def grace(self, own: int) -> int | None:
        """Return the grace to request for a pod whose own is `own` seconds.

        None: request none, so the pod's own applies. max_grace_period never lengthens it.
        """
        asked = own if self.grace_period is None else self.grace_period
        if self.max_grace_period is not None and asked > self.max_grace_period:
            return self.max_grace_period
        return self.grace_period

    def override(self, pod: Pod) -> BudgetOverride | None:
        """Return the override for a pod that a budget blocks, None if none fits."""
        fitting = (
            one
            for one in self.pdb_overrides
            if one.namespace in ("", pod.namespace) and one.selector.matches(pod.labels)
        )
        return next(fitting, None)


OPTIONS = tuple(field.name for field in dataclasses.fields(DrainPolicy) if field.name != "epoch")
"""Fields of DrainPolicy that are options of their own name."""


def from_params(
    params: Mapping[str, Any], epoch: float | None = None, prefix: str = ""
) -> DrainPolicy:
    """Return the policy for a module's parameters, named like its fields.

    Selectors are text, overrides are dictionaries. A negative grace_period means the pod's own, as
    in kubectl. Raises InputError.
    """
    given: dict[str, Any] = {
        name: params[prefix + name] for name in OPTIONS if params.get(prefix + name) is not None
    }
    given["pod_selector"] = parse(given.get("pod_selector", ""))
    given["pdb_overrides"] = tuple(_override(entry) for entry in given.get("pdb_overrides", ()))
    if given.get("grace_period", 0) < 0:
        del given["grace_period"]
    return DrainPolicy(**{**given, "epoch": epoch})


def _override(entry: Mapping[str, Any]) -> BudgetOverride:
    return BudgetOverride(
        parse(entry["selector"]), entry.get("action") or "wait", entry.get("namespace") or ""
    )
