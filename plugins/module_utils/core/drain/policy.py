# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that a person may ask of a drain, checked. Private: may change in any release."""

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
OVERRIDES = ("wait", "delete", "skip_node")


@dataclasses.dataclass(frozen=True)
class Override:
    """What to do with pods that match when a budget blocks them: `wait` for as long as the drain
    may last, `delete` them past the budget, or `skip_node`. `namespace` narrows, empty is every
    namespace."""

    selector: Selector
    action: str = "wait"
    namespace: str = ""


@dataclasses.dataclass(frozen=True)
class DrainPolicy:
    """The options of a drain, named as kubectl's where kubectl has one. Durations in seconds; a
    limit of 0 is none.

    `epoch`: what to add to the loop's clock for seconds since the epoch, so that deletion
    timestamps can be compared with it; None where nobody knows, then a deletion counts from when it
    was first seen.
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
                    f"{name} is {getattr(self, name)}, and no time is less than 0 seconds",
                    "0 means no limit",
                )
        if self.retry < 1:
            raise InputError(
                f"retry is {self.retry:g} seconds", "At least 1, so that the server is not hammered"
            )
        if self.max_grace_period is not None and self.max_grace_period < 0:
            raise InputError(
                f"max_grace_period is {self.max_grace_period}, and no time is less than 0 seconds"
            )
        _one_of("on_timeout", self.on_timeout, ON_TIMEOUT)
        _one_of("honor_do_not_disrupt", self.honor_do_not_disrupt, DO_NOT_DISRUPT)
        for override in self.pdb_overrides:
            _one_of("pdb_overrides action", override.action, OVERRIDES)
        if self.timeout and self.grace_period is not None and self.grace_period > self.timeout:
            raise InputError(
                f"grace_period {self.grace_period} is longer than timeout {self.timeout:g}",
                "Raise timeout above it",
            )

    def grace(self, own: int) -> int | None:
        """The grace to ask for a pod whose own is `own` seconds; None: its own, unsaid. The cap
        never lengthens."""
        asked = own if self.grace_period is None else self.grace_period
        if self.max_grace_period is not None and asked > self.max_grace_period:
            return self.max_grace_period
        return self.grace_period


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InputError(f"{name} is '{value}'", f"It may be {', '.join(allowed)}")


def from_options(options: Mapping[str, Any], epoch: float | None = None) -> DrainPolicy:
    """The policy of a module's parameters, which have the fields' names; selectors are text,
    overrides dictionaries, a negative grace_period is the pod's own as in kubectl. Raises
    InputError."""
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
