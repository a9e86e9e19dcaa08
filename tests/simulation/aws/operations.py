# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of operations, and how a handler gets into it.

A handler says which parameters it models. Whatever else is given is refused loudly, so that no test
passes because the World ignored an option that the real service would have obeyed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account

Params = Mapping[str, Any]
Handler = Callable[["Account", Params], dict[str, Any]]

_TABLE: dict[tuple[str, str], tuple[Handler, frozenset[str]]] = {}


def operation(service: str, name: str, *modelled: str) -> Callable[[Handler], Handler]:
    """Make the decorated function the handler of `service`'s operation `name`, taking the
    parameters `modelled`."""

    def enter(handler: Handler) -> Handler:
        _TABLE[service, name] = (handler, frozenset(modelled))
        return handler

    return enter


def find(service: str, name: str, params: Params) -> Handler:
    """The handler of an operation. Raises AwsError UnknownOperationException for one that the World
    does not have, NotModelled (501) for a parameter that it does not model."""
    found = _TABLE.get((service, name))
    if found is None:
        raise AwsError(
            "UnknownOperationException", f"{service} {name} is not part of this account", 501
        )
    handler, modelled = found
    for parameter in params:
        if parameter not in modelled and not (service == "ec2" and parameter == "DryRun"):
            raise AwsError("NotModelled", f"{service} {name} is modelled without {parameter}", 501)
    return handler


def names() -> list[tuple[str, str]]:
    """All operations that are modelled, as (service, name)."""
    return sorted(_TABLE)
