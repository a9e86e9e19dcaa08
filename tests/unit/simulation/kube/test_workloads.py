# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Controllers of pods: each brings back what it owns, in its own way."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.simulation.kube import build
from ansible_collections.nodeops.rotator.tests.unit.simulation.kube.conftest import Hand


def uids(hand: Hand) -> dict[str, str]:
    return {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in hand.pods()}


def test_a_deployment_replaces_an_evicted_pod_at_once(hand: Hand) -> None:
    build.deployment(
        hand.cluster, "shop", "web", 2, annotations={"world.nodeops/stop-seconds": "20"}
    )
    hand.cluster.settle()
    figures = ("Deployment", "shop", "web")
    assert hand.cluster.workload_figures()[figures] == (2, 2)
    hand.evict(hand.pods()[0]["metadata"]["name"])
    hand.wait(1)
    assert (len(hand.pods()), hand.cluster.workload_figures()[figures]) == (3, (2, 1))
    hand.wait(6)
    assert hand.cluster.workload_figures()[figures] == (2, 2)
    hand.wait(20)
    found = hand.cluster.object("deployments", "web", "shop")
    assert found is not None
    assert len(hand.pods()) == 2
    assert (found["status"]["readyReplicas"], found["status"]["observedGeneration"]) == (2, 1)


def test_pods_belong_to_the_replica_set_of_their_template(hand: Hand) -> None:
    build.deployment(hand.cluster, "shop", "web", 2)
    hand.cluster.settle()
    owner = hand.pods()[0]["metadata"]["ownerReferences"][0]
    (replica_set,) = hand.cluster.objects("replicasets", "shop")
    assert (owner["kind"], owner["uid"], owner["controller"]) == (
        "ReplicaSet",
        replica_set["metadata"]["uid"],
        True,
    )
    assert (
        hand.pods()[0]["metadata"]["labels"]["pod-template-hash"] in replica_set["metadata"]["name"]
    )


def test_a_new_template_replaces_all_pods(hand: Hand) -> None:
    build.deployment(hand.cluster, "shop", "web", 3)
    hand.cluster.settle()
    before = uids(hand)
    template = {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": "now"}}}
    hand.ask(
        "PATCH", "/apis/apps/v1/namespaces/shop/deployments/web", {"spec": {"template": template}}
    )
    hand.cluster.settle()
    assert len(hand.pods()) == 3
    assert not before.items() & uids(hand).items()
    assert sorted(s["spec"]["replicas"] for s in hand.cluster.objects("replicasets")) == [0, 3]


def test_a_smaller_deployment_gives_up_unready_pods_first(hand: Hand) -> None:
    build.deployment(hand.cluster, "shop", "web", 3)
    hand.cluster.settle()
    ready = set(uids(hand))
    path = "/apis/apps/v1/namespaces/shop/deployments/web"
    hand.ask("PATCH", path, {"spec": {"replicas": 5}})
    hand.wait(1)
    hand.ask("PATCH", path, {"spec": {"replicas": 3}})
    hand.wait(5)
    assert set(uids(hand)) == ready


def test_a_stateful_set_grows_in_order(hand: Hand) -> None:
    build.statefulset(hand.cluster, "shop", "db", 3)
    hand.wait(3)
    assert list(uids(hand)) == ["db-0"]
    hand.cluster.settle()
    assert list(uids(hand)) == ["db-0", "db-1", "db-2"]
    labels = hand.pod("db-1")["metadata"]["labels"]
    assert (
        labels["statefulset.kubernetes.io/pod-name"],
        labels["apps.kubernetes.io/pod-index"],
    ) == ("db-1", "1")


def test_a_parallel_stateful_set_grows_at_once(hand: Hand) -> None:
    build.statefulset(hand.cluster, "shop", "db", 3, policy="Parallel")
    hand.wait(1)
    assert list(uids(hand)) == ["db-0", "db-1", "db-2"]


def test_a_stateful_pod_is_reborn_under_its_name_after_the_old_one_is_gone(hand: Hand) -> None:
    build.statefulset(
        hand.cluster, "shop", "db", 3, annotations={"world.nodeops/stop-seconds": "10"}
    )
    hand.cluster.settle()
    before = uids(hand)
    hand.evict("db-1")
    hand.wait(9)
    assert uids(hand) == before
    hand.wait(2)
    after = uids(hand)
    assert after["db-1"] != before["db-1"]
    assert after["db-0"] == before["db-0"]


def test_a_stateful_set_shrinks_from_its_end(hand: Hand) -> None:
    build.statefulset(hand.cluster, "shop", "db", 3)
    hand.cluster.settle()
    hand.ask("PATCH", "/apis/apps/v1/namespaces/shop/statefulsets/db", {"spec": {"replicas": 1}})
    hand.cluster.settle()
    assert list(uids(hand)) == ["db-0"]


def test_a_daemon_set_runs_on_every_node_cordoned_or_not(hand: Hand) -> None:
    hand.cordon("n1")
    build.daemonset(hand.cluster, "shop", "agent", everywhere=False)
    hand.nodes("n2", "n3")
    assert sorted(pod["spec"]["nodeName"] for pod in hand.pods()) == ["n1", "n2", "n3"]
    assert hand.cluster.workload_figures()["DaemonSet", "shop", "agent"] == (3, 3)
    evicted = hand.cluster.pods_on("n1")[0]["metadata"]["name"]
    hand.evict(evicted)
    hand.wait(10)
    assert [pod["metadata"]["name"] == evicted for pod in hand.cluster.pods_on("n1")] == [False]


def test_a_daemon_set_keeps_off_nodes_that_it_does_not_select_or_tolerate(hand: Hand) -> None:
    hand.nodes("n2", labels={"gpu": "yes"})
    hand.nodes("n3", labels={"gpu": "yes"}, taints=({"key": "team", "effect": "NoSchedule"},))
    build.daemonset(
        hand.cluster, "shop", "agent", everywhere=False, pod={"nodeSelector": {"gpu": "yes"}}
    )
    hand.cluster.settle()
    assert [pod["spec"]["nodeName"] for pod in hand.pods()] == ["n2"]


def test_a_host_network_daemon_starts_on_a_node_that_is_not_ready_yet(hand: Hand) -> None:
    build.daemonset(hand.cluster, "shop", "cni", everywhere=False, pod={"hostNetwork": True})
    build.daemonset(hand.cluster, "shop", "agent", everywhere=False)
    build.node(hand.cluster, "n2", ready_after=30)
    hand.wait(20)
    assert [p["metadata"]["labels"]["app"] for p in hand.cluster.pods_on("n2")] == ["cni"]
    hand.wait(20)
    assert sorted(p["metadata"]["labels"]["app"] for p in hand.cluster.pods_on("n2")) == [
        "agent",
        "cni",
    ]


def test_a_job_runs_to_its_end(hand: Hand) -> None:
    build.job(hand.cluster, "shop", "sum", completions=3, parallelism=2, seconds=10)
    hand.wait(5)
    assert len(hand.pods()) == 2
    hand.wait(40)
    found = hand.cluster.object("jobs", "sum", "shop")
    assert found is not None
    assert found["status"]["succeeded"] == 3
    assert found["status"]["conditions"][0]["type"] == "Complete"
    assert [pod["status"]["phase"] for pod in hand.pods()] == ["Succeeded"] * 3


def test_an_evicted_job_pod_is_counted_as_failed_and_made_anew(hand: Hand) -> None:
    build.job(hand.cluster, "shop", "sum", seconds=10)
    hand.wait(5)
    (first,) = uids(hand)
    hand.evict(first)
    hand.wait(3)
    (second,) = uids(hand)
    found = hand.cluster.object("jobs", "sum", "shop")
    assert second != first
    assert found is not None
    assert found["status"]["failed"] == 1
    hand.wait(30)
    found = hand.cluster.object("jobs", "sum", "shop")
    assert found is not None
    assert found["status"]["succeeded"] == 1


def test_what_belongs_to_a_deleted_owner_goes_too(hand: Hand) -> None:
    build.deployment(hand.cluster, "shop", "web", 2)
    hand.cluster.settle()
    hand.ask("DELETE", "/apis/apps/v1/namespaces/shop/deployments/web")
    hand.wait(10)
    assert not hand.pods()
    assert not list(hand.cluster.objects("replicasets"))


def test_orphans_stay(hand: Hand) -> None:
    build.deployment(hand.cluster, "shop", "web", 2)
    hand.cluster.settle()
    hand.ask(
        "DELETE", "/apis/apps/v1/namespaces/shop/deployments/web", {"propagationPolicy": "Orphan"}
    )
    hand.wait(10)
    assert len(hand.pods()) == 2


def test_foreground_deletion_waits_for_what_is_owned(hand: Hand) -> None:
    build.deployment(
        hand.cluster, "shop", "web", 1, annotations={"world.nodeops/stop-seconds": "10"}
    )
    hand.cluster.settle()
    (replica_set,) = hand.cluster.objects("replicasets")
    path = f"/apis/apps/v1/namespaces/shop/replicasets/{replica_set['metadata']['name']}"
    hand.ask(
        "DELETE", "/apis/apps/v1/namespaces/shop/deployments/web", {"propagationPolicy": "Orphan"}
    )
    hand.ask("DELETE", path, {"propagationPolicy": "Foreground"})
    hand.wait(5)
    assert hand.ask("GET", path)[0] == 200
    hand.wait(10)
    assert hand.ask("GET", path)[0] == 404


def test_a_namespace_ends_with_all_that_is_in_it(hand: Hand) -> None:
    build.deployment(hand.cluster, "shop", "web", 2)
    build.pdb(hand.cluster, "shop", "web", min_available=1)
    hand.cluster.settle()
    hand.ask("DELETE", "/api/v1/namespaces/shop")
    hand.wait(10)
    assert hand.ask("GET", "/api/v1/namespaces/shop")[0] == 404
    assert not hand.pods()
    assert not list(hand.cluster.objects("poddisruptionbudgets", "shop"))
