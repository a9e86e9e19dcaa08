# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One step of a node's drain, made by hand."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import (
    DrainPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Budget,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Cache,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    BudgetMemory,
    DrainMemory,
    PodMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.node import next_step
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.observe import budgets_of
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.pods import look_at
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.progress import NextStep
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    NODE,
    NOW,
    a_cache,
    a_node_memory,
    a_pod,
    a_policy,
)


def step(
    *pods: PodMemory,
    cache: Cache | None = None,
    budgets: tuple[Budget, ...] = (),
    began: float = NOW,
    now: float = NOW,
    admitted: dict[str, float] | None = None,
    policy: DrainPolicy | None = None,
    node: dict[str, Any] | None = None,
    **options: Any,
) -> NextStep:
    """How the drain of a node with these pods goes on. `node`: fields of its memory."""
    cache = cache or a_cache([pod.pod for pod in pods], budgets)
    policy = policy or a_policy(**options)
    memory = a_node_memory(pods={pod.pod.uid: pod for pod in pods}, began=began, **(node or {}))
    progress = {name: BudgetMemory("1", 0.0, at) for name, at in (admitted or {}).items()}
    drain = DrainMemory({NODE: memory}, progress)
    look = look_at(NODE, memory, cache, now, policy)
    return next_step(drain, look, cache, budgets_of(cache), now, policy)


def asked(found: NextStep) -> list[tuple[str, str]]:
    """Who is to be asked for and how."""
    return [(candidate.pod.pod.name, candidate.mode) for candidate in found.candidates]


def held(since: float = NOW, pod: Pod | None = None, **fields: Any) -> PodMemory:
    """A pod that has been held back since then."""
    return PodMemory(pod or a_pod(), held_since=since, **fields)
