# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Share one Lease among all groups of a control plane.

Whoever rotates a control plane writes it first and then looks for node groups whose Leases are
held; whoever rotates a node group writes its own Lease first and then looks for this one. So of two
that begin at once, at least one sees the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PREFIX
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import waits

NAME = "nodeops-rotator-control-plane"
KIND = "control_plane"
"""Its label nodeops.rotator/kind."""
OUT = PREFIX + "out"
"""Annotation: the node that a run has taken out of the control plane, as JSON."""
NODE_GROUPS = (
    "app.kubernetes.io/managed-by=nodeops.rotator,"
    f"{PREFIX}kind notin ({KIND},kops_control_plane,kops_apiserver)"
)
"""Labels of the Leases of node groups that are no part of a control plane."""
CONTROL_PLANES = (
    "app.kubernetes.io/managed-by=nodeops.rotator,"
    f"{PREFIX}kind in (kops_control_plane,kops_apiserver)"
)
"""Labels of the Leases of the groups of a control plane."""
WATCHES = 1.5
"""For how many durations of a Lease another run is watched before it counts as alive."""
Seen = Mapping[str, "tuple[str, float]"]
"""By Lease, the text of its renewTime and when it was first seen so, by our clock."""


def out_note(group: str, instance: str, run: str) -> str:
    """Return what the Lease says of the node that is out, "" for none."""
    return json.dumps({"group": group, "instance": instance, "run": run}) if instance else ""


def out_of(lease: Lease | None) -> tuple[str, str]:
    """Return group and instance of the node that is out, ("", "") for none.

    What cannot be read names no group.
    """
    text = dict(lease.notes).get(OUT, "") if lease is not None else ""
    if not text:
        return "", ""
    try:
        found = json.loads(text)
        return str(found["group"]), str(found["instance"])
    except (ValueError, KeyError, TypeError):
        return "", text


def noticed(seen: Seen, leases: Iterable[Lease], now: float) -> dict[str, tuple[str, float]]:
    """Return since when each held Lease has been as it is."""
    return {
        lease.name: seen[lease.name]
        if seen.get(lease.name, ("", 0.0))[0] == lease.renewed
        else (lease.renewed, now)
        for lease in leases
        if lease.holder
    }


def goes_first(
    own: str, waiting: bool, leases: Iterable[Lease], seen: Seen, now: float, limit: int
) -> Lease | None:
    """Return the Lease of a run that goes before ours, None if there is room.

    `own`: the name of our Lease. `waiting`: it says that we wait. `limit`: runs that may be at work
    at one time. Among those that wait, the first by the name of the Lease goes first.
    """
    alive = [one for one in leases if one.name != own and living(one, seen, now)]
    ahead = [one for one in alive if not waits(one)]
    if waiting:
        ahead += [one for one in alive if waits(one) and one.name < own]
    return ahead[0] if len(ahead) >= limit else None


def living(lease: Lease, seen: Seen, now: float) -> bool:
    """Return whether the holder of a Lease may be alive, by client-go's rule.

    It counts as dead once its renewTime has not changed for the duration of the Lease, by our own
    clock.
    """
    if not lease.holder:
        return False
    since = seen.get(lease.name, ("", now))[1]
    return now - since < max(lease.duration, 1)
