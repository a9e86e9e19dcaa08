# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Number the templates of a Deployment, as `kubectl rollout history` shows them.

Source: kubernetes pkg/controller/deployment/util (SetNewReplicaSetAnnotations, MaxRevision) and
pkg/controller/deployment/sync.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import Object

PREFIX = "deployment.kubernetes.io/"
REVISION, PAST = f"{PREFIX}revision", f"{PREFIX}revision-history"
DESIRED, MOST = f"{PREFIX}desired-replicas", f"{PREFIX}max-replicas"
OWN = (
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    PAST,
    DESIRED,
    MOST,
    "deprecated.deployment.rollback.to",
)
"""Annotations of a Deployment that its ReplicaSets do not take over."""


def notes_of(owner: Object, present: Object | None, others: Iterable[Object]) -> dict[str, str]:
    """Return the annotations of the ReplicaSet of the owner's present template.

    `present`: that ReplicaSet, if it exists; `others`: those of former templates. A template that
    comes back is the newest revision; its former numbers are its history.
    """
    kept = dict((present or {"metadata": {}})["metadata"].get("annotations") or {})
    given = owner["metadata"].get("annotations") or {}
    kept.update({key: text for key, text in given.items() if key not in OWN})
    newest, before = max((revision_of(one) for one in others), default=0) + 1, kept.get(REVISION)
    if int(before or 0) < newest:
        kept[REVISION] = str(newest)
        if before:
            kept[PAST] = ",".join(filter(None, (kept.get(PAST), before)))
    return {**kept, **sizes(owner)}


def sizes(owner: Mapping[str, Any]) -> dict[str, str]:
    """Return what a Deployment writes onto each ReplicaSet that it scales."""
    wanted, strategy = owner["spec"]["replicas"], owner["spec"].get("strategy") or {}
    surge = (strategy.get("rollingUpdate") or {}).get("maxSurge", 0)
    if isinstance(surge, str):
        surge = -(-wanted * int(surge.rstrip("%")) // 100)
    return {DESIRED: str(wanted), MOST: str(wanted + surge)}


def revision_of(obj: Mapping[str, Any]) -> int:
    """Return the revision of a ReplicaSet, 0 before it has one."""
    return int((obj["metadata"].get("annotations") or {}).get(REVISION, 0))
