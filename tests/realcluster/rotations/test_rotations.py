# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotate node groups of the simulated account whose nodes are in a real cluster."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.tests.realcluster.account import Account, joined
from ansible_collections.nodeops.rotator.tests.realcluster.cluster import RealCluster
from ansible_collections.nodeops.rotator.tests.realcluster.stage import Reach
from ansible_collections.nodeops.rotator.tests.realcluster.watcher import Watcher, healthy

THREE = {"demo-blue": 4, "demo-green": 3, "demo-red": 2}
ONE = {"demo-blue": 4}
REPLICAS, ALLOWED = 6, 1
SHOP = "/apis/apps/v1/namespaces/shop/deployments"


def workload(reach: Reach, app: str, group: str) -> None:
    """Create a Deployment on the nodes of a group, with a budget."""
    labels = {"app": app}
    container = {"name": "main", "image": "pause", "resources": {"requests": {"cpu": "100m"}}}
    spec = {"nodeSelector": {"nodegroup": group}, "containers": [container]}
    template = {"metadata": {"labels": labels}, "spec": spec}
    selector = {"matchLabels": labels}
    body = {"replicas": REPLICAS, "selector": selector, "template": template}
    reach.ask("POST", SHOP, {"metadata": {"name": app}, "spec": body})
    budgets = "/apis/policy/v1/namespaces/shop/poddisruptionbudgets"
    rule = {"maxUnavailable": ALLOWED, "selector": selector}
    reach.ask("POST", budgets, {"metadata": {"name": app}, "spec": rule})


def agents(reach: Reach) -> None:
    """Create a DaemonSet for every node."""
    labels = {"app": "agent"}
    spec = {"containers": [{"name": "main", "image": "pause"}]}
    template = {"metadata": {"labels": labels}, "spec": spec}
    body = {"selector": {"matchLabels": labels}, "template": template}
    path = "/apis/apps/v1/namespaces/kube-system/daemonsets"
    reach.ask("POST", path, {"metadata": {"name": "agent"}, "spec": body})


def until(what: str, holds: Callable[[], bool], limit: float = 600) -> None:
    """Wait for what others do."""
    end = time.monotonic() + limit
    while not holds():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.1)


@contextmanager
def watched(
    cluster: RealCluster, groups: Mapping[str, int], folder: Path
) -> Iterator[tuple[Account, Watcher]]:
    """Join an account to the cluster, with workloads at rest and a watcher."""
    with joined(cluster, groups, folder) as account:
        reach = account.reach
        reach.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "shop"}})
        agents(reach)
        apps = {group.replace("demo", "cart"): group for group in groups}
        for app, group in apps.items():
            workload(reach, app, group)

        def rest() -> bool:
            pods = reach.ask("GET", "/api/v1/pods")["items"]
            wanted = REPLICAS * len(apps) + sum(groups.values())
            return sum(map(healthy, pods)) == wanted

        until("all pods ready", rest)
        watcher = Watcher(reach, dict.fromkeys(apps, REPLICAS - ALLOWED), groups)
        try:
            until("a first look", lambda: len(watcher.lowest) == len(apps) + len(groups))
            yield account, watcher
        finally:
            watcher.close()


def assert_rotated(account: Account, watcher: Watcher, groups: Mapping[str, int]) -> None:
    """Check that all is new, put back, and that nobody missed anything meanwhile."""
    for group, size in groups.items():
        assert account.images(group) == [account.new] * size, group
        restored = {"desired": size, "max": size, "suspended": [], "protected": 0}
        assert account.settings(group) == restored, group
    assert watcher.breaches == []
    assert account.bridge.undrained == []
    until("the Nodes of the old instances gone", lambda: _nodes(account) == sum(groups.values()))


def _nodes(account: Account) -> int:
    return len(account.reach.ask("GET", "/api/v1/nodes")["items"])


def leases(account: Account) -> list[dict[str, Any]]:
    """Return the Leases of the rotations that are held."""
    path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
    found = account.reach.ask("GET", path)["items"]
    ours = (lease for lease in found if "rotator" in lease["metadata"]["name"])
    return [lease for lease in ours if lease["spec"].get("holderIdentity")]


def test_three_groups_are_rotated_and_a_second_run_changes_nothing(
    cluster: RealCluster, tmp_path: Path
) -> None:
    with watched(cluster, THREE, tmp_path) as (account, watcher):
        outcome = account.playbook()
        assert outcome.code == 0, outcome.output
        assert_rotated(account, watcher, THREE)
        # The watcher has seen pods move: it does not look at a cluster that stands still.
        assert min(watcher.lowest[group.replace("demo", "cart")] for group in THREE) < REPLICAS
        assert leases(account) == []
        again = account.playbook()
        assert again.code == 0, again.output
        assert [again.recap(group)["changed"] for group in THREE] == [0, 0, 0], again.output


def test_a_killed_run_is_resumed_past_a_restarted_api_server(
    cluster: RealCluster, tmp_path: Path
) -> None:
    with watched(cluster, ONE, tmp_path) as (account, watcher):
        run = account.start(rotate_max_surge=1, rotate_lease_duration=6)
        until("a node terminated", lambda: account.terminated() > 0 or run.poll() is not None)
        assert run.poll() is None, (tmp_path / "playbook.log").read_text()
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        second = account.start(rotate_max_surge=1, rotate_lease_duration=6)
        until("another node terminated", lambda: account.terminated() > 1)
        cluster.restart_api()
        assert second.wait(900) == 0, (tmp_path / "playbook.log").read_text()
        assert_rotated(account, watcher, ONE)


def test_a_run_whose_lease_is_deleted_leaves_all_to_the_next(
    cluster: RealCluster, tmp_path: Path
) -> None:
    with watched(cluster, ONE, tmp_path) as (account, watcher):
        run = account.start(rotate_max_surge=1, rotate_lease_duration=6)
        until("a node terminated", lambda: account.terminated() > 0 or run.poll() is not None)
        for lease in leases(account):
            path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
            account.reach.ask("DELETE", f"{path}/{lease['metadata']['name']}")
        run.wait(900)
        again = account.playbook(rotate_lease_duration=6)
        assert again.code == 0, again.output
        assert_rotated(account, watcher, ONE)
