# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real module rotates a control plane of kops, on the wire."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.integration.wire import WorldOnWire, world_on_wire

CLUSTER = "demo.example.com"
FIRST, SECOND, THIRD = (f"control-plane-eu-west-1{zone}.masters.{CLUSTER}" for zone in "abc")
SERVERS = f"apiservers.{CLUSTER}"
QUICK = {"etcd_settle": 4, "poll_interval": 1, "boot_timeout": 600, "min_ready": 1}


@pytest.fixture(scope="module")
def kops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorldOnWire]:
    """Serve a kops cluster to all tests, of which the last ones change something.

    A node of its control plane and the API server beside that are due for an update.
    """
    with world_on_wire("kops_servers", tmp_path_factory.mktemp("kops")) as world:
        make_due(world, FIRST, SERVERS)
        # What runs has to have run for `etcd_settle` before a node is touched.
        while world.report()["seconds"] < 2 * QUICK["etcd_settle"]:
            time.sleep(0.5)
        yield world


def make_due(world: WorldOnWire, *groups: str) -> None:
    """Let these groups launch the new image."""
    for group in groups:
        world.aws("ec2").create_launch_template_version(
            LaunchTemplateName=group,
            SourceVersion="1",
            LaunchTemplateData={"ImageId": world.report()["facts"]["new_image"]},
        )


def replace(world: WorldOnWire, group: str = FIRST, **options: Any) -> Any:
    return world.module(
        "asg_node_replace",
        autoscaling_group_name=group,
        cluster_name=CLUSTER,
        kubeconfig=world.env["KUBECONFIG"],
        **{**QUICK, **options},
    )


def test_the_health_of_a_cluster_is_told_with_its_control_plane(kops: WorldOnWire) -> None:
    access = {"kubeconfig": kops.env["KUBECONFIG"]}
    found = kops.module("cluster_health_info", **access)
    assert found["problems"] == []
    assert found["healthy"] is True
    assert found["control_plane"]["kube-apiserver"] == {"pods": 4, "ready": 4}
    assert found["nodes"]["total"] == 11
    assert found["api_latency"] > 0
    again = kops.module("cluster_health_info", before=found, **access)
    assert again["worse"] == []


def test_a_plan_asks_the_same_and_changes_nothing(kops: WorldOnWire) -> None:
    before = kops.changes()
    found = replace(kops, _ansible_check_mode=True)
    assert found["status"] == "planned", found["msg"]
    assert kops.changes() == before


def test_runs_on_a_control_plane_node_and_on_an_api_server_beside_it_queue(
    kops: WorldOnWire,
) -> None:
    """Each is a process of its own."""
    with ThreadPoolExecutor() as pool:
        runs = pool.map(lambda group: replace(kops, group, lock_wait=600), (FIRST, SERVERS))
        results = list(runs)
    for result in results:
        assert result["status"] == "complete", result
        assert [node["replaced"] for node in result["nodes"]] == [True]
    report = kops.report()
    assert report["breaches"] == []
    assert report["calls"]["kubernetes:get pods/proxy"] > 3
    assert report["calls"]["s3:ListObjectsV2"] >= 2


def test_hosts_that_play_at_once_with_five_forks_queue_for_the_control_plane(
    kops: WorldOnWire,
) -> None:
    make_due(kops, SECOND, THIRD)
    here = {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    }
    hosts = dict.fromkeys((FIRST, SECOND, THIRD, SERVERS), here)
    options = {
        "autoscaling_group_name": "{{ inventory_hostname }}",
        "cluster_name": CLUSTER,
        "kubeconfig": kops.env["KUBECONFIG"],
        "lock_wait": 600,
        **QUICK,
    }
    play = {
        "hosts": "all",
        "gather_facts": False,
        "strategy": "free",
        "tasks": [{"nodeops.rotator.asg_node_replace": options}],
    }
    (kops.folder / "all.yml").write_text(json.dumps({"all": {"hosts": hosts}}))
    (kops.folder / "free.yml").write_text(json.dumps([play]))
    before = kops.report()
    new = before["facts"]["new_image"]
    due = [int(set(before["groups"][name]["images"]) != {new}) for name in hosts]
    outcome = kops.run("ansible-playbook", "--forks", "5", "-i", "all.yml", "free.yml")
    assert outcome.code == 0, outcome.output
    assert [outcome.recap(name)["changed"] for name in hosts] == due, outcome.output
    assert due[1:3] == [1, 1]
    report = kops.report()
    assert report["breaches"] == []
    assert all(set(report["groups"][name]["images"]) == {new} for name in hosts)
