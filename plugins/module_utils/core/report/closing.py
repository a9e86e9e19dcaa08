# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say how far a run came that was ended early, and what to type to go on.

Ansible shows no result of a task that it was interrupted in. So the words go to the Lease, and the
next run begins with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.summary import (
    row,
    table,
)

HEADING = "The last run of this node group was ended before it was done:"
ANYWAY = "run the same command again"


def closing(values: Mapping[str, Any], run: str, reason: str, again: str) -> tuple[str, ...]:
    """Return the closing table of a run that was stopped, and what to type.

    `values`: the result of asg_node_replace. `reason`: what stopped it. `again`: the command that
    began it, "" if it is not known.
    """
    summary = {
        **values,
        "node_group": values["autoscaling_group_name"],
        "image_id": values["target"].get("image_id", ""),
        "problems": values["not_restored"],
    }
    return (
        f"Run {run} was stopped by {reason}",
        *table([row(summary)]),
        *(f"Left as it is: {sentence}" for sentence in values["not_restored"]),
        f"To resume: {again or ANYWAY}",
        "To restore everything instead: the same with -e rotate_state=restored (of the module:"
        " state: restored)",
    )
