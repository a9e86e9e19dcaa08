# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts that objects of several kinds share."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model import selectors
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Owner
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import Selector
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PREFIX

Raw = Mapping[str, Any]


def moment(text: str | None) -> float | None:
    """Seconds since the epoch of an RFC 3339 time; None for an absent one."""
    return datetime.datetime.fromisoformat(text).timestamp() if text else None


def kept(meta: Raw, names: tuple[str, ...]) -> dict[str, str]:
    """Return the annotations with these names, and ours."""
    return {
        key: value
        for key, value in (meta.get("annotations") or {}).items()
        if key in names or key.startswith(PREFIX)
    }


def owner_of(meta: Raw) -> Owner | None:
    """Return the controller of an object, None without one."""
    for entry in meta.get("ownerReferences") or ():
        if entry.get("controller"):
            group = entry.get("apiVersion", "apps/v1").rpartition("/")[0]
            return Owner(entry["kind"], entry["name"], entry.get("uid", ""), group)
    return None


def is_true(status: Raw, condition: str) -> bool:
    """Return whether the status has the condition with status True."""
    return any(
        c.get("type") == condition and c.get("status") == "True"
        for c in status.get("conditions") or ()
    )


def addresses_of(status: Raw, *kinds: str) -> Iterator[str]:
    """Yield the addresses of these kinds that the status of a Node has."""
    found = status.get("addresses") or ()
    return (entry["address"] for entry in found if entry.get("type") in kinds)


def node_terms(required: Raw, given: Selector) -> tuple[Selector, ...]:
    """Return the terms of a NodeSelector, each with what is `given` besides.

    A field (its name) is taken for a label that no new node has; comparisons of numbers count as
    met.
    """
    found = []
    for term in required.get("nodeSelectorTerms") or ():
        entries = [*(term.get("matchExpressions") or ()), *(term.get("matchFields") or ())]
        known = [entry for entry in entries if entry.get("operator") not in ("Gt", "Lt")]
        more = selectors.from_object({"matchExpressions": known}) or Selector()
        found.append(Selector((*given.requirements, *more.requirements)))
    return tuple(found)
