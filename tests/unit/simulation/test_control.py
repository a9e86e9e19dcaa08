# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The World's own little API, called by werkzeug's test client, without a wire."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from werkzeug.test import Client

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.control import Control
from ansible_collections.nodeops.rotator.tests.simulation.serve import behavior_field
from ansible_collections.nodeops.rotator.tests.unit.simulation.conftest import BuiltAccount


@pytest.fixture
def client(built: BuiltAccount) -> Client:
    """Speaks to the built's world."""
    return Client(
        Control(
            built.world, threading.RLock(), lambda: None, {"reader": {"AWS_ACCESS_KEY_ID": "AKIA"}}
        )
    )


def told(client: Client, path: str) -> Any:
    reply = client.get(path)
    assert reply.status_code == 200
    return reply.get_json()


def post(client: Client, path: str, **body: Any) -> None:
    reply = client.post(path, json=body)
    assert (reply.status_code, reply.json) == (200, {}), reply.text


def refused(built: BuiltAccount, operation: str = "SetDesiredCapacity", **params: Any) -> str:
    try:
        built.scaling(operation, **({"DesiredCapacity": 4} | params))
    except AwsError as error:
        return error.code
    return ""


def test_the_report_tells_what_was_seen(built: BuiltAccount, client: Client) -> None:
    built.scaling("SetDesiredCapacity", DesiredCapacity=3)
    spec = {"holderIdentity": "me"}
    built.world.cluster.create(
        "leases", {"metadata": {"name": "l", "namespace": "kube-system"}, "spec": spec}
    )
    report = told(client, "/report")
    assert [breach["why"] for breach in report["breaches"]] == built.why() != []
    assert report["calls"] == {"autoscaling:SetDesiredCapacity": 1}
    assert report["groups"][built.blue]["desired"] == 3
    assert len(report["groups"][built.green]["images"]) == 2
    assert report["leases"] == {"l": "me"}
    assert report["facts"] == built.world.facts
    assert report["identities"] == {"reader": {"AWS_ACCESS_KEY_ID": "AKIA"}}
    assert report["figures"]["available_least"] == {built.blue: 4, built.green: 2}


def test_every_sample_can_be_had(built: BuiltAccount, client: Client) -> None:
    built.cordon(built.node(built.instances()[0]))
    built.wait(1)
    samples = told(client, "/figures")
    assert [sample["available"][built.blue] for sample in samples] == [4, 3]


def test_a_fault_for_certain_parameters_and_a_while(built: BuiltAccount, client: Client) -> None:
    where = {"AutoScalingGroupName": built.green}
    post(
        client,
        "/fault",
        match="autoscaling:Set*",
        code="Throttling",
        times=-1,
        seconds=10,
        where=where,
    )
    assert [
        refused(built),
        refused(built, AutoScalingGroupName=built.green, DesiredCapacity=2),
    ] == ["", "Throttling"]
    built.wait(11)
    assert refused(built, AutoScalingGroupName=built.green, DesiredCapacity=2) == ""


def test_behavior_change_at_once_or_later(built: BuiltAccount, client: Client) -> None:
    post(client, "/behavior", aws={"throttle_odds": 1.0}, after=30)
    assert refused(built) == ""
    built.wait(31)
    assert refused(built) == "Throttling"
    post(client, "/behavior", aws={"throttle_odds": 0.0}, kube={"pdb_lag": 7.0})
    assert refused(built) == ""
    assert built.world.cluster.behavior.pdb_lag == 7


def test_operations_are_forbidden(built: BuiltAccount, client: Client) -> None:
    post(client, "/deny", aws=["autoscaling:Set*"], kubernetes=["patch nodes"], actor="run")
    assert refused(built) == "AccessDenied"
    assert refused(built, actor="operator") == ""
    node = built.node(built.instances()[0])
    assert (built.cordon(node), built.cordon(node, actor="operator")) == (403, 200)


def test_the_judge_is_told_what_is_allowed(built: BuiltAccount, client: Client) -> None:
    post(client, "/rules", group=built.blue, surge=2)
    built.scaling("SetDesiredCapacity", DesiredCapacity=6)
    assert built.why() == []


def test_an_instance_is_killed(built: BuiltAccount, client: Client) -> None:
    name = built.instances()[0]
    post(client, "/kill", instance=name)
    built.wait(1)
    assert not built.world.account.instances[name].alive
    assert built.why() == []


def test_the_api_server_restarts(built: BuiltAccount, client: Client) -> None:
    watch = built.world.cluster.watch("/api/v1/nodes", {"timeoutSeconds": "300"})
    post(client, "/restart")
    assert watch.closed


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/fault", {"match": "*", "kode": "X"}),
        ("/fault", {}),
        ("/behavior", {"aws": {"patience": 1}}),
        ("/behavior", {"azure": {}}),
        ("/rules", {"group": "none"}),
        ("/rules", {"group": "demo-blue", "surgery": 1}),
        ("/kill", {"instance": "i-none"}),
    ],
)
def test_nonsense_is_one_line_and_changes_nothing(
    built: BuiltAccount, client: Client, path: str, body: Any
) -> None:
    before = told(client, "/report")
    reply = client.post(path, json=body)
    error = (reply.get_json() or {})["error"]
    assert reply.status_code == 400
    assert error.startswith(path)
    assert "\n" not in error
    assert told(client, "/report") == before
    assert built.world.gate.faults == []


def test_other_paths_are_told_what_there_is(client: Client) -> None:
    for reply in (client.get("/"), client.get("/fault"), client.post("/report")):
        assert reply.status_code == 404
        assert "/fault" in reply.text


def test_behavior_on_the_command_line() -> None:
    assert behavior_field("aws.describe_lag=5") == ("aws", "describe_lag", 5)
    assert behavior_field("aws.boot=[1,2]") == ("aws", "boot", [1, 2])
    for text in ("describe_lag=5", "aws.describe_lag", "gcp.lag=1", "aws.lag=x"):
        with pytest.raises(ValueError):
            behavior_field(text)
