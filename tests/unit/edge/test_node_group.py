# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One look at a node group of a simulated account and cluster."""

from __future__ import annotations

import time
from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    NotFoundError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.credentials import Life
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import node_group
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.node_group import (
    GROUP_SPEC,
    SPEC,
    inspect,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, due
from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.edge.builders import a_module


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A world that the look reaches, with a group that is due for an update."""
    found = due()
    monkeypatch.setattr(node_group, "RawAws", lambda _module: aws_call(found.account))
    monkeypatch.setattr(node_group, "connect", lambda _module: kube_call(found.cluster))
    monkeypatch.setattr(node_group, "own_life", lambda *_given: Life())
    return found


def seen(**params: Any) -> dict[str, Any]:
    given = {"autoscaling_group_name": BLUE, **params}
    return dict(inspect(a_module(SPEC, **given)).values)


def test_the_nodes_of_the_group_are_described(world: World) -> None:
    found = seen()
    assert found["autoscaling_group_name"] == BLUE
    assert (found["outdated"], found["sizes"]["launched"]) == (4, 4)
    assert {node["ready"] for node in found["nodes"]} == {True}
    assert {node["image_id"] for node in found["nodes"]} == {world.facts["old_image"]}
    assert found["refusals"] == []


def test_another_cluster_is_among_the_refusals(world: World) -> None:
    (said,) = seen(cluster_name="other")["refusals"]
    assert "belongs to cluster demo by its tags, not to other" in said


@pytest.mark.parametrize("option", ["cluster_name", "eks_cluster"])
def test_the_right_cluster_is_not(option: str, world: World) -> None:
    assert seen(**{option: "demo"})["refusals"] == []


def test_options_of_the_drain_decide_what_would_stop_it(world: World) -> None:
    name = world.judge.nodes(BLUE)[0]["metadata"]["name"]
    spec = {"nodeName": name, "containers": [{"name": "main", "image": "pause"}]}
    body = {"metadata": {"name": "bare", "namespace": "shop"}, "spec": spec}
    world.cluster.create("pods", body)
    world.cluster.settle()
    assert "shop/bare" in str(seen()["blockers"])
    assert seen(drain_force=True)["blockers"] == []


def test_credentials_that_end_too_early_are_told_by_the_pace_of_the_rotation(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def life(*_given: Any) -> Life:
        return Life("the environment", ends_at=time.time() + 1300)

    monkeypatch.setattr(node_group, "own_life", life)
    (told,) = (said for said in seen()["preflight"] if "credentials" in said)
    assert "to replace 4 nodes of demo-blue takes some 17 min" in told
    assert "credentials" not in str(seen(max_surge="100%", canary="0")["preflight"])


def test_a_snapshot_is_compared_with_what_is_there(world: World) -> None:
    before = seen()["snapshot"]
    expected = [line for line in seen(before=before)["problems"] if "was" in line]
    assert expected == []
    lower = {**before, "max_size": before["max_size"] - 1}
    assert any("MaxSize" in line for line in seen(before=lower)["problems"])


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"autoscaling_group_name": ""}, InputError),
        ({"autoscaling_group_name": "demo-bleu"}, NotFoundError),
        ({"max_node_age": 0}, InputError),
        ({"drain_retry": 0}, InputError),
        ({"max_surge": "0"}, InputError),
        ({"canary": "some"}, InputError),
        ({"soak": -1}, InputError),
    ],
)
def test_what_cannot_be_looked_at_is_an_error(
    params: dict[str, Any], error: type[Exception], world: World
) -> None:
    with pytest.raises(error):
        seen(**params)


def test_a_look_writes_nothing(world: World) -> None:
    before = dict(world.account.gate.calls)
    seen()
    made = {name for name, count in world.account.gate.calls.items() if before.get(name) != count}
    verbs = {name.partition(":")[2].split()[0] for name in made}
    assert {verb for verb in verbs if not verb.startswith("Describe")} <= {
        "get",
        "list",
        "GetServiceQuota",
    }
    assert len(verbs) > 2


def test_the_options_that_name_a_group_are_those_of_the_rotation_too() -> None:
    assert GROUP_SPEC["autoscaling_group_name"] == {"type": "str", "required": True}
    assert {name: SPEC[name] for name in GROUP_SPEC} == GROUP_SPEC
