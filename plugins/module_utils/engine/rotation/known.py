# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Derive what one look of a rotation knows of group, nodes and record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

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
    gone_away,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.rejoining import (
    Judged,
    rejoin,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.selection import (
    ALL_OUTDATED,
    Selection,
    hosts_of,
    left_out,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.situation import (
    Situation,
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
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodeRecord,
)

T = TypeVar("T")


class Known:
    """Knowledge at one look. `memory` is replaced, never mutated."""

    def __init__(self, memory: Memory, view: View, now: float, policy: RotationPolicy) -> None:
        self.memory, self.view, self.now, self.policy = memory, view, now, policy
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

    def shelved(self, compute: Callable[..., T], *made_of: object) -> T:
        """Return what the function makes of these, from the shelf if it is there."""
        return self.memory.shelf.get(compute, made_of)

    @property
    def nodes(self) -> Mapping[str, Node]:
        """Return all Node objects of the cluster by UID."""
        return self.view.cache.items(NODES)

    @Derived
    def by_instance(self) -> Mapping[str, Node]:
        """Return all Node objects by instance ID."""
        return self._index.by_instance

    @property
    def node_instances(self) -> frozenset[str]:
        """Return the instances of all Node objects."""
        return self._index.ids

    @Derived
    def left_group(self) -> Mapping[str, Node]:
        """Return the nodes that a rotation of this group has marked and that left it.

        They are by instance ID. Such an instance has ended, or was detached.
        """
        marked, journal = self._index.marked, self.journal
        away = self.shelved(gone_away, self.group, marked, journal.shielded, journal.replacing)
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
        group, nodes, memory = self.group, self.mine, self.memory
        marks, known = memory.nodes.marks, memory.nodes.memo
        age = None if memory.turned_back else self.policy.max_node_age
        judged, sizes = (
            Judged(self.target, age, memory.reads.first_read_at),
            (self.desired, self.base),
        )
        if known is None or not known.is_of(group, nodes, marks, judged, sizes):
            known = rejoin(known, group, nodes, marks, judged, sizes)
            self.memory = memory.with_fields(memo=known)
        return known.situation

    @property
    def selection(self) -> Selection:
        """Return which nodes to replace: all, once nodes of a failed image are to go."""
        return ALL_OUTDATED if self.memory.turned_back else self.policy.selection

    @Derived
    def begun(self) -> frozenset[str]:
        """Return the outdated instances whose replacement this run has begun or resumed."""
        return self.shelved(_begun, self.memory.nodes.records)

    @Derived
    def passed_over(self) -> Mapping[str, str]:
        """Return the outdated instances that this run leaves on purpose, with the reason."""
        closed = "the maintenance window ends" if self.memory.window_closed else ""
        ours = (self.view.cache.items(Feed("pods", address=a)) for a in self.policy.addresses)
        hosts = self.shelved(hosts_of, *ours)
        made_of = (self.situation.outdated, self.selection, self.begun, closed, hosts)
        return self.shelved(left_out, *made_of)

    @Derived
    def canaries(self) -> int:
        """Return how many nodes are replaced first, and watched."""
        return self.policy.canary.of(max(1, self.base), up=True)

    @Derived
    def boot_timeout(self) -> float:
        """Return how long an instance may take to become a ready node, in seconds."""
        usual, set_by_user = usual_boot_timeout, self.policy.boot_timeout
        return self.shelved(usual, self.group.instances) if set_by_user is None else set_by_user

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


def _begun(records: Mapping[str, NodeRecord]) -> frozenset[str]:
    return frozenset(id_ for id_, record in records.items() if record.reason not in RETRACTED)
