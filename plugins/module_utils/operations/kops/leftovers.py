# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse what earlier runs, of kops or of ours, have left behind."""

from __future__ import annotations

import dataclasses

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.beside import (
    detached_instances,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import list_groups
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    RefusedError,
    UnfinishedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import LATEST
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.group_plan import (
    GroupPlan,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template import (
    launch_templates,
)

CLAIMED = ("target", "target_others", "previous", "previous_others", "handover", "origin")
"""What a claim of a Lease writes into its record."""


def refuse_followers(aws: Aws, plan: GroupPlan) -> None:
    """Refuse a template whose next version other groups would launch too.

    Raises RefusedError.
    """
    own = plan.autoscaling_group
    others = launch_templates.followers(list_groups(aws), plan.template_id, [LATEST], own)
    if others:
        raise RefusedError(
            f"Auto Scaling group {listed(others)} follows launch template {plan.template_name}"
            f" of instance group {plan.group.name} too",
            "Give it a launch template of its own",
        )


def refuse_detached(aws: Aws, group: str) -> None:
    """Refuse an Auto Scaling group with detached instances.

    It does not know them any more, so that no rotation would see them, and they are nodes of the
    old image. Raises RefusedError.
    """
    if alive := detached_instances(aws, group):
        raise RefusedError(
            f"An interrupted kops rolling-update has detached {', '.join(alive)} from Auto Scaling"
            f" group {group}",
            "Let kops rolling-update finish, or drain and terminate them",
        )


def refuse_unfinished(name: str, owed: Journal) -> None:
    """Refuse to restore the state store before the launch template is.

    The failed image would be taken for the one to restore. `name`: the instance group. Raises
    UnfinishedError.
    """
    if owed.pointer_owed:
        raise UnfinishedError(
            f"The launch template of {name} has not been taken back yet",
            "Restore the group first: asg_node_replace with state: restored",
        )


def failed_image(found: Journal, owed: Journal) -> str:
    """Return the ID of the image that failed, "" where that is not known.

    `found`: the record that says so, before its Lease was ours. `owed`: once it is, with our claim
    in it. Where somebody was at work in between, or was killed while he set another image, the
    record may speak of that one.
    """
    ours = {name: getattr(found, name) for name in CLAIMED}
    if found.handover or dataclasses.replace(owed, **ours) != found:
        return ""
    return found.target[2]
