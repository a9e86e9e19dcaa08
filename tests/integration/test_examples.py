# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run every example of the plugins on worlds, one playbook for each world.

The text of an example stays as it is. What stands in the world for its names is said here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kubernetes.client import CoordinationV1Api, CoreV1Api
from kubernetes.config import new_client_from_config

from ansible_collections.nodeops.rotator.tests.integration.examples import (
    Chosen,
    Task,
    documented,
    examples,
    listed,
    play,
    played,
    skipped,
    tasks_of,
    titles,
)
from ansible_collections.nodeops.rotator.tests.integration.kops_wire import (
    CLUSTER,
    STORE,
    image_name,
)
from ansible_collections.nodeops.rotator.tests.integration.receivers import SLACK, receivers
from ansible_collections.nodeops.rotator.tests.integration.wire import (
    INVENTORY,
    WorldOnWire,
    world_on_wire,
)

OF_KOPS = {
    "eks_ami_lookup": "Check whether an instance group of kops is behind",
    "launch_template_update": "Move a kops instance group to a golden image",
}
"""Examples for kops among those of other plugins."""
NODE, OTHER = "ip-10-0-1-7.eu-west-1.compute.internal", "ip-10-0-2-9.eu-west-1.compute.internal"
OF_HOSTS = ("check_variables", "rotation_line", "rotation_plan", "check_plan", "rotation_summary")
"""Plugins whose examples are in plays over the hosts of an inventory, after a plan."""
IN_EKS = (
    *("cluster_health_info", "node_group_info", "node_carriers_info", "eks_ami_lookup", "pinned"),
    *("table", "cluster_gate", "rotation_pause", "rotation_notify", "launch_template_update"),
    *("given", "asg_node_replace", "aftermath", "rotation_status_info", "rotation_report"),
    "rotation_uninstall",
)
IN_MIXED = ("node_drain", "karpenter_wait", "eks_nodegroup_replace")
IN_KOPS = ("kops_instance_group_image",)
INVENTORIES = ("node_groups",)
RINGS = """compose:
  ring: "'dev'"
"""
OVERRIDES = {"EbsOptimized": False}
"""What the example of `given` hands over."""


def without_kops(plugin: str, **names: Any) -> Chosen:
    """Choose the examples of a plugin, except one for kops."""
    kept = [one for one in titles(plugin) if not one.startswith(OF_KOPS.get(plugin, "\n"))]
    return Chosen(plugin, tuple(kept), names)


def in_eks(world: WorldOnWire) -> list[Chosen]:
    """Choose what runs in the world of an EKS cluster, each with names of its own.

    Two node groups get something to launch from the examples of launch_template_update, the third
    one from that of `given`. So those of asg_node_replace have something to replace.
    """
    node, other = (one["metadata"]["name"] for one in nodes(world, "green")[:2])
    owner = world.aws("ec2").describe_images(ImageIds=[newest(world)])["Images"][0]["OwnerId"]
    own = {
        "eks_ami_lookup": {
            "123456789012": owner,
            "golden-node-*": "amazon-eks-node-al2023-*",
            "60": 3650,
        },
        "launch_template_update": {"shop-blue": "demo-storage", "shop-green": "demo-blue"},
        "given": {"shop-blue": "demo-green"},
        "aftermath": {"shop-blue": "demo-green"},
    }
    chosen: list[Chosen] = []
    for plugin in IN_EKS:
        if plugin == "asg_node_replace":
            groups = ("demo-storage", "demo-blue", *["demo-green"] * 3)
            chosen += [
                Chosen(plugin, (title,), {"blue-workers": group, NODE: node, OTHER: other})
                for title, group in zip(titles(plugin), groups, strict=True)
            ]
        else:
            chosen.append(without_kops(plugin, **own.get(plugin, {})))
    return chosen


def newest(world: WorldOnWire) -> str:
    """Return the newest image of the world, which somebody has released."""
    image = str(world.report()["facts"]["new_image"])
    world.aws("ec2").create_tags(Resources=[image], Tags=[{"Key": "stage", "Value": "released"}])
    return image


def nodes(world: WorldOnWire, role: str) -> list[Any]:
    """Return the nodes with this role."""
    with new_client_from_config(str(world.who("operator")["KUBECONFIG"])) as client:
        found = CoreV1Api(client).list_node(label_selector=f"role={role}").items
        return [client.sanitize_for_serialization(one) for one in found]


def leases(world: WorldOnWire) -> list[str]:
    """Return the names of the Leases of rotations."""
    with new_client_from_config(str(world.who("operator")["KUBECONFIG"])) as client:
        found = CoordinationV1Api(client).list_namespaced_lease("kube-system").items
        return [one.metadata.name for one in found]


def test_every_example_of_a_plugin_is_run() -> None:
    run = (*OF_HOSTS, *IN_EKS, *IN_MIXED, *IN_KOPS, *INVENTORIES)
    assert sorted(run) == sorted(documented())
    for plugin, begins in OF_KOPS.items():
        assert sum(title.startswith(begins) for title in titles(plugin)) == 1


def test_examples_on_an_eks_cluster(tmp_path: Path) -> None:
    with world_on_wire("eks", tmp_path) as world, receivers() as told:
        world.inventory.write_text(INVENTORY + RINGS)
        approved = tmp_path / "approved"
        approved.touch()
        names = {
            **dict.fromkeys(("shop", "blue"), "demo"),
            **dict.fromkeys(("shop-blue", "blue-workers"), "demo-blue"),
            "600": 1,
            "/var/lib/rotations/prod": str(tmp_path / "reports"),
            "/var/lib/rotations/approved": str(approved),
        }
        of_hosts = tasks_of([Chosen(plugin) for plugin in OF_HOSTS], names)
        others = tasks_of(in_eks(world), names)
        outcome = played(world, in_plays(told.variables(), of_hosts, others), "run-1")
        report = world.report()
        assert report["breaches"] == []
        assert leases(world) == []
    assert list(skipped(outcome.output, of_hosts + others)) == ["Fail with one message"]
    assert [one["text"] for one in told.of(SLACK)] != []
    assert (tmp_path / "reports/report.html").exists()
    assert (tmp_path / "build/plan.json").exists()


def in_plays(
    variables: dict[str, Any], of_hosts: list[Task], others: list[Task]
) -> list[dict[str, Any]]:
    """Return the playbook: a plan, what needs its hosts, what needs a cluster."""
    plan = {"import_playbook": "nodeops.rotator.plan", "vars": {"plan_file": "build/plan.json"}}
    read = {"node_group": "{{ _prepare_info }}", "ami": "{{ _prepare_ami }}"}
    with_hosts = play("node_groups", of_hosts, vars=read)
    alone = play("localhost", others, vars={**variables, "prepare_template_overrides": OVERRIDES})
    reports = {"report_dir": "reports"}
    alone["module_defaults"]["nodeops.rotator.asg_node_replace"].update(reports)
    return [plan, with_hosts, alone]


def test_examples_on_a_cluster_of_managed_node_groups_and_karpenter(tmp_path: Path) -> None:
    with world_on_wire("mixed", tmp_path) as world:
        label(world, nodes(world, "blue")[:2], "workers")
        node, worker = (one["metadata"]["name"] for one in nodes(world, "web")[:2])
        patch = image_name(world).rpartition("v")[2]
        names = {**dict.fromkeys(("blue", "shop"), "demo"), "workers": "web", "gpu": "own"}
        names |= {"1.33.5-20260523": f"1.33.5-{patch}", "7": "1", "600": 1}
        names |= {NODE: node, "worker-1": worker}
        tasks = tasks_of([Chosen(plugin) for plugin in IN_MIXED], names)
        outcome = played(world, [play("localhost", tasks)])
    assert list(skipped(outcome.output, tasks)) == []


def label(world: WorldOnWire, found: list[Any], nodegroup: str) -> None:
    """Let nodes bear the label of a managed node group."""
    with new_client_from_config(str(world.who("operator")["KUBECONFIG"])) as client:
        for node in found:
            labels = {"eks.amazonaws.com/nodegroup": nodegroup}
            CoreV1Api(client).patch_node(node["metadata"]["name"], {"metadata": {"labels": labels}})


def test_examples_on_a_kops_cluster(tmp_path: Path) -> None:
    with world_on_wire("kops", tmp_path) as world:
        names = {
            **dict.fromkeys(("shop.example.com",), CLUSTER),
            "s3://shop-kops-state": f"s3://{STORE}",
            "ami-0123456789abcdef0": world.report()["facts"]["new_image"],
            **dict.fromkeys(images_of_kops(), image_name(world)),
        }
        chosen = [Chosen(plugin) for plugin in IN_KOPS]
        chosen += [Chosen(plugin, (begins,)) for plugin, begins in OF_KOPS.items()]
        tasks = tasks_of(chosen, names)
        book = play("localhost", tasks)
        executable = {"kops_executable": world.env["WORLD_KOPS"]}
        book["module_defaults"]["nodeops.rotator.kops_instance_group_image"] = executable
        outcome = played(world, [book])
    assert list(skipped(outcome.output, tasks)) == []


def images_of_kops() -> list[str]:
    """Return the images that the examples for kops name."""
    options = [value for task in examples(*IN_KOPS)[0] for value in task.values()]
    return [one["image"] for one in options if isinstance(one, dict) and "image" in one]


def test_examples_of_inventories(still: WorldOnWire) -> None:
    plain, chosen = (dict(one) for one in examples(*INVENTORIES))
    assert "demo-blue" in listed(still, plain)["node_groups"]["hosts"]
    chosen |= {"clusters": ["demo"], "cache_connection": str(still.folder / "cache")}
    found = listed(still, chosen)
    hosts = [f"demo-blue.{region}" for region in chosen["regions"]]
    assert sorted(found["node_groups"]["hosts"]) == sorted(hosts)
    assert {found["_meta"]["hostvars"][host]["rotate_max_surge"] for host in hosts} == {1}
    assert list((still.folder / "cache").iterdir()) != []
