# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Table of the modelled operations and their handlers.

A handler lists the parameters that it models. Any other parameter is refused, so that no test
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
    """Register the decorated function as the handler of an operation.

    `modelled` are the parameters that it takes.
    """

    def enter(handler: Handler) -> Handler:
        _TABLE[service, name] = (handler, frozenset(modelled))
        return handler

    return enter


def find(service: str, name: str, params: Params) -> Handler:
    """Return the handler of an operation.

    Raises AwsError: UnknownOperationException for an operation that the World does not have,
    NotModelled (501) for a parameter that the operation does not model.
    """
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
    """Return all modelled operations as (service, name)."""
    return sorted(_TABLE)
