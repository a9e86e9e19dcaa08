# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find pods that can run on no other node, and pods that lose their data."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import (
    Context,
    Fate,
    decide,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import Selector
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.workloads import (
    HOSTNAME,
    TYPE_LABELS,
    ZONE_LABELS,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed


def stranded(look: Look) -> Iterator[str]:
    """Yield pods that a drain would remove and that no other node can take, ever.

    A node to come has the labels that the present nodes of the group share, but the host name, and
    is in a zone of the group.
    """
    found: dict[str, list[str]] = collections.defaultdict(list)
    shared, staying = _shared_labels(look), _staying(look)
    for pod in look.to_drain():
        if decide(pod, Context(look.drain)).fate is not Fate.REMOVE or pod.owner is None:
            continue
        for why, choices in _demands(look, pod):
            elsewhere = any(_any_matches(choices, node.labels) for node in staying)
            if not elsewhere and not any(_may_match(one, shared, look) for one in choices):
                found[f"{why} {' or '.join(str(one) for one in choices)}"].append(pod.id)
                break
    for demand, pods in sorted(found.items()):
        yield (
            f"Pod {listed(sorted(pods))} can run on no other node: {demand}. Move it first, or"
            " remove it"
        )


def lost(look: Look) -> Iterator[str]:
    """Name the pods that a drain would remove for good, or with their data."""
    removed = [
        pod for pod in look.to_drain() if decide(pod, Context(look.drain)).fate is Fate.REMOVE
    ]
    if alone := sorted(pod.id for pod in removed if pod.owner is None):
        yield f"Pod {listed(alone)} has no controller, and is lost with its node (force)"
    if local := sorted(pod.id for pod in removed if pod.empty_dir and pod.owner is not None):
        yield (f"Pod {listed(local)} loses what is in its emptyDir volumes (delete_emptydir_data)")


def unread(look: Look) -> Iterator[str]:
    """Say that pods bound to a node by their volumes cannot be found."""
    if look.volumes is None:
        yield (
            "The PersistentVolumes may not be read, so pods whose volumes are on a node are not"
            " found. Allow list of persistentvolumes and persistentvolumeclaims"
        )


def _demands(look: Look, pod: Pod) -> Iterator[tuple[str, tuple[Selector, ...]]]:
    """Yield what a node must have for this pod: one of some selectors, and why."""
    if pod.placing:
        yield "it asks for a node with", pod.placing
    volumes = look.volumes or {}
    for claim in pod.claims:
        volume = volumes.get(f"{pod.namespace}/{claim}")
        if volume is not None and volume.placing:
            yield f"its volume {volume.name} is on a node with", volume.placing


def _any_matches(choices: Iterable[Selector], labels: Mapping[str, str]) -> bool:
    return any(choice.matches(labels) for choice in choices)


def _may_match(choice: Selector, shared: Mapping[str, str], look: Look) -> bool:
    """Return whether a node to come may match, of any zone and type of the group."""
    for one in choice.requirements:
        if one.key in ZONE_LABELS:
            if look.group.zones and not any(one.matches({one.key: z}) for z in look.group.zones):
                return False
        elif one.key not in TYPE_LABELS and not one.matches(shared):
            return False
    return True


def _shared_labels(look: Look) -> dict[str, str]:
    """Return the labels that all nodes of the group have, without the host name."""
    nodes = list(look.nodes.values())
    first = nodes[0].labels.items() if nodes else ()
    shared = {key: text for key, text in first if all(n.labels.get(key) == text for n in nodes)}
    return {key: text for key, text in shared.items() if key != HOSTNAME}


def _staying(look: Look) -> tuple[Node, ...]:
    """Return the nodes of the cluster that this rotation does not replace."""
    outdated = {one.id for one in look.group.launched if look.outdated(one)}
    mine = (node for id_, node in look.nodes.items() if id_ not in outdated)
    return (*mine, *look.others)
