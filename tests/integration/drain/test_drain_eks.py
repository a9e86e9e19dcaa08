# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run node_drain on EKS with AWS credentials alone and with live progress."""

from __future__ import annotations

import json

from ansible_collections.nodeops.rotator.tests.integration.wire import WorldOnWire


def nodes_of(world: WorldOnWire) -> list[str]:
    """Return the names of the nodes."""
    found = world.aws("ec2").describe_instances()["Reservations"]
    return sorted(instance["PrivateDnsName"] for entry in found for instance in entry["Instances"])


def test_an_eks_cluster_needs_no_kubeconfig(small: WorldOnWire) -> None:
    name = nodes_of(small)[0]
    answer = small.module("node_drain", eks_cluster=small.cluster, nodes=[name])
    (node,) = answer["nodes"]
    assert (node["state"], answer["changed"]) == ("drained", True)
    assert {pod["state"] for pod in node["pods"]} == {"evicted", "left"}


def test_an_unknown_eks_cluster_fails_in_one_line(small: WorldOnWire) -> None:
    answer = small.module("node_drain", small.who("reader"), eks_cluster="other", nodes=["n1"])
    assert answer["failed"]
    assert "EKS cluster other" in answer["msg"]
    assert "Check the name, the region and the account" in answer["msg"]


def test_progress_is_shown_while_the_module_runs(small: WorldOnWire) -> None:
    name = nodes_of(small)[0]
    options = {"eks_cluster": small.cluster, "nodes": [name]}
    done = small.run(
        "ansible", "localhost", "-m", "nodeops.rotator.node_drain", "-a", json.dumps(options)
    )
    assert done.code == 0, done.output
    shown = done.output.partition("localhost | CHANGED")[0]
    assert "cordoned" in shown
    assert "evicted" in shown
    assert shown.rstrip().splitlines()[-1].split()[4] == "drained"
