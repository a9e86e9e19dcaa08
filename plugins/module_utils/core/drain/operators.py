# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Know the operators that hold a budget on purpose.

Each makes a budget that allows nothing. It moves its pods itself when it sees the cordon or a
refused eviction, and then the budget gives way. So such a budget is waited for like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import HELD

OPERATORS: Mapping[str, str] = {
    "strimzi.io": "Strimzi, whose Drain Cleaner lets its operator roll the pod",
    "cnpg.io": "CloudNativePG, which moves the primary off a cordoned node",
    "longhorn.io": "Longhorn, which lets go once no volume needs the node",
    "rook.io": "Rook, which lets go while Ceph can spare the failure domain",
    "kubevirt.io": "KubeVirt, which migrates the virtual machine",
}
"""Operators by the domain of their API groups and labels, with what makes them let go.

Strimzi: "Evicting pods with the Drain Cleaner". CloudNativePG: "Kubernetes Upgrade and
Maintenance". Longhorn: "Node Maintenance". Rook: design/ceph/ceph-managed-disruptionbudgets.md.
KubeVirt: "Node maintenance".
"""


def operator_of(budget: Budget) -> str:
    """Return which operator holds a budget on purpose, for people; "" for none.

    People say so by an annotation.
    """
    said = budget.annotations.get(HELD, "false")
    if said != "false":
        return said or f"an operator (annotation {HELD})"
    for domain in _domains(budget):
        for known, text in OPERATORS.items():
            if domain == known or domain.endswith(f".{known}"):
                return text
    return ""


def _domains(budget: Budget) -> Iterator[str]:
    """Yield the domains of its controller, its labels and the labels that it selects."""
    if budget.owner is not None:
        yield budget.owner.group
    selected = budget.selector.requirements if budget.selector else ()
    for key in (*budget.labels, *(one.key for one in selected)):
        yield key.partition("/")[0]
