# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a drain, validated."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import (
    Selector,
    parse,
)

ON_TIMEOUT = ("fail", "skip", "delete", "force_delete")
DO_NOT_DISRUPT = ("ignore", "wait", "skip_node")
TOLERATING_PODS = ("leave", "fail")
OVERRIDES = ("wait", "delete", "skip_node")


@dataclasses.dataclass(frozen=True)
class Override:
    """What to do with matching pods that a budget blocks.

    `action`: `wait` until the drain's timeout, `delete` them without asking the budget, or
    `skip_node`. `namespace`: only pods in it; "" means every namespace.
    """

    selector: Selector
    action: str = "wait"
    namespace: str = ""


@dataclasses.dataclass(frozen=True)
class DrainPolicy:
    """The options of a drain, with kubectl's names where kubectl has them.

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
    honor_do_not_disrupt: str = "ignore"
    tolerating_pods: str = "leave"
    wait_for_jobs: bool = False
    pdb_overrides: tuple[Override, ...] = ()
    by_priority: bool = False
    timeout: float = 900
    pdb_timeout: float = 600
    retry: float = 30
    on_timeout: str = "fail"
    wait_for_volumes: bool = True
    volume_timeout: float = 120
    epoch: float | None = None

    def __post_init__(self) -> None:
        for name in ("skip_wait_for_delete_timeout", "timeout", "pdb_timeout", "volume_timeout"):
            if getattr(self, name) < 0:
                raise InputError(
                    f"{name} is {getattr(self, name)}, it must be 0 or more seconds",
                    "0 means no limit",
                )
        if self.retry < 1:
            raise InputError(
                f"retry is {self.retry:g}, it must be 1 or more seconds",
                "Less than 1 second would overload the API server",
            )
        if self.max_grace_period is not None and self.max_grace_period < 0:
            raise InputError(
                f"max_grace_period is {self.max_grace_period}, it must be 0 or more seconds"
            )
        _one_of("on_timeout", self.on_timeout, ON_TIMEOUT)
        _one_of("tolerating_pods", self.tolerating_pods, TOLERATING_PODS)
        _one_of("honor_do_not_disrupt", self.honor_do_not_disrupt, DO_NOT_DISRUPT)
        for override in self.pdb_overrides:
            _one_of("pdb_overrides action", override.action, OVERRIDES)
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


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InputError(f"{name} is '{value}'", f"Choose one of {', '.join(allowed)}")


def from_options(options: Mapping[str, Any], epoch: float | None = None) -> DrainPolicy:
    """Return the policy for a module's parameters, which have the names of its fields.

    Selectors are text, overrides are dictionaries. A negative grace_period means the pod's own, as
    in kubectl. Raises InputError.
    """
    names = {field.name for field in dataclasses.fields(DrainPolicy)}
    given: dict[str, Any] = {
        name: value for name, value in options.items() if name in names and value is not None
    }
    given["pod_selector"] = parse(given.get("pod_selector", ""))
    given["pdb_overrides"] = tuple(_override(entry) for entry in given.get("pdb_overrides", ()))
    if given.get("grace_period", 0) < 0:
        del given["grace_period"]
    return DrainPolicy(**{**given, "epoch": epoch})


def _override(entry: Mapping[str, Any]) -> Override:
    return Override(
        parse(entry["selector"]), entry.get("action") or "wait", entry.get("namespace") or ""
    )
