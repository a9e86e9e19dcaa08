# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes prove the cluster of a group; names, tags and records only contradict."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.cluster import (
    Evidence,
    contradiction,
    count,
    evidence_of,
    host_of,
    is_eks_host,
    other_server,
    remarks,
    wrong_cluster,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    CLUSTER_UID,
    SIGNPOST,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.signpost import Signpost
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_node, an_instance

DEMO = {"kubernetes.io/cluster/demo": "owned"}
BOTH = {**DEMO, "kubernetes.io/cluster/other": "shared"}
KNOWN = Evidence("blue", DEMO, "demo", "uid-1", {}, judged=4, joined=4)
EKS = "https://ABC123.gr7.eu-west-1.eks.amazonaws.com"


def known(**changes: Any) -> Evidence:
    return dataclasses.replace(KNOWN, **changes)


@pytest.mark.parametrize(
    "tags, cluster, why",
    [
        (DEMO, "demo", ""),
        (BOTH, "demo", ""),
        (BOTH, "other", ""),
        ({}, "demo", ""),
        (DEMO, "", ""),
        ({"k8s.io/cluster/demo": "owned"}, "demo", ""),
        ({"KubernetesCluster": "demo"}, "demo", ""),
        (DEMO, "prod", "belongs to cluster demo by its tags, not to prod"),
        (BOTH, "prod", "belongs to cluster demo, other by its tags, not to prod"),
        ({"KubernetesCluster": "k.example"}, "demo", "belongs to cluster k.example"),
        ({"eks:cluster-name": "x"}, "demo", "belongs to cluster x"),
    ],
)
def test_of_several_tags_one_has_to_name_the_cluster_and_none_is_compared_without_a_name(
    tags: dict[str, str], cluster: str, why: str
) -> None:
    error = contradiction(known(tags=tags, cluster=cluster))
    assert (why in str(error)) if why else error is None


@pytest.mark.parametrize(
    "recorded, why",
    [
        ({"The Lease": "uid-1", "Tag x": "uid-1"}, ""),
        ({"The Lease": "", "Tag x": ""}, ""),
        ({"The Lease": "uid-2"}, "The Lease of Auto Scaling group blue names another cluster"),
        ({"Tag x": "uid-2"}, "remove tag x"),
    ],
)
def test_another_uid_is_refused_even_to_restore(recorded: dict[str, str], why: str) -> None:
    error = contradiction(known(recorded=recorded))
    assert (why in str(error)) if why else error is None
    assert (wrong_cluster(known(recorded=recorded), True, False) is None) is not bool(why)


def test_the_uid_is_read_from_the_lease_and_from_the_tag() -> None:
    tags = {SIGNPOST: Signpost("r1", "kube-system", "uid-tag").text}
    lease = Lease("x", notes=((CLUSTER_UID, "uid-lease"),))
    found = evidence_of("blue", tags, "demo", "uid-1", lease)
    assert list(found.recorded.values()) == ["uid-lease", "uid-tag"]
    assert list(evidence_of("blue", {SIGNPOST: "r1"}, "", "u", None).recorded.values()) == ["", ""]


UNNAMED = {"tags": {}}


@pytest.mark.parametrize(
    "fields, repair, work, refused",
    [
        ({}, False, True, ""),
        ({"judged": 4, "joined": 2}, False, True, ""),
        ({"judged": 4, "joined": 1}, False, True, "Only 1 of 4 instances"),
        ({"judged": 4, "joined": 0}, False, False, "Only 0 of 4 instances"),
        ({"judged": 4, "joined": 0}, True, True, ""),
        ({"judged": 4, "joined": 0, **UNNAMED}, True, True, "no tag of it names demo"),
        ({"judged": 4, "joined": 0, "cluster": ""}, True, True, ""),
        ({"judged": 4, "joined": 2, **UNNAMED}, False, True, ""),
        ({"judged": 0, "joined": 0}, False, True, ""),
        ({"judged": 0, "joined": 0, **UNNAMED}, False, True, "no tag of it names demo"),
        ({"judged": 0, "joined": 0, "cluster": ""}, False, True, "names the cluster. Set"),
        ({"judged": 0, "joined": 0, **UNNAMED}, False, False, ""),
    ],
)
def test_half_of_the_instances_prove_the_cluster_and_without_any_a_tag_has_to_name_it(
    fields: dict[str, Any], repair: bool, work: bool, refused: str
) -> None:
    error = wrong_cluster(known(**fields), repair, work)
    assert (refused in str(error)) if refused else error is None


@pytest.mark.parametrize(
    "judged, joined, proven", [(0, 0, False), (1, 1, True), (4, 2, True), (5, 2, False)]
)
def test_what_is_proven(judged: int, joined: int, proven: bool) -> None:
    assert known(judged=judged, joined=joined).is_proven is proven


def test_young_instances_without_a_node_prove_nothing_and_those_with_one_do() -> None:
    now, old, young = 5000.0, {"launched_at": 100.0}, {"launched_at": 4900.0}
    instances = [
        an_instance("a", **old),
        an_instance("b", **old),
        an_instance("c", **young),
        an_instance("d", **young),
        an_instance("e", launched_at=0.0),
        an_instance("f", lifecycle="Pending", **old),
    ]
    nodes = {f"i-{name}": a_node(name) for name in "acz"}
    found = count(KNOWN, instances, nodes, now, 900.0)
    assert (found.judged, found.joined) == (4, 2)
    assert count(KNOWN, instances, nodes, now, 50.0).judged == 5
    assert count(KNOWN, instances, nodes, now).judged == 4


def test_tags_are_shown_with_a_kubeconfig_alone_and_their_absence_is_told() -> None:
    assert remarks(KNOWN) == ()
    assert "belongs to cluster demo, other" in remarks(known(tags=BOTH, cluster=""))[0]
    assert "4 of its instances are nodes" in remarks(known(tags={}))[0]


@pytest.mark.parametrize(
    "host, trusted, same",
    [
        (EKS, "other CA", True),
        (EKS.lower() + ":443/", "", True),
        ("https://localhost:8443", "-- A\nB --\n", True),
        ("https://localhost:8443", "other CA", False),
        ("https://DEF.gr7.eu-west-1.eks.amazonaws.com", "other CA", False),
        (EKS + ":8443", "", False),
    ],
)
def test_endpoint_or_authority_of_an_eks_cluster_have_to_be_the_connection_s(
    host: str, trusted: str, same: bool
) -> None:
    error = other_server("demo", (EKS, "-- A\nB --"), (host, trusted))
    assert (error is None) is same
    assert same or "not EKS cluster demo" in str(error)


def test_an_authority_that_eks_does_not_tell_is_no_proof() -> None:
    assert other_server("demo", (EKS, ""), ("https://localhost", "")) is not None
    assert other_server("demo", ("", ""), ("", "")) is not None


@pytest.mark.parametrize(
    "url, eks",
    [
        (EKS, True),
        ("https://abc.sk1.cn-north-1.eks.amazonaws.com.cn/", True),
        ("https://abc.yl4.us-east-1.eks-cluster.us-east-1.api.aws", True),
        ("https://api.k.example.com", False),
        ("https://localhost:8443", False),
        ("https://eks.example.com", False),
    ],
)
def test_the_host_of_an_eks_cluster(url: str, eks: bool) -> None:
    assert is_eks_host(url) is eks


def test_a_host_is_compared_without_its_usual_port() -> None:
    assert host_of("https://A.example:443/") == host_of("https://a.example") == "a.example"
    assert host_of("https://a.example:6443") == "a.example:6443"
