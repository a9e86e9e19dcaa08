# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell a rotation to those who ask the cluster, as Kubernetes Events.

`kubectl describe node` and `kubectl get events` show them to people who do not see the terminal of
the run.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.status import words_of
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted, duration

COMPONENT = "nodeops-rotator"
"""The source of our Events."""
NODE_NAMESPACE = "default"
"""Where Events about Nodes are: API servers refuse another namespace."""
MESSAGE_LENGTH = 1024
"""Longest message that API servers take."""
REASONS: Mapping[str, tuple[str, bool]] = {
    "cordoned": ("Replacing", False),
    "blocked": ("DrainBlocked", True),
    "drained": ("Drained", False),
    "terminated": ("Terminating", False),
    "uncordoned": ("ReplacementGivenUp", True),
    "restored": ("Restored", False),
    "failed": ("ReplacementFailed", True),
    "kept": ("Kept", True),
}
"""The reason of an Event by the phase of ours, and whether it is a warning."""
GOOD_ENDS = frozenset(("complete", "partial", "unchanged", "restored"))
"""Statuses whose Event is no warning."""


@dataclasses.dataclass(frozen=True)
class ClusterEvent:
    """A Kubernetes Event about an object, without the moment.

    `namespace`: of the object, "" for a Node. `uid`: kubelets give the name of a Node for it, and
    kubectl looks for both.
    """

    kind: Literal["Node", "Lease"]
    name: str
    uid: str
    reason: str
    message: str
    warning: bool = False
    namespace: str = ""

    @property
    def place(self) -> str:
        """Return the namespace of the Event itself."""
        return self.namespace or NODE_NAMESPACE


def about_node(event: Event, run: str) -> ClusterEvent | None:
    """Return the Kubernetes Event for an event of ours, None if it is about no node."""
    known = REASONS.get(event.phase)
    instance = event.about.instance_id
    if known is None or instance is None or event.subject == instance:
        return None
    reason, warning = known
    told = ": ".join(text for text in (f"rotation {run}", event.text) if text)
    return ClusterEvent("Node", event.subject, event.subject, reason, _cut(told), warning)


def about_lease(
    namespace: str, name: str, uid: str, run: str, values: Mapping[str, Any], error: str
) -> ClusterEvent:
    """Return the Kubernetes Event that sums a rotation up.

    `values`: the return values of asg_node_replace. `error`: why it failed, "" if it did not.
    """
    status = str(values["status"])
    done, total = values["replaced"], values["replaced"] + values["outdated"]
    words = [
        f"rotation {run}: {words_of(status, bool(values['not_restored']))}",
        f"{done} of {counted(total, 'node')} replaced",
        f"{counted(values['evictions'], 'pod')} evicted in {duration(values['seconds'])}",
    ]
    left = [f"not restored: {one}" for one in values["not_restored"]]
    message = "; ".join([*words, *([error] if error else []), *left])
    reason = f"Rotation{status.capitalize()}"
    warning = bool(left) or status not in GOOD_ENDS
    return ClusterEvent("Lease", name, uid, reason, _cut(message), warning, namespace)


def _cut(text: str) -> str:
    return text if len(text) <= MESSAGE_LENGTH else f"{text[: MESSAGE_LENGTH - 1]}…"


def body(told: ClusterEvent, moment: str, host: str) -> dict[str, Any]:
    """Return a new Event of the core API.

    `moment`: now, as metav1.Time. `host`: where the run is.
    """
    of: dict[str, str] = {"apiVersion": API[told.kind], "kind": told.kind, "name": told.name}
    if told.namespace:
        of["namespace"] = told.namespace
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": f"{told.name}.rotation-", "namespace": told.place},
        "involvedObject": {**of, "uid": told.uid},
        "reason": told.reason,
        "message": told.message,
        "type": "Warning" if told.warning else "Normal",
        "count": 1,
        "firstTimestamp": moment,
        "lastTimestamp": moment,
        "source": {"component": COMPONENT, "host": host},
    }


API: Mapping[str, str] = {"Node": "v1", "Lease": "coordination.k8s.io/v1"}
"""The API version of each kind that an Event is about."""
