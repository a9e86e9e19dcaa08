# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders of node_drain: which nodes, and what to do with them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain import policy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import (
    check_at_least,
    check_choice,
)

OrderState = Literal["drained", "cordoned", "uncordoned"]


@dataclasses.dataclass(frozen=True)
class Order:
    """What is asked for.

    `state`: "drained", "cordoned" or "uncordoned". `names` or a label `selector` say which nodes.
    `leave_cordoned`: what could not be drained stays cordoned.
    """

    state: OrderState = "drained"
    names: tuple[str, ...] = ()
    selector: str = ""
    policy: DrainPolicy = DrainPolicy()
    max_parallel: int = 1
    leave_cordoned: bool = False

    def __post_init__(self) -> None:
        check_choice("state", self.state, OrderState)
        check_at_least("max_parallel", self.max_parallel, 1)
        if not all(self.names):
            raise InputError(
                "nodes has an empty name", "Give names of Node objects, or node_selector"
            )
        parse(self.selector)

    @property
    def feeds(self) -> frozenset[Feed]:
        """Return the feeds in which its nodes are seen."""
        if self.selector:
            return frozenset((Feed("nodes", labels=self.selector),))
        return frozenset(Feed("nodes", name) for name in self.names)


def from_params(params: Mapping[str, Any], epoch: float) -> Order:
    """Return the order for the parameters of node_drain.

    `epoch`: seconds since the epoch at 0 of the loop's clock. Raises InputError.
    """
    return Order(
        state=params["state"],
        names=tuple(dict.fromkeys(params["nodes"] or ())),
        selector=params["node_selector"] or "",
        policy=policy.from_params(params, epoch),
        max_parallel=params["max_parallel"],
        leave_cordoned=params["leave_cordoned"],
    )
