# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name the Lease of an Auto Scaling group, label it, and tell whose it is."""

from __future__ import annotations

import hashlib
import re

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    LockedError,
    RefusedError,
    UnfinishedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    CLUSTER_UID,
    LEASE_PREFIX,
    PAUSED,
    PREFIX,
    SIZE_BEFORE,
    SOAK_OWED,
    USUAL_NAMESPACE,
    WAITS,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    load,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.signpost import (
    Signpost,
)

RENEW_AFTER = 1 / 2
"""Share of its duration after which a Lease is renewed. Commands may be sent until ACT_UNTIL, so
that a slow answer stops nothing; others wait for the whole duration before they take it."""
ACT_UNTIL = 2 / 3
"""Share of its duration for which a Lease is surely ours after it was renewed."""


def lease_name(arn: str) -> str:
    """Return the name of the Lease that is lock and record of an Auto Scaling group.

    It follows from the group's ARN alone, so that every run finds the same one whatever options it
    was given. The end of the ARN makes it readable.
    """
    group = arn.rsplit("autoScalingGroupName/", 1)[-1]
    return f"{LEASE_PREFIX}{_fit(group.lower(), 30)}-{_digest(arn)}"


def lease_labels(cluster: str, group: str, kind: str, run: str) -> tuple[tuple[str, str], ...]:
    """Return labels that say who holds what, for people.

    For example: kubectl get leases -l nodeops.rotator/group=blue.
    """
    named = {
        "app.kubernetes.io/managed-by": "nodeops.rotator",
        PREFIX + "cluster": label_value(cluster),
        PREFIX + "group": label_value(group),
        PREFIX + "kind": kind,
        PREFIX + "run": label_value(run),
    }
    return tuple(sorted((key, value) for key, value in named.items() if value))


def lease_notes(
    arn: str, cluster: str, uid: str, old: Lease | None = None, waiting: bool = False
) -> tuple[tuple[str, str], ...]:
    """Return annotations with the names in full, which do not fit into labels.

    `old`: the Lease that is replaced. A pause that people have set there stays. `waiting`: the
    holder is not at work yet (see waits).
    """
    named = {
        **(kept_notes(old) if old is not None else {}),
        PREFIX + "autoscaling-group-arn": arn,
        PREFIX + "cluster": cluster,
        CLUSTER_UID: uid,
        WAITS: "true" if waiting else "",
    }
    return tuple(sorted((key, value) for key, value in named.items() if value or key == PAUSED))


def kept_notes(lease: Lease) -> dict[str, str]:
    """Return the annotations that every write keeps.

    People have set them, or the next run needs them.
    """
    return {key: text for key, text in lease.notes if key in (PAUSED, SIZE_BEFORE, SOAK_OWED)}


def notes_over(old: Lease, wanted: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return the annotations of a Lease that is written over `old`.

    One that is wanted as "" is removed.
    """
    notes = {**kept_notes(old), **dict(wanted)}
    return tuple(sorted(one for one in notes.items() if one[1] or one[0] not in dict(wanted)))


def waits(lease: Lease) -> bool:
    """Return whether the holder waits until there is room in the cluster."""
    return bool(dict(lease.notes).get(WAITS))


def paused_by(lease: Lease) -> str:
    """Return who has paused the rotation and why; "" if nobody has."""
    text = kept_notes(lease).get(PAUSED)
    return "" if text in (None, "false") else text or "without a reason"


def pause_in_the_way(lease: Lease | None, group: str) -> str:
    """Return why nothing may begin in a group, "" if people have not paused it."""
    who = paused_by(lease) if lease is not None else ""
    return f"Node group {group} is paused: {who}" if who else ""


def pause_note(reason: str) -> str:
    """Return what the annotation of a pause says.

    Raises InputError for what would not count as a pause.
    """
    if reason.strip() in ("", "false"):
        raise InputError("reason does not say why", "Say who pauses the rotation, and why")
    return reason.strip()


def recorded_uid(lease: Lease) -> str:
    """Return the UID of the cluster's namespace kube-system that the Lease records.

    It is "" where none is recorded. A Lease that was copied to another cluster names the old one.
    """
    return dict(lease.notes).get(CLUSTER_UID, "")


def is_handed(journal: Journal, run: str) -> bool:
    """Return whether the update of the template in this run has left the Lease to us."""
    return bool(run) and journal.handover == run


def unfinished(lease: Lease, run: str) -> str:
    """Return which other run has left something to restore, "" for none.

    Raises RefusedError if the record cannot be read.
    """
    journal = load(lease.journal)
    return "" if journal.clean or journal.run == run else lease.holder or journal.run


def in_the_way(lease: Lease | None, group: str, run: str) -> str:
    """Return why this run could not take a group's Lease now, "" if it could.

    It does not tell a holder that lives from one that has died: for that the Lease has to be
    watched.
    """
    if lease is None or is_handed(load(lease.journal), run):
        return ""
    if other := unfinished(lease, run):
        return (
            f"Lease {lease.name} records a rotation of node group {group} that has not ended"
            f" ({other})"
        )
    if not lease.holder:
        return ""
    return f"Node group {group} is held by {lease.holder} (Lease {lease.name})"


def unfinished_error(lease: Lease, group: str, run: str, alone: bool) -> RefusedError:
    """Return the error about what another run has left in the record of a group.

    `alone`: no other group is concerned, so that a rotation of this one is all that it takes.
    """
    hint = (
        "Wait for its end. If that run is gone, finish it first without a change of the template,"
        " or restore the group with asg_node_replace and state: restored"
    )
    journal = load(lease.journal)
    if journal.canary != "failed" or not alone:
        return RefusedError(in_the_way(lease, group, run), hint)
    why = f": {journal.failures[0]}" if journal.failures else ""
    text = (
        f"The canary of node group {group} failed in an earlier run ({unfinished(lease, run)}),"
        f" which ended before everything was restored{why}"
    )
    return UnfinishedError(text, hint)


def other_namespaces(own: str, sign: Signpost) -> list[str]:
    """Return the namespaces besides our own in which a run could hold the Lease."""
    return sorted({USUAL_NAMESPACE, sign.namespace} - {own, ""})


def held_elsewhere(lease: Lease | None, group: str, namespace: str, run: str) -> LockedError | None:
    """Return the error if the Lease of another namespace is in the way, or None."""
    why = in_the_way(lease, group, run)
    if not why:
        return None
    return LockedError(
        f"{why}, in namespace {namespace}",
        f"Wait for the end of that run, or set lock_namespace: {namespace}, which is the same for"
        " all runs of a cluster",
    )


def label_value(text: str) -> str:
    """Return the text as a label value, which has 63 characters of a small alphabet.

    What does not fit is cut, and a hash keeps it distinct.
    """
    if re.fullmatch(r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?", text):
        return text
    return f"{_fit(text, 50)}-{_digest(text)}"


def _fit(text: str, length: int) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text)[:length].strip("-") or "x"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]
