# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until the DNS records of the API servers name a new node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    ReadRecords,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.records import (
    kept_names,
    untold,
    why_not_named,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import AccessError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane.reading import (
    FRESH,
    PERIOD,
    components_of,
    others,
)

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
        RotationContext,
    )


def lacks(ctx: RotationContext, instance: str, node: Node) -> str:
    """Return which record a new node waits for, "" for none.

    They are read while it is asked. What may not be read is told, and not waited for.
    """
    names, plane = kept_names(components_of(ctx)), ctx.memory.plane
    if not names:
        return ""
    command = ReadRecords(names)
    if ctx.now - plane.dns_at >= PERIOD:
        ctx.do(command)
    ctx.look_at(max(plane.dns_at, ctx.now - PERIOD) + PERIOD)
    refused = ctx.refused(command)
    if refused is not None and isinstance(refused.error, AccessError):
        _tell(ctx, names, f": {refused.error.message}")
        return ""
    if ctx.now - plane.dns_at > FRESH or any(name not in plane.dns for name in names):
        return "the DNS records of the API servers to be read"
    if hidden := untold(plane.dns):
        _tell(ctx, hidden, ", which no hosted zone and no resolver here says")
    rest = (place.node for place in others(ctx, instance))
    return why_not_named(node, (one for one in rest if one is not None), plane.dns)


def _tell(ctx: RotationContext, names: tuple[str, ...], why: str) -> None:
    text = f"it is not known whom DNS record {listed(list(names))} names{why}"
    ctx.tell("warning", ctx.group.name, text, once="records")
