# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API server's rule of eviction as a pure function, and the meaning of each of its answers.
Private.

The rule saves requests: what the server would refuse is not asked. It decides nothing: the server
does, and budgets change between our look and its. Source: Kubernetes' documentation of the Eviction
API ("How API-initiated eviction works"), of PodDisruptionBudget's unhealthyPodEvictionPolicy, and
the eviction subresource of kube-apiserver 1.26 to 1.34.
"""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget, Pod

FINISHED = frozenset(("Succeeded", "Failed"))
MAX_DISRUPTED = 2000
"""So many admitted evictions may be unseen by the disruption controller before the server refuses
more."""


@dataclasses.dataclass(frozen=True)
class Ruling:
    """What the server is expected to say. `budgets`: those that cover the pod; `counts`: whether
    the eviction takes one of its budget's allowed disruptions; `reason`: why not, for people."""

    admitted: bool
    budgets: tuple[Budget, ...] = ()
    counts: bool = False
    reason: str = ""


def covering(pod: Pod, budgets: Iterable[Budget]) -> tuple[Budget, ...]:
    """The budgets that select the pod; in policy/v1 an empty selector selects all pods of its
    namespace."""
    return tuple(
        b
        for b in budgets
        if b.namespace == pod.namespace
        and b.selector is not None
        and b.selector.matches(pod.labels)
    )


def rule(pod: Pod, budgets: Iterable[Budget], spent: Mapping[str, int]) -> Ruling:
    """Whether the server would evict the pod now. `spent` says how many evictions each budget (by
    id) has admitted, or is being asked for, that its status does not show yet."""
    if pod.phase in FINISHED or pod.phase == "Pending" or pod.deleted_at is not None:
        return Ruling(True)
    found = covering(pod, budgets)
    if not found:
        return Ruling(True)
    if len(found) > 1:
        names = " and ".join(sorted(budget.id for budget in found))
        return Ruling(
            False,
            found,
            reason=f"covered by PDBs {names}, and the server evicts no pod with more than one",
        )
    budget = found[0]
    if not pod.ready and _spares_unready(budget):
        return Ruling(True, found)
    if stale := _unusable(budget):
        return Ruling(False, found, True, stale)
    if budget.disruptions_allowed - spent.get(budget.id, 0) < 1:
        return Ruling(False, found, True, f"PDB {budget.id}: {health(budget)}")
    return Ruling(True, found, True)


def health(budget: Budget) -> str:
    """A budget's state for people: "3 of 3 needed are healthy"."""
    return f"{budget.current_healthy} healthy, {budget.desired_healthy} needed"


def _spares_unready(budget: Budget) -> bool:
    """Whether an unready pod may go without taking from the budget."""
    return (
        budget.unhealthy_policy == "AlwaysAllow"
        or budget.current_healthy >= budget.desired_healthy > 0
    )


def _unusable(budget: Budget) -> str:
    if budget.observed_generation < budget.generation:
        return f"PDB {budget.id}: its status has not caught up with its last change"
    if budget.disruptions_allowed < 0:
        return f"PDB {budget.id}: its status allows a negative number of disruptions"
    if len(budget.disrupted_pods) > MAX_DISRUPTED:
        return (
            f"PDB {budget.id}: more than {MAX_DISRUPTED} evictions wait for the disruption"
            " controller"
        )
    return ""


class Verdict(enum.Enum):
    """What an answer to an eviction or deletion means."""

    ACCEPTED = "accepted"
    """The pod is going (or, for a dry run, would go)."""
    GONE = "gone"
    """There is no such pod any more."""
    REBORN = "reborn"
    """Another pod of this name has taken its place; ours is gone."""
    BUDGET = "budget"
    """A PodDisruptionBudget refuses for now."""
    LAGGING = "lagging"
    """The budget's status is not up to date, or changes too fast; to be asked again soon."""
    SEVERAL = "several"
    """More than one budget covers the pod: not evictable until there is only one."""
    THROTTLED = "throttled"
    """The server has too many requests (priority and fairness); everybody should wait."""
    NAMESPACE = "namespace"
    """The namespace is being terminated and takes its pods along."""
    CROWDED = "crowded"
    """The disruption controller is behind with this budget's evictions."""
    ADMISSION = "admission"
    """An admission webhook or policy refuses, or cannot be asked."""
    CHANGED = "changed"
    """The pod changed under the server's hands; to be asked again at once."""


@dataclasses.dataclass(frozen=True)
class Answer:
    """An answer: `by` names who refuses (budget or webhook), `text` is the server's message,
    `retry_after` seconds that the server asks to wait."""

    verdict: Verdict
    text: str = ""
    by: str = ""
    retry_after: float | None = None


_WEBHOOK = re.compile(
    r"""(?:admission webhook|failed calling webhook|ValidatingAdmissionPolicy) ["']([^"']+)["']"""
)
_BUDGET = re.compile(r"disruption budget (\S+) (?:needs|is still|does not)")
_CONFLICT_BUDGET = re.compile(r"""couldn't update PodDisruptionBudget "([^"]+)" due to conflicts""")


def read_answer(
    status: int, body: Mapping[str, Any], retry_after: float | None = None
) -> Answer | None:
    """The meaning of an answer of the eviction subresource or of a pod's deletion; None for one
    that is an error of the usual kind (no permission, no credentials, server trouble)."""
    text = " ".join(str(body.get("message") or "").split())
    details = body.get("details") or {}
    if status < 400:
        # Two budgets are answered with 201 and a Status that says 500 by some servers, with a plain
        # 500 by others.
        inner = (
            int(body.get("code") or 0)
            if body.get("kind") == "Status" and body.get("status") == "Failure"
            else 0
        )
        return Answer(Verdict.ACCEPTED) if inner < 400 else read_answer(inner, body, retry_after)
    wait = retry_after if retry_after is not None else details.get("retryAfterSeconds")
    if found := _WEBHOOK.search(text):
        return Answer(Verdict.ADMISSION, text, found[1], wait)
    causes = details.get("causes") or ()
    return _by_status(
        status,
        text,
        {cause.get("reason", ""): str(cause.get("message", "")) for cause in causes},
        wait,
    )


def _by_status(
    status: int, text: str, causes: Mapping[str, str], wait: float | None
) -> Answer | None:
    if status == 404:
        return Answer(Verdict.GONE, text)
    if status == 409:
        return Answer(Verdict.REBORN if "UID" in text else Verdict.CHANGED, text)
    if status == 403:
        return _forbidden(text, causes)
    if status == 429:
        return _too_many(text, causes, wait)
    if "more than one PodDisruptionBudget" in text:
        return Answer(Verdict.SEVERAL, text)
    if found := _CONFLICT_BUDGET.search(text):
        return Answer(Verdict.LAGGING, text, found[1], wait)
    return None


def _forbidden(text: str, causes: Mapping[str, str]) -> Answer | None:
    if "NamespaceTerminating" in causes or "because it is being terminated" in text:
        return Answer(Verdict.NAMESPACE, text)
    if "DisruptedPods map too big" in text or "disruptions allowed is negative" in text:
        return Answer(Verdict.CROWDED, text)
    return None


def _too_many(text: str, causes: Mapping[str, str], wait: float | None) -> Answer:
    cause = causes.get("DisruptionBudget", "")
    if not cause and "disruption budget" not in text:
        return Answer(Verdict.THROTTLED, text, retry_after=wait)
    found = _BUDGET.search(cause)
    kind = Verdict.LAGGING if "still being processed" in cause else Verdict.BUDGET
    return Answer(kind, cause or text, found[1] if found else "", wait)
