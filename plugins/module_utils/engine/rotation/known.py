# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Derive what one look of a rotation knows of group, nodes and record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    SetDesired,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group, Target
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import NODES, Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    SCALE_DOWN_DISABLED,
    SHIELDED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    Kind,
    kind_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.boot import (
    usual_boot_timeout,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.fitting import fitted_to
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    dump,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.launching import (
    LaunchInstance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    is_handed,
    lease_name,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Situation,
    join,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.node_index import (
    NodeIndex,
    index,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
    patient,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.recorded import (
    all_as_marked,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.selection import (
    Selection,
    left_out,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import (
    Window,
    window,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.stand_ins import (
    stand_ins,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.derived import Derived
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    RETRACTED,
    Memory,
)


class Known:
    """Knowledge at one look. `memory` is replaced, never mutated."""

    def __init__(self, memory: Memory, view: View, now: float, policy: RotationPolicy) -> None:
        self.memory, self.view, self.now, self.policy = memory, view, now, policy
        self._left_out: tuple[tuple[object, ...], Mapping[str, str]] | None = None
        self._begun: tuple[object, frozenset[str]] | None = None
        self.derived_of, self.derived = (memory, view), dict[str, Any]()
        group = memory.reads.group
        if group is not None:
            self.policy = patient(fitted_to(self.kind, policy), group.hold)

    @property
    def group(self) -> Group:
        """Return the group as we know it; stages run only after a first read."""
        if self.memory.reads.group is None:
            raise RuntimeError("the group has not been read yet")
        return self.memory.reads.group

    @property
    def kind(self) -> Kind:
        """Return what kind of node group it is."""
        return kind_of(self.group.tags)

    @property
    def target(self) -> Target:
        """Return what the group launches.

        Before the run begins it is as read, then as it was resolved at the beginning, whatever a
        late read or a parameter behind the image says later.
        """
        return self.memory.reads.target or self.group.resolved or Target("", "")

    @property
    def journal(self) -> Journal:
        """Return what the record should say."""
        return self.memory.journal

    @property
    def recorded(self) -> bool:
        """Return whether the record says what it should; only then may we act.

        A field that was not understood is never written over.
        """
        written, journal = self.memory.written, self.memory.journal
        if written is None or not journal.unknown:
            return written == journal
        return dump(written) == dump(journal)

    @property
    def nodes(self) -> Mapping[str, Node]:
        """Return all Node objects of the cluster by UID."""
        return self.view.cache.items(NODES)

    @Derived
    def by_instance(self) -> Mapping[str, Node]:
        """Return all Node objects by instance ID."""
        return self._index.by_instance

    @Derived
    def left_group(self) -> Mapping[str, Node]:
        """Return the nodes that a rotation of this group has marked and that left it.

        They are by instance ID. Such an instance has ended, or was detached.
        """
        group, here = self.group, {instance.id for instance in self.group.instances}
        marked = {one for one, name in self._index.marked.items() if name == group.name}
        recorded = {one[0] for one in self.journal.replacing}
        away = marked.union(self.journal.shielded, recorded) - here
        found = {one: self.by_instance[one] for one in sorted(away) if one in self.by_instance}
        return all_as_marked(found, self.journal.replacing)

    @Derived
    def mine(self) -> Mapping[str, Node]:
        """Return the nodes of the group's instances, with the marks of the record.

        They are by instance ID, and the same object as long as nothing changes. Instances that are
        no nodes have others in their place.
        """
        carries, recorded = self.kind.carries_pods, self.journal.replacing
        bare, known = self._index.mine if carries else self.group, self.memory.nodes.marked
        if isinstance(bare, Mapping) and not recorded:
            return bare
        if known is None or known[0] is not bare or known[1] != recorded:
            marked = (
                all_as_marked(bare, recorded)
                if isinstance(bare, Mapping)
                else stand_ins(bare, recorded)
            )
            known = (bare, recorded, marked)
            self.memory = self.memory.with_fields(marked=known)
        return known[2]

    def is_shielded(self, node: Node) -> bool:
        """Return whether we have hidden a node from Cluster Autoscaler, and it still is.

        Our mark says so, or the record does where somebody has taken off the mark.
        """
        if SHIELDED in node.annotations:
            return True
        hidden = SCALE_DOWN_DISABLED in node.annotations
        return hidden and node.instance_id in self.journal.shielded

    @Derived
    def _index(self) -> NodeIndex:
        known, group = self.memory.nodes.index, self.memory.reads.group
        if known is None or known[0] is not self.nodes or known[1] is not group:
            ids = group.instances if group is not None else ()
            found = index(self.nodes, (instance.id for instance in ids), known and known[2])
            known = (self.nodes, group, found)
            self.memory = self.memory.with_fields(index=known)
        return known[2]

    @Derived
    def desired(self) -> int:
        """Return the desired capacity after our own actions."""
        account = self.journal.account
        if not self.journal.run:
            return self.group.desired
        if account.raise_from is not None and not self.raise_issued:
            return account.raise_from
        return account.expected

    @property
    def lease(self) -> str:
        """Return the name of the group's Lease."""
        return lease_name(self.group.arn)

    @property
    def handed(self) -> bool:
        """Return whether the update of the template in this run has left the Lease to us."""
        return not self.memory.lock.held and is_handed(self.journal, self.policy.run)

    @property
    def raise_issued(self) -> bool:
        """Return whether the recorded raise of desired has succeeded lately."""
        acts = self.memory.outbox.acts
        raises = (act for act in acts if isinstance(act, (SetDesired, LaunchInstance)))
        return any(act.desired == self.journal.expected for act in raises)

    @Derived
    def base(self) -> int:
        """Return the base: as recorded, or as read before a run begins.

        It is never below MinSize, since nobody can ask for fewer.
        """
        if not self.journal.run:
            return self.group.desired
        return max(self.journal.base, min(self.group.min_size, self.desired))

    @Derived
    def situation(self) -> Situation:
        """Return the group joined with its nodes, computed again only after a change."""
        nodes, memory = self.mine, self.memory
        same, values = (
            (memory.reads.group, nodes, memory.nodes.marks),
            (self.desired, self.base, self.target),
        )
        known = memory.nodes.memo
        if (
            known is None
            or known[1] != values
            or any(one is not other for one, other in zip(known[0], same, strict=True))
        ):
            members = join(
                self.group,
                nodes,
                self.target,
                memory.nodes.marks,
                None if self.memory.turned_back else self.policy.max_node_age,
                memory.reads.first_read_at,
            )
            known = (same, values, Situation(members, self.desired, self.base))
            self.memory = memory.with_fields(memo=known)
        return known[2]

    @property
    def selection(self) -> Selection:
        """Return which nodes to replace: all, once nodes of a failed image are to go."""
        return Selection() if self.memory.turned_back else self.policy.selection

    @Derived
    def begun(self) -> frozenset[str]:
        """Return the outdated instances whose replacement this run has begun or resumed."""
        records, known = self.memory.nodes.records, self._begun
        if known is None or known[0] is not records:
            found = (id_ for id_, record in records.items() if record.reason not in RETRACTED)
            known = self._begun = (records, frozenset(found))
        return known[1]

    @Derived
    def passed_over(self) -> Mapping[str, str]:
        """Return the outdated instances that this run leaves on purpose, with the reason."""
        situation, records = self.situation, self.memory.nodes.records
        closed = "the maintenance window ends" if self.memory.window_closed else ""
        ours = [self.view.cache.items(Feed("pods", address=a)) for a in self.policy.addresses]
        made_of, known = (situation, records, closed, *ours), self._left_out
        if known is None or any(a is not b for a, b in zip(known[0], made_of, strict=True)):
            hosts = frozenset(pod.node for pods in ours for pod in pods.values() if pod.node)
            outdated, selection = situation.outdated, self.selection
            known = (made_of, left_out(outdated, selection, self.begun, closed, hosts))
            self._left_out = known
        return known[1]

    @Derived
    def canaries(self) -> int:
        """Return how many nodes are replaced first, and watched."""
        return self.policy.canary.of(max(1, self.base), up=True)

    @Derived
    def boot_timeout(self) -> float:
        """Return how long an instance may take to become a ready node, in seconds."""
        set_by_user = self.policy.boot_timeout
        return usual_boot_timeout(self.group.instances) if set_by_user is None else set_by_user

    @Derived
    def window(self) -> Window:
        """Return the window for the present base."""
        return window(
            self.policy.max_surge, self.policy.max_unavailable, max(1, self.situation.base)
        )

    @property
    def read_fresh(self) -> bool:
        """Return whether the group was read after our last action on AWS and shows it."""
        return self.memory.reads.read_began >= self.memory.outbox.acted and not self.memory.unseen
