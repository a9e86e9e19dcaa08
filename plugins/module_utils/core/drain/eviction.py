# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Predict the API server's eviction rule and read its answers.

The rule only saves requests that the server would refuse. The server decides, and budgets may
change between our read and its decision. Source: Kubernetes' documentation of the Eviction API
("How API-initiated eviction works"), of PodDisruptionBudget's unhealthyPodEvictionPolicy, and the
eviction subresource of kube-apiserver 1.26 to 1.34.
"""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import wait_asked_for
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget, Pod

FINISHED = frozenset(("Succeeded", "Failed"))
MAX_DISRUPTED = 2000
"""Evictions that the disruption controller may have pending before the server refuses more."""


@dataclasses.dataclass(frozen=True)
class Ruling:
    """Expected answer of the server.

    `budgets`: those that cover the pod. `counts`: the eviction uses one of the budget's allowed
    disruptions. `reason`: why it would be refused, for people.
    """

    admitted: bool
    budgets: tuple[Budget, ...] = ()
    counts: bool = False
    reason: str = ""


def covering(pod: Pod, budgets: Iterable[Budget]) -> tuple[Budget, ...]:
    """Return the budgets that select the pod.

    In policy/v1 an empty selector selects all pods of the namespace.
    """
    return tuple(
        b
        for b in budgets
        if b.namespace == pod.namespace
        and b.selector is not None
        and b.selector.matches(pod.labels)
    )


def rule(pod: Pod, budgets: Iterable[Budget], spent: Mapping[str, int]) -> Ruling:
    """Predict whether the server would evict the pod now.

    `spent`: evictions by budget id that were admitted or are being requested, and that the
    budget's status does not show yet.
    """
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
            reason=f"covered by PDBs {names}; the server does not evict a pod with more than one",
        )
    budget = found[0]
    if not pod.ready and _spares_unready(budget):
        return Ruling(True, found)
    if why := unusable(budget):
        return Ruling(False, found, True, f"PDB {budget.id}: {why}")
    if budget.disruptions_allowed - spent.get(budget.id, 0) < 1:
        return Ruling(False, found, True, f"PDB {budget.id}: {health(budget)}")
    return Ruling(True, found, True)


def counts_nothing(budget: Budget) -> bool:
    """Return whether a budget that selects pods expects none of them.

    It then never allows an eviction. The disruption controller passes over pods without a
    controller when it computes a maxUnavailable or a percentage (Kubernetes, "Arbitrary workloads
    and arbitrary selectors").
    """
    computed = budget.wanted.startswith("maxUnavailable") or budget.wanted.endswith("%")
    return computed and has_settled(budget) and budget.expected_pods == 0


def has_settled(budget: Budget) -> bool:
    """Return whether the control plane has seen the budget's last change."""
    return budget.observed_generation >= budget.generation


def health(budget: Budget) -> str:
    """Return a budget's state for people: "3 healthy, 2 needed".

    Who holds it is added where that is known.
    """
    if budget.sync_error:
        return f"the control plane cannot work out its status: {budget.sync_error}"
    if counts_nothing(budget):
        return f"{budget.wanted} cannot be computed for pods without a controller"
    numbers = f"{budget.current_healthy} healthy, {budget.desired_healthy} needed"
    return f"{numbers}; {budget.held_by}" if budget.held_by else numbers


def way_out(ready: bool, budgets: tuple[Budget, ...]) -> str:
    """Return what to do about a pod that these budgets block."""
    if len(budgets) > 1:
        return "leave only one PDB for it, or set pdb_overrides"
    if budgets and budgets[0].sync_error:
        return "correct the budget, or set pdb_overrides"
    if budgets and counts_nothing(budgets[0]):
        return (
            "it can never allow an eviction. Give it a minAvailable that is a number, give the pod"
            " a controller, or set pdb_overrides"
        )
    if not ready:
        return (
            "repair the pod, set unhealthyPodEvictionPolicy AlwaysAllow on the PDB, or set"
            " pdb_overrides"
        )
    return "wait for its other replicas, add one, or set pdb_overrides"


def _spares_unready(budget: Budget) -> bool:
    """Return whether an unready pod can be evicted without using the budget."""
    return (
        budget.unhealthy_policy == "AlwaysAllow"
        or budget.current_healthy >= budget.desired_healthy > 0
    )


def unusable(budget: Budget) -> str:
    """Return why the server would not use the budget's status, "" if it would."""
    if not has_settled(budget):
        return "its status has not caught up with its last change"
    if budget.disruptions_allowed < 0:
        return "its status allows a negative number of disruptions"
    if len(budget.disrupted_pods) > MAX_DISRUPTED:
        return f"more than {MAX_DISRUPTED} evictions wait for the disruption controller"
    return ""


class Verdict(enum.Enum):
    """Meaning of an answer to an eviction or deletion."""

    ACCEPTED = "accepted"
    """The pod is being removed (in a dry run: would be)."""
    GONE = "gone"
    """The pod does not exist any more."""
    REPLACED = "replaced"
    """Another pod has this name now; the one we meant is gone."""
    BUDGET = "budget"
    """A PodDisruptionBudget refuses for now."""
    LAGGING = "lagging"
    """The budget's status is not up to date or changes too fast; ask again soon."""
    SEVERAL = "several"
    """More than one budget covers the pod, so it cannot be evicted."""
    THROTTLED = "throttled"
    """The server has too many requests (priority and fairness); pause all evictions."""
    NAMESPACE = "namespace"
    """The namespace is being terminated, and its pods with it."""
    CROWDED = "crowded"
    """The disruption controller has too many evictions of this budget pending."""
    ADMISSION = "admission"
    """An admission webhook or policy refuses, or the webhook cannot be reached."""
    CHANGED = "changed"
    """The pod changed during the request; ask again at once."""


@dataclasses.dataclass(frozen=True)
class Answer:
    """An answer of the server.

    `text`: its message. `by`: the budget or webhook that refuses. `retry_after`: seconds to wait
    since the server asks for it.
    """

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
    """Return the meaning of an answer to an eviction or to a pod's deletion.

    None: an ordinary error that is not about this pod (permission, credentials, server trouble).
    """
    text = " ".join(str(body.get("message") or "").split())
    details = body.get("details") or {}
    if status < 400:
        # For a pod with two budgets some servers answer 201 with a Status that says 500, others
        # a plain 500.
        inner = (
            int(body.get("code") or 0)
            if body.get("kind") == "Status" and body.get("status") == "Failure"
            else 0
        )
        return Answer(Verdict.ACCEPTED) if inner < 400 else read_answer(inner, body, retry_after)
    wait = retry_after if retry_after is not None else details.get("retryAfterSeconds")
    wait = wait_asked_for(wait)
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
        return Answer(Verdict.REPLACED if "UID" in text else Verdict.CHANGED, text)
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
