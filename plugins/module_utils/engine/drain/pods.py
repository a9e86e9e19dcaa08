# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide the fate of each pod of one node, and say why."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.coverage import (
    Budgets,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    Verdict,
    rule,
    way_out,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import (
    Context,
    Decision,
    Fate,
    decide,
    finished,
    of_daemonset,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Attachment,
    Claim,
    DaemonSet,
    Node,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    ATTACHMENTS,
    BUDGETS,
    CLAIMS,
    DAEMONSETS,
    Cache,
    Feed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    NodeMemory,
    PodMemory,
    PodState,
    PodStatus,
)

ACCEPTED_FOR = 30.0
"""Seconds in which an accepted eviction must show as a deletion; after that it is asked again."""


RETURNS = 3
"""How often pods of one controller may come back to the cordoned node before they are left."""
COMES_BACK = "puts a pod that tolerates the cordon back on this node"


@dataclasses.dataclass(frozen=True)
class Entry:
    """A pod that is still there, and its fate."""

    memory: PodMemory
    decision: Decision

    @property
    def going(self) -> bool:
        """Return whether it is terminating already."""
        return self.memory.pod.deleted_at is not None


@dataclasses.dataclass(frozen=True)
class NodeLook:
    """One node at one look.

    `entries`: pods that are there and not known to be lost. `wanted`: feeds needed to know their
    fate; `missing`: those not read yet. `gone`: the Node object does not exist any more.
    """

    name: str
    entries: tuple[Entry, ...] = ()
    wanted: frozenset[Feed] = frozenset()
    missing: tuple[Feed, ...] = ()
    broken: RotatorError | None = None
    gone: bool = False
    node: Node | None = None

    def of(self, *fates: Fate) -> list[Entry]:
        """Return the pods with one of these fates."""
        return [entry for entry in self.entries if entry.decision.fate in fates]


def look_at(
    name: str, memory: NodeMemory, cache: Cache, now: float, policy: DrainPolicy
) -> NodeLook:
    """Return the node as the cache shows it now."""
    pods = Feed("pods", name)
    there = [pod for pod in memory.pods.values() if pod.gone_at is None and not pod.lost]
    wanted = {pods} if policy.disable_eviction else {pods, BUDGETS}
    if any(of_daemonset(pod.pod) and not finished(pod.pod) for pod in there):
        wanted.add(DAEMONSETS)
    missing = tuple(sorted(feed for feed in wanted if not cache.synced(feed)))
    broken = next((cache.broken[feed] for feed in sorted(wanted) if feed in cache.broken), None)
    found, node = node_record(name, cache)
    gone = found and node is None
    if missing:
        return NodeLook(name, wanted=frozenset(wanted), missing=missing, broken=broken, gone=gone)
    known = None
    if DAEMONSETS in wanted:
        known = frozenset(f"{ds.namespace}/{ds.name}" for ds in _daemonsets(cache))
    entries = tuple(
        Entry(
            pod,
            _returning(pod, memory, policy) or decide(pod.pod, _context(pod, known, now, policy)),
        )
        for pod in there
    )
    return NodeLook(name, tuple(entries), frozenset(wanted), gone=gone, node=node)


def _returning(pod: PodMemory, memory: NodeMemory, policy: DrainPolicy) -> Decision | None:
    """Return the decision on a pod that comes back again and again.

    It is named, and not evicted for ever.
    """
    owner = pod.pod.owner
    times = memory.returns.get(owner.key, 0) if owner is not None else 0
    if owner is None or times < RETURNS or finished(pod.pod) or pod.pod.deleted_at is not None:
        return None
    fate = Fate.LEAVE if policy.tolerating_pods == "leave" else Fate.REFUSE
    why = f"{owner.kind} {owner.name} {COMES_BACK}, {times} times so far"
    return Decision(fate, why, "remove its toleration of the cordon, or pin it elsewhere")


def _daemonsets(cache: Cache) -> Iterable[DaemonSet]:
    return cache.items(DAEMONSETS).values()


def _context(
    pod: PodMemory, daemonsets: frozenset[str] | None, now: float, policy: DrainPolicy
) -> Context:
    since = None
    if pod.pod.deleted_at is not None and policy.epoch is not None:
        since = policy.epoch + now - pod.pod.deleted_at
    elif pod.terminating_since is not None:
        since = now - pod.terminating_since
    return Context(policy, daemonsets, since)


def node_record(name: str, cache: Cache) -> tuple[bool, Node | None]:
    """Return whether this node would have been seen, and the node if it was."""
    read = False
    for feed, items in cache.feeds.items():
        if feed.kind != "nodes":
            continue
        for item in items.values():
            if item.name == name:
                return True, item
        read = read or (not feed.labels and feed.node in ("", name))
    return read, None


def volumes_of(entries: Iterable[Entry], cache: Cache) -> frozenset[str]:
    """Return the PersistentVolumes of these pods' claims, as far as they are known."""
    wanted = {(e.memory.pod.namespace, claim) for e in entries for claim in e.memory.pod.claims}
    if not wanted:
        return frozenset()
    claims: Iterable[Claim] = cache.items(CLAIMS).values()
    return frozenset(
        claim.volume for claim in claims if (claim.namespace, claim.name) in wanted and claim.volume
    )


def attached_to(name: str, cache: Cache) -> frozenset[str]:
    """Return the PersistentVolumes that are attached to a node."""
    attachments: Iterable[Attachment] = cache.items(ATTACHMENTS).values()
    return frozenset(entry.volume for entry in attachments if entry.node == name and entry.volume)


def reason(entry: Entry, look: NodeLook, budgets: Budgets, now: float) -> str:
    """Return why a pod is still there and what to do about it, in one line."""
    pod, decision = entry.memory.pod, entry.decision
    if entry.going:
        why, todo = _why_terminating(entry, look, now)
    elif decision.why:
        why, todo = decision.why, decision.todo
    else:
        why, todo = _why_blocked(entry, budgets)
    return f"{pod.id}: {why}" + (f"; {todo}" if todo else "")


def _why_terminating(entry: Entry, look: NodeLook, now: float) -> tuple[str, str]:
    pod = entry.memory.pod
    since = now - (
        entry.memory.terminating_since if entry.memory.terminating_since is not None else now
    )
    grace = pod.deletion_grace if pod.deletion_grace is not None else pod.grace_period
    if pod.finalizers and since >= grace:
        names = ", ".join(pod.finalizers)
        return (
            f"held by finalizer {names}",
            "see what its controller waits for; on_timeout cannot override a finalizer",
        )
    if look.node is not None and look.node.ready is not True:
        return (
            "terminating, and the kubelet of its node does not answer",
            "repair or terminate the instance",
        )
    if since < grace:
        return (
            f"terminating for {since:.0f} s of its grace of {grace} s",
            "raise timeout, or set max_grace_period",
        )
    return (
        f"terminating for {since:.0f} s, longer than its grace of {grace} s",
        "look at the kubelet of its node",
    )


def _why_blocked(entry: Entry, budgets: Budgets) -> tuple[str, str]:
    pod, answer = entry.memory.pod, entry.memory.answer
    if answer is not None and answer.verdict is Verdict.ADMISSION:
        return f"blocked by admission: {answer.text}", f"see what {answer.by} waits for"
    if answer is not None and answer.verdict is Verdict.NAMESPACE:
        return f"its namespace {pod.namespace} is being terminated", "see what holds the namespace"
    if entry.memory.trouble:
        return entry.memory.trouble, ""
    ruling = rule(pod, budgets.near(pod), {})
    if not ruling.admitted:
        several = len(ruling.budgets) > 1
        text = ruling.reason if several else f"blocked by {ruling.reason}"
        return text, way_out(pod.ready, ruling.budgets)
    if answer is not None:
        return f"refused: {answer.text}", way_out(pod.ready, ruling.budgets)
    return "not yet evicted", ""


def blockers(entry: Entry, budgets: Budgets) -> tuple[str, ...]:
    """Return the IDs of the budgets that block a pod.

    One that would let it go just now blocks it too while it is held back: another pod goes instead.
    """
    answer = entry.memory.answer
    if answer is not None and answer.verdict is Verdict.ADMISSION:
        return ()
    ruling = rule(entry.memory.pod, budgets.near(entry.memory.pod), {})
    is_held = answer is not None or entry.memory.held_since is not None
    return tuple(budget.id for budget in ruling.budgets) if is_held or not ruling.admitted else ()


def pod_statuses(
    memory: NodeMemory, look: NodeLook, budgets: Budgets, now: float
) -> tuple[PodStatus, ...]:
    """Return what happened to each pod of the node, sorted by name."""
    there: Mapping[str, Entry] = {entry.memory.pod.uid: entry for entry in look.entries}
    statuses = [
        _pod_status(uid, pod, there.get(uid), memory, look, budgets, now)
        for uid, pod in memory.pods.items()
    ]
    return tuple(sorted(statuses, key=lambda status: (status.namespace, status.name)))


def _pod_status(
    uid: str,
    pod: PodMemory,
    entry: Entry | None,
    node: NodeMemory,
    look: NodeLook,
    budgets: Budgets,
    now: float,
) -> PodStatus:
    state: PodState = "gone"
    why = ""
    if pod.accepted_at is not None:
        state = "deleted" if pod.deleted else "evicted"
    if entry is not None:
        state, why = _state(entry), reason(entry, look, budgets, now).partition(": ")[2]
        if entry.decision.fate is Fate.LEAVE:
            why = entry.decision.why
    asked = None if pod.accepted_at is None else round(pod.asked_at - node.began, 3)
    gone = None if pod.gone_at is None else round(pod.gone_at - node.began, 3)
    return PodStatus(pod.pod.namespace, pod.pod.name, uid, state, why, asked, gone)


def _state(entry: Entry) -> PodState:
    if entry.decision.fate is Fate.LEAVE:
        return "left"
    if entry.decision.fate is Fate.REFUSE:
        return "refused"
    if entry.going:
        return "terminating"
    if entry.decision.fate is Fate.AWAIT:
        return "waiting"
    return "blocked" if entry.memory.held_since is not None else "pending"
