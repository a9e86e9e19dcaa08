# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge whether a cluster is the one that a node group belongs to.

Nodes that name the group's instances by providerID are the proof; names and tags only contradict.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease, Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SIGNPOST
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    cluster_names,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.boot import (
    usual_boot_timeout,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    recorded_uid,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.signpost import (
    read_signpost,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed

EKS_HOST = re.compile(r"\.eks(-cluster)?\.([a-z0-9-]+\.)*(amazonaws\.com(\.cn)?|api\.aws)$")
"""Hosts of EKS endpoints, for IPv4 and dual-stack (EKS user guide, cluster endpoint)."""


@dataclasses.dataclass(frozen=True)
class Evidence:
    """What speaks for a cluster being that of a node group.

    `cluster`: its name by the options, "" where a kubeconfig alone was given. `uid`: of its
    namespace kube-system. `recorded`: such UIDs that an earlier run has left, by where. `judged`:
    InService instances that have a Node in it or should have one by their age; `joined` of them
    have one.
    """

    group: str
    tags: Mapping[str, str]
    cluster: str = ""
    uid: str = ""
    recorded: Mapping[str, str] = dataclasses.field(default_factory=dict)
    judged: int = 0
    joined: int = 0

    @property
    def is_proven(self) -> bool:
        """Return whether enough of the group's instances are nodes of the cluster."""
        return self.joined > 0 and 2 * self.joined >= self.judged

    @property
    def is_named(self) -> bool:
        """Return whether a tag of the group names the cluster that the options name."""
        return bool(self.cluster) and self.cluster in cluster_names(self.tags)


def evidence_of(
    name: str, tags: Mapping[str, str], cluster: str, uid: str, lease: Lease | None
) -> Evidence:
    """Return what names, tags and records of an Auto Scaling group say.

    `cluster` and `uid`: see Evidence. `lease`: the group's in this cluster, None if it has none.
    """
    recorded = {
        "The Lease": recorded_uid(lease) if lease else "",
        f"Tag {SIGNPOST}": read_signpost(tags.get(SIGNPOST, "")).cluster,
    }
    return Evidence(name, tags, cluster, uid, recorded)


def count(
    evidence: Evidence,
    instances: Iterable[Instance],
    nodes: Mapping[str, Node],
    now: float,
    boot_timeout: float | None = None,
) -> Evidence:
    """Return the evidence with the group's instances counted.

    `nodes`: by instance ID. `now`: by EC2's clock, in seconds since the epoch. `boot_timeout`:
    seconds within which an instance becomes a node, None for what is usual for these.
    """
    serving = [one for one in instances if one.lifecycle == "InService"]
    limit = usual_boot_timeout(serving) if boot_timeout is None else boot_timeout
    young = sum(
        one.id not in nodes and one.launched_at > 0 and now - one.launched_at < limit
        for one in serving
    )
    joined = sum(one.id in nodes for one in serving)
    return dataclasses.replace(evidence, judged=len(serving) - young, joined=joined)


def contradiction(evidence: Evidence) -> RefusedError | None:
    """Return the refusal if something says that this is another cluster, or None."""
    for where, uid in evidence.recorded.items():
        if uid and uid != evidence.uid:
            return RefusedError(
                f"{where} of Auto Scaling group {evidence.group} names another cluster (its"
                f" namespace kube-system has the UID {uid}, here it is {evidence.uid})",
                "Connect to that cluster to finish what was begun there. If it does not exist any"
                f" more, remove {where[0].lower()}{where[1:]}",
            )
    named = cluster_names(evidence.tags)
    if not evidence.cluster or not named or evidence.is_named:
        return None
    return RefusedError(
        f"Auto Scaling group {evidence.group} belongs to cluster {listed(named)} by its tags, not"
        f" to {evidence.cluster}",
        "Name the right cluster or group",
    )


def wrong_cluster(evidence: Evidence, repair: bool, work: bool) -> RefusedError | None:
    """Return the refusal if this is not surely the group's cluster, or None.

    `repair`: its nodes have failed. `work`: there is something to do.
    """
    if error := contradiction(evidence):
        return error
    if evidence.is_proven:
        return None
    if evidence.judged and not repair:
        return RefusedError(
            f"Only {evidence.joined} of {evidence.judged} instances of Auto Scaling group"
            f" {evidence.group} have a Node in this cluster",
            "Check that kubeconfig, context or eks_cluster lead to the group's cluster; if its"
            " nodes have failed, set repair: true",
        )
    asked = repair and not evidence.cluster
    if evidence.is_named or asked or not work:
        return None
    return RefusedError(
        f"No instance of Auto Scaling group {evidence.group} is a node of this cluster yet, and no"
        f" tag of it names {evidence.cluster or 'the cluster'}",
        f"Set cluster_name, and tag the group kubernetes.io/cluster/{evidence.cluster or 'NAME'}",
    )


def remarks(evidence: Evidence) -> tuple[str, ...]:
    """Return what people should know of how the cluster was recognized."""
    named = cluster_names(evidence.tags)
    if not named:
        return (
            f"No tag names the cluster of the group; {evidence.joined} of its instances are nodes"
            " of this one",
        )
    return () if evidence.cluster else (f"By its tags it belongs to cluster {listed(named)}",)


def other_server(
    name: str, described: tuple[str, str], connected: tuple[str, str]
) -> RefusedError | None:
    """Return the refusal if a connection leads to another cluster than is named.

    `described`: endpoint and certificate authority (PEM) that EKS gives. `connected`: those of the
    connection. One of both is enough: a tunnel has another host, a proxy of ours may not.
    """
    (endpoint, authority), (host, trusted) = described, connected
    same_host = endpoint != "" and host_of(endpoint) == host_of(host)
    if same_host or (authority and authority.split() == trusted.split()):
        return None
    return RefusedError(
        f"The connection leads to {host}, which is not EKS cluster {name} ({endpoint}), and trusts"
        " another certificate authority",
        "Use the kubeconfig of that cluster, or set eks_cluster instead of it",
    )


def host_of(url: str) -> str:
    """Return the host of an API server's URL, with its port unless that is 443."""
    found = url.lower().split("//", 1)[-1].split("/", 1)[0]
    return found.removesuffix(":443")


def is_eks_host(url: str) -> bool:
    """Return whether an API server's URL is that of an EKS cluster."""
    return bool(EKS_HOST.search(host_of(url)))
