# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One round of asking for pods, made by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import DeletePod, Evict
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    Answer,
    Verdict,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.budgets import (
    Allotment,
    Candidate,
    allot,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
    NodeMemory,
    PodMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.observe import (
    budgets_of,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    NOW,
    a_cache,
    a_memory,
    a_pod,
    a_policy,
    a_view,
)


def ask(
    *pods: PodMemory,
    budgets: Sequence[Budget] = (),
    others: Sequence[PodMemory] = (),
    mode: str = "evict",
    in_flight: Sequence[Any] = (),
    known: DrainMemory | None = None,
    now: float = NOW,
    **options: Any,
) -> Allotment:
    """Return what one look asks for these candidates.

    `others` are pods of the node that are not.
    """
    everybody = {pod.pod.uid: pod for pod in (*pods, *others)}
    memory = known or a_memory(budgets=budgets)
    memory = dataclasses.replace(memory, nodes={"n1": NodeMemory(0.0, everybody)})
    candidates = [Candidate(pod, mode) for pod in pods]
    view = a_view(a_cache(budgets=budgets), in_flight=in_flight)
    return allot(memory, candidates, view, budgets_of(view.cache), now, a_policy(**options))


def names(found: Allotment) -> list[str]:
    """The pods that are asked for."""
    asked = [one for one in found.commands if isinstance(one, (Evict, DeletePod))]
    assert len(asked) == len(found.commands)
    return [command.name for command in asked]


def refused(verdict: Verdict, next_try: float, at: float = NOW - 5, **more: Any) -> PodMemory:
    """A pod whose last request, issued at `at`, was refused."""
    fields: dict[str, Any] = {"next_try": next_try, "refused_at": at, "answer": Answer(verdict)}
    return PodMemory(a_pod(), **{**fields, **more})
