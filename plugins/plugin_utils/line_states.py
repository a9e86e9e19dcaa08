# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the place of hosts in the line, and what became of them."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ansible.plugins.lookup.inventory_hostnames import LookupModule

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.line import LinePlace
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.rings import Ring
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.standing import Standing
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import maintenance
from ansible_collections.nodeops.rotator.plugins.plugin_utils.variable_checks import parsed, wrong
from ansible_collections.nodeops.rotator.plugins.plugin_utils.variables import ROLES, of_roles

FAILED = "_line_failed"
PASSED_OVER = "_line_passed_over"
RESOLVED = "resolve:ssm:"
"""What an image begins with that is looked up whenever an instance is launched."""


def members(
    hosts: Iterable[str], rings: Iterable[Ring], variables: Mapping[str, Any]
) -> list[LinePlace]:
    """Return the node groups in the order of `hosts`, each with its cluster and ring.

    `variables`: those of the task. A ring that names hosts has them; otherwise the variable `ring`
    of a host says it. Raises InputError.
    """
    named = _named(rings, variables)
    found = []
    for host in hosts:
        own = variables["hostvars"][host]
        _check_image(host, own)
        found.append(
            LinePlace(host, cluster_of(own, host), named.get(host) or own.get("ring") or "")
        )
    return found


def cluster_of(variables: Mapping[str, Any], host: str) -> str:
    """Return a name that no two clusters have in common.

    A host without a cluster is its own.
    """
    names = ("cluster_name", "eks_cluster", "kops_cluster")
    name = next((variables[one] for one in names if variables.get(one)), host)
    places = (variables.get("region"), variables.get("aws_account_id"))
    return ", ".join(str(part) for part in (name, *places) if part)


def _named(rings: Iterable[Ring], variables: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for ring in rings:
        if not ring.hosts:
            continue
        for host in LookupModule().run([ring.hosts], variables=dict(variables)):
            if found.setdefault(host, ring.name) != ring.name:
                raise InputError(f"{host} is in the rings {found[host]} and {ring.name}")
    return found


def _check_image(host: str, variables: Mapping[str, Any]) -> None:
    image = str(variables.get("prepare_image_id") or "")
    if image.startswith(RESOLVED):
        raise InputError(
            f"prepare_image_id of {host} is {image}, which may be another image in a later ring",
            "Give the ID of an image, or none, and the newest one is looked up and pinned",
        )


def check_policies(rings: Iterable[Ring]) -> None:
    """Raise InputError if a policy has a variable of no role, or a wrong value."""
    known = of_roles(ROLES)
    for ring in rings:
        for name, value in ring.policy.items():
            if name not in known:
                raise InputError(
                    f"policy of ring {ring.name} has {name}, which is no variable of the roles"
                )
            if problem := wrong(name, value, known[name]):
                raise InputError(f"In the policy of ring {ring.name}: {problem}")


def state_of(variables: Mapping[str, Any]) -> Standing:
    """Return what has become of a node group in this run."""
    result = variables.get("_rotate_result") or {}
    verified = variables.get("_verify_info") or {}
    # A node whose age is not known may be a new one.
    ages = [max(0.0, float(node.get("age") or 0)) for node in verified.get("nodes", ())]
    return Standing(
        done=bool(variables.get("_rotation_done")),
        ended=float(variables.get("_line_ended") or 0),
        changed=bool(result.get("replaced")) or bool(result.get("changed")),
        youngest=min(ages, default=None),
        left=len(result.get("left_outdated") or ()),
        failed=str(variables.get(FAILED) or ""),
        passed_over=bool(variables.get(PASSED_OVER)),
    )


def states(
    known: Mapping[str, Mapping[str, Any]], batch: Collection[str], hostvars: Mapping[str, Any]
) -> dict[str, Standing]:
    """Return the states that are known from before, and those of the present batch."""
    found = {host: Standing(**state) for host, state in known.items()}
    return found | {host: state_of(hostvars[host]) for host in batch}


def as_values(found: Mapping[str, Standing]) -> dict[str, dict[str, Any]]:
    """Return states as values for `known` of a later call."""
    return {host: dataclasses.asdict(state) for host, state in found.items()}


def opens_in(ring: Ring, variables: Mapping[str, Any]) -> tuple[float, str]:
    """Return in how many seconds the window of a ring opens, and the window.

    0 and "" for one that is open or not there. Raises InputError.
    """
    name = "rotate_maintenance_window"
    option = ring.policy.get(name) or variables.get(name) or {}
    now = time.time()
    return maintenance.opening(parsed(option, {"type": "dict"}), now)
