# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name the nodes of the group that the run itself works on."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look


def worked_on(look: Look) -> Iterator[str]:
    """Yield the outdated nodes that a rotation from here leaves."""
    outdated = {one.id for one in look.group.launched if look.outdated(one)}
    for id_, node in sorted(look.nodes.items(), key=lambda pair: pair[1].name):
        if id_ in outdated and node.name in look.hosts:
            yield (
                f"Node {node.name} of {look.group.name} is where this run itself works. A rotation"
                " from here leaves it, and names it: rotate it from elsewhere"
            )
