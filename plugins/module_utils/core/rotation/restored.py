# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what a rotation has restored at its end."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal


def restored(before: Journal, now: Journal, group: Group) -> Iterator[str]:
    """Yield what was restored, one sentence each.

    `before`: the record when everything was about to be restored. `now`: the record at the end.
    `group`: as the last read shows it.
    """
    name = f"Auto Scaling group {group.name}"
    found = before.max_size[0] if before.max_size else None
    if not now.max_size and found is not None and group.max_size == found:
        yield f"MaxSize of {name} is {found} again"
    resumed = set(before.suspended) - set(now.suspended) - group.suspended
    if resumed:
        yield f"{', '.join(sorted(resumed))} of {name} runs again"
    if before.fenced and not now.fenced and group.protects_new == before.protects_new:
        yield f"Scale-in protection of {name} is as it was"
    if before.reused and not now.reused and group.warm_pool and group.warm_pool.reuses:
        yield f"The warm pool of {name} takes instances back again"
    if before.tainted and not now.tainted:
        yield f"The soft taint is removed from the nodes of {name}"
