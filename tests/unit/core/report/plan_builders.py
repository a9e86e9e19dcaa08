# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles register in check mode, and the plans that are made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.plan import (
    plan_document,
)

MADE = "2026-11-29T08:15:00Z"
WHY = "version 7, target is 8"
NEW, OLD = "ami-0new", "ami-0old"
NAME = "amazon-eks-node-al2023-x86_64-standard-1.33-v"


def an_image(image_id: str, date: str, age: int) -> dict[str, Any]:
    """An image as eks_ami_lookup returns it."""
    return {
        "image_id": image_id,
        "name": NAME + date,
        "family": "al2023",
        "release_version": f"1.33.5-{date}",
        "age_days": age,
    }


AMI: Mapping[str, Any] = {
    **an_image(NEW, "20261120", 8),
    "update_available": True,
    "current": an_image(OLD, "20261020", 39),
    "current_image_ids": [OLD],
}
TEMPLATE: Mapping[str, Any] = {
    "status": "planned",
    "kind": "launch_template",
    "launch_template_id": "lt-1",
    "launch_template_name": "shop-blue",
    "version": 8,
    "previous_version": 7,
    "image_id": NEW,
}
WINDOW: Mapping[str, Any] = {"surge": 1, "unavailable": 0, "canaries": 1, "soak": 60}


def a_node(number: int, **more: Any) -> dict[str, Any]:
    """A node as node_group_info returns it."""
    return {
        "name": f"ip-10-0-1-{number}.eu-west-1.compute.internal",
        "instance_id": f"i-{number}",
        "zone": "eu-west-1" + "abc"[number % 3],
        "image_id": OLD,
        "outdated": WHY,
        "age": 30 * 86400,
        "pods": number,
        "volumes": [],
        "in_the_way": [],
        **more,
    }


NODES = (
    a_node(1),
    a_node(2, volumes=["shop/data-0"], in_the_way=["shop/db-0: terminating"]),
    a_node(3, in_the_way=["budget shop/cart allows no eviction of shop/cart-0 now"]),
)


def an_info(**more: Any) -> dict[str, Any]:
    """What node_group_info returns."""
    return {
        "autoscaling_group_name": "shop-blue",
        "kind": "self_managed",
        "sizes": {"desired": 3, "min": 1, "max": 4, "launched": 3},
        "target": {"template": "lt-1", "template_name": "shop-blue", "version": "7"},
        "image_ids": [OLD],
        "nodes": list(NODES),
        "refusals": [],
        "preflight": [],
        "waits": [],
        "blockers": [],
        "locked_by": "",
        "interrupted": False,
        "durations": {"boots": [], "drains": []},
        **more,
    }


def a_result(*going: str, left: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """What asg_node_replace returns in check mode.

    `going`: the order. `left`: the reasons.
    """
    order = going or ("i-2", "i-1", "i-3")
    names = [name for name in ("i-1", "i-2", "i-3") if name in (*order, *(left or {}))]
    found = {node["instance_id"]: node for node in NODES}
    return {
        "status": "planned",
        "target": {"template": "lt-1", "version": "8", "image_id": NEW},
        "nodes": [{**found[name], "reason": WHY} for name in names],
        "left_outdated": [
            {"name": found[name]["name"], "instance_id": name, "why": why}
            for name, why in (left or {}).items()
        ],
        "foreseen": {**WINDOW, "order": list(order)},
        **more,
    }


def a_host(**more: Any) -> dict[str, Any]:
    """The variables of a host whose three nodes are outdated."""
    return {
        "cluster_name": "shop",
        "region": "eu-west-1",
        "_prepare_ami": AMI,
        "_prepare_info": an_info(),
        "_prepare_template": TEMPLATE,
        "_rotate_result": a_result(),
        **more,
    }


def current(**more: Any) -> dict[str, Any]:
    """The variables of a host all of whose nodes are current."""
    nodes = [{**node, "outdated": "", "image_id": NEW, "in_the_way": []} for node in NODES]
    idle = {"status": "unchanged", "nodes": [], "left_outdated": [], "foreseen": {}}
    return a_host(
        **{
            "_prepare_ami": {
                **AMI,
                "update_available": False,
                "current": an_image(NEW, "20261120", 8),
            },
            "_prepare_info": an_info(nodes=nodes, image_ids=[NEW]),
            "_prepare_template": {"skipped": True},
            "_rotate_result": {**a_result(), **idle},
            **more,
        }
    )


def a_plan(**hosts: Mapping[str, Any]) -> dict[str, Any]:
    """The plan of these hosts, by default of one that is due."""
    return plan_document(hosts or {"blue": a_host()}, MADE)
