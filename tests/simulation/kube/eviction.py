# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve the eviction subresource, by the rules of the real one.

Source: kubernetes pkg/registry/core/pod/storage/eviction.go of 1.33 to 1.37, whose texts differ.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control
from ansible_collections.nodeops.rotator.tests.simulation.kube.deletion import (
    Options,
    delete,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import (
    ApiError,
    bad_request,
    forbidden,
    status,
    success,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Object,
    condition,
    is_finished,
    is_ready,
    is_terminating,
    labels_of,
    merged,
    with_conditions,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.options import (
    check_write,
    dry_runs,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.resources import RESOURCES
from ansible_collections.nodeops.rotator.tests.simulation.kube.selectors import object_match

MAX_DISRUPTED_PODS = 2000
VIOLATION = "Cannot evict pod as it would violate the pod's disruption budget."
TWO_BUDGETS = (
    "This pod has more than one PodDisruptionBudget, which the eviction subresource"
    " does not support."
)
PODS = RESOURCES["pods"]
BUDGET = dataclasses.replace(RESOURCES["poddisruptionbudgets"], plural="poddisruptionbudget")
"""The resource as this handler's refusals name it."""
DISRUPTION_TARGET = {
    "type": "DisruptionTarget",
    "status": "True",
    "reason": "EvictionByEvictionAPI",
    "message": "Eviction API: evicting",
}


def budgets_of(control: Control, pod: Mapping[str, Any]) -> list[Object]:
    """Return the PodDisruptionBudgets whose selector matches the pod."""
    labels, namespace = labels_of(pod), pod["metadata"]["namespace"]
    found = control.store.all("poddisruptionbudgets", namespace)
    return [budget for budget in found if object_match(budget["spec"].get("selector"))(labels)]


def evict(control: Control, pod: Object, body: Any, query: Mapping[str, str]) -> Object:
    """Evict a pod: the Status of success. Raises ApiError 403, 409, 429 or 500."""
    options = _options(pod, body, query)
    guarded = not (is_finished(pod) or is_terminating(pod) or pod["status"]["phase"] == "Pending")
    budgets = budgets_of(control, pod) if guarded else []
    if len(budgets) > 1:
        error = ApiError(500, TWO_BUDGETS)
        error.body = status(500, TWO_BUDGETS, "")
        raise error
    if budgets and not _is_free(pod, budgets[0]):
        _spend(control, pod, budgets[0], options.dry)
    if not options.dry:
        pod = _targeted(control, pod, options)
    delete(control, PODS, pod, dataclasses.replace(options, version=None))
    return success(201)


def _options(pod: Object, body: Any, query: Mapping[str, str]) -> Options:
    body = body if isinstance(body, Mapping) else {}
    name = (body.get("metadata") or {}).get("name", "")
    if name != pod["metadata"]["name"]:
        raise bad_request("name in URL does not match name in Eviction object")
    given, asked = body.get("deleteOptions") or {}, dry_runs(query)
    check_write("CreateOptions", query)
    if asked and dry_runs(given) not in ([], asked):
        both = f"{_go(asked)} and {_go(dry_runs(given))}"
        why = f"Non-matching dry-run options in request and content: {both}"
        raise ApiError(500, why, "")
    options = Options.read(given, {})
    return dataclasses.replace(options, dry_run=options.dry_run or tuple(asked))


def _go(values: Sequence[str]) -> str:
    """Return a list as Go prints it."""
    return f"[{' '.join(values)}]"


def _is_free(pod: Object, budget: Object) -> bool:
    """Return whether an unready pod may go without spending budget.

    The budget's unhealthyPodEvictionPolicy decides.
    """
    if is_ready(pod):
        return False
    if budget["spec"].get("unhealthyPodEvictionPolicy") == "AlwaysAllow":
        return True
    state = budget.get("status") or {}
    desired = state.get("desiredHealthy", 0)
    return bool(desired > 0 and state.get("currentHealthy", 0) >= desired)


def _spend(control: Control, pod: Object, budget: Object, dry: bool) -> None:
    """Take one disruption from the budget's status, or raise what it says against it."""
    state, name = budget.get("status") or {}, budget["metadata"]["name"]
    if state.get("observedGeneration", 0) < budget["metadata"].get("generation", 0):
        raise _too_many(f"The disruption budget {name} is still being processed by the server.", 10)
    allowed = state.get("disruptionsAllowed", 0)
    if allowed < 0:
        why = "pdb disruptions allowed is negative"
        raise _forbidden(control.minor, name, why, why)
    if len(state.get("disruptedPods") or {}) > MAX_DISRUPTED_PODS:
        why = "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
        detail = "too many pending evictions not confirmed by PDB controller"
        raise _forbidden(control.minor, name, why, detail)
    if allowed == 0:
        raise _too_many(_refusal(budget, state, control.minor), None)
    if not dry:
        fields: Object = {
            "disruptionsAllowed": allowed - 1,
            "disruptedPods": {pod["metadata"]["name"]: control.now},
        }
        if allowed == 1:
            fields["conditions"] = with_conditions(
                budget, control.now, allowed_condition(budget, 0)
            )
        control.store.put("poddisruptionbudgets", merged(budget, {"status": fields}))


def allowed_condition(budget: Object, allowed: int) -> Object:
    """Return the condition DisruptionAllowed for that many disruptions.

    Source: component-helpers apps/poddisruptionbudget.
    """
    return {
        "type": "DisruptionAllowed",
        "status": "True" if allowed > 0 else "False",
        "observedGeneration": budget["metadata"].get("generation", 1),
        "reason": "SufficientPods" if allowed > 0 else "InsufficientPods",
        "message": "",
    }


def _refusal(budget: Object, state: Object, minor: int) -> str:
    """Return why nothing is left. Before 1.35 it was always the number of pods."""
    name, found = budget["metadata"]["name"], condition(budget, "DisruptionAllowed") or {}
    told = found.get("message") if found.get("status") == "False" else ""
    desired, current = state.get("desiredHealthy", 0), state.get("currentHealthy", 0)
    never = f"The disruption budget {name} does not allow evicting pods currently"
    if minor >= 35 and told and found["reason"] == "SyncFailed":
        return f"{never} because it failed sync: {told}"
    if minor < 35 or current <= desired:
        return (
            f"The disruption budget {name} needs {desired} healthy pods and has {current} currently"
        )
    return f"{never} ({found['reason']}): {told}" if told else never


def _forbidden(minor: int, name: str, why: str, detail: str) -> ApiError:
    """403 for a budget whose status cannot be used; since 1.37 with a cause."""
    message = f"The disruption budget {name} does not allow evicting pods currently: {detail}"
    cause = {"reason": "DisruptionBudget", "message": message}
    return forbidden(BUDGET, name, why, (cause,) if minor >= 37 else ())


def _too_many(why: str, retry_after: int | None) -> ApiError:
    cause = {"reason": "DisruptionBudget", "message": why}
    return ApiError(429, VIOLATION, causes=(cause,), retry_after=retry_after)


def _targeted(control: Control, pod: Object, options: Options) -> Object:
    """Return the pod with its DisruptionTarget condition.

    It is written before the deletion, under the same preconditions.
    """
    delete(control, PODS, pod, dataclasses.replace(options, dry_run=("All",)))
    conditions = with_conditions(pod, control.now, DISRUPTION_TARGET)
    return control.store.put("pods", merged(pod, {"status": {"conditions": conditions}}))
