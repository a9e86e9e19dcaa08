# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Use the World as `make world` serves it.

Clients are boto3 and kubectl, with other identities and with faults.
"""

from __future__ import annotations

import base64
import json
import shutil
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from ansible_collections.nodeops.rotator.tests.integration.warm import HANGS
from ansible_collections.nodeops.rotator.tests.integration.wire import WorldOnWire, world_on_wire
from ansible_collections.nodeops.rotator.tests.simulation.identities import EXTERNAL_ID, GUARDED

KUBECTL = Path(sys.executable).with_name("kubectl")
needs_kubectl = pytest.mark.skipif(
    not (KUBECTL.exists() or shutil.which("kubectl")), reason="there is no kubectl here"
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorldOnWire]:
    """Serve four nodes and one Deployment with a budget."""
    with world_on_wire("small", tmp_path_factory.mktemp("world")) as made:
        yield made


def boto(world: WorldOnWire, service: str, who: str = "operator", **more: str) -> Any:
    """Return a boto3 client that makes one attempt."""
    env = {**world.report()["identities"][who], **more}
    return boto3.client(
        service,
        endpoint_url=world.env["AWS_ENDPOINT_URL"],
        region_name=world.env["AWS_REGION"],
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=env.get("AWS_SESSION_TOKEN"),
        config=Config(retries={"total_max_attempts": 1}),
    )


def code(act: Any, **params: Any) -> str:
    """Return the error code of a call with boto3, "" for none."""
    try:
        act(**params)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def fault(world: WorldOnWire, match: str, code_: str, **more: Any) -> None:
    """Plan a failure over the wire; see simulation.gate.Fault."""
    data = json.dumps({"match": match, "code": code_, **more}).encode()
    urllib.request.urlopen(world.env["WORLD_URL"] + "/fault", data, timeout=HANGS).close()


def kubectl(world: WorldOnWire, *words: str, who: str = "operator", status: int = 0) -> str:
    """Run kubectl, check its exit status, and return its output with errors."""
    config = world.report()["identities"][who]["KUBECONFIG"]
    binary = str(KUBECTL if KUBECTL.exists() else shutil.which("kubectl"))
    line = [binary, "--kubeconfig", config, "--cache-dir", str(world.folder / "cache"), *words]
    done = subprocess.run(
        line, env=world.environment(), capture_output=True, text=True, timeout=HANGS, check=False
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


@needs_kubectl
def test_kubectl_reads_and_drains_nodes(world: WorldOnWire) -> None:
    names = kubectl(world, "get", "nodes", "-o", "name").split()
    assert len(names) == 4
    node = names[0].partition("/")[2]
    assert f"ProviderID:                   aws:///{world.env['AWS_REGION']}" in kubectl(
        world, "describe", "node", node
    )
    assert "ALLOWED DISRUPTIONS" in kubectl(world, "get", "pdb", "-A")
    kubectl(world, "cordon", node)
    assert "SchedulingDisabled" in kubectl(world, "get", "node", node)
    kubectl(world, "uncordon", node)
    assert "drained" in kubectl(
        world, "drain", node, "--ignore-daemonsets", f"--timeout={HANGS:.0f}s"
    )
    left = kubectl(
        world, "get", "pods", "-A", "--field-selector", f"spec.nodeName={node}", "-o", "name"
    ).split()
    assert [name for name in left if "agent" not in name] == []
    kubectl(world, "uncordon", node)


@needs_kubectl
@pytest.mark.parametrize(
    ("who", "read", "write", "words"),
    [
        ("reader", 0, 1, "cannot patch resource"),
        ("nobody", 1, 1, "forbidden"),
        ("stranger", 1, 1, "Unauthorized"),
        ("expired", 1, 1, "Unauthorized"),
    ],
)
def test_kubectl_is_refused_for_other_identities(
    world: WorldOnWire, who: str, read: int, write: int, words: str
) -> None:
    node = kubectl(world, "get", "nodes", "-o", "name").split()[0].partition("/")[2]
    kubectl(world, "get", "nodes", who=who, status=read)
    refusal = kubectl(world, "label", "node", node, "a=b", who=who, status=write)
    assert words in refusal or "provide credentials" in refusal


@pytest.mark.parametrize(
    ("who", "read", "write"),
    [
        ("rotator", "", ""),
        ("reader", "", "AccessDenied"),
        ("nobody", "AccessDenied", "AccessDenied"),
        ("stranger", "", ""),
        ("expired", "ExpiredToken", "ExpiredToken"),
    ],
)
def test_every_identity_has_its_rights_in_boto3(
    world: WorldOnWire, who: str, read: str, write: str
) -> None:
    client = boto(world, "autoscaling", who)
    assert code(client.describe_auto_scaling_groups) == read
    assert (
        code(client.set_desired_capacity, AutoScalingGroupName="demo-blue", DesiredCapacity=4)
        == write
    )


@pytest.mark.parametrize(
    ("service", "operation", "refusal"),
    [
        ("ec2", "describe_instances", "AuthFailure"),
        ("eks", "list_clusters", "UnrecognizedClientException"),
    ],
)
def test_unknown_access_keys_are_refused(
    world: WorldOnWire, service: str, operation: str, refusal: str
) -> None:
    stranger = boto(world, service, AWS_ACCESS_KEY_ID="AKIANONEOFTHEACCOUNT")
    assert code(getattr(stranger, operation)) == refusal


def test_temporary_credentials_need_their_token(world: WorldOnWire) -> None:
    made = boto(world, "sts").assume_role(
        RoleArn=f"arn:aws:iam::123456789012:role/{GUARDED}",
        RoleSessionName="test",
        ExternalId=EXTERNAL_ID,
    )["Credentials"]
    keys = {
        "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
    }
    whole = boto(world, "autoscaling", **keys, AWS_SESSION_TOKEN=made["SessionToken"])
    assert code(whole.describe_auto_scaling_groups) == ""
    part = boto(world, "autoscaling", **keys)
    assert code(part.describe_auto_scaling_groups) == "InvalidClientTokenId"


def test_boto3_reads_all_pages(world: WorldOnWire) -> None:
    world.behavior(aws={"page_size": 3})
    pages = list(boto(world, "ec2").get_paginator("describe_instances").paginate())
    world.behavior(aws={"page_size": None})
    assert [len(page["Reservations"]) for page in pages] == [3, 1]


def test_planned_faults_reach_aws_and_kubernetes_clients(world: WorldOnWire) -> None:
    client = boto(world, "autoscaling")
    fault(world, "autoscaling:DescribeTags", "Throttling", times=2)
    assert [code(client.describe_tags) for _call in range(3)] == ["Throttling", "Throttling", ""]
    fault(world, "autoscaling:DescribeTags", "ConnectionClosed")
    with pytest.raises(ConnectionClosedError):
        client.describe_tags()
    fault(world, "kubernetes:list nodes", "429", retry_after=7)
    with pytest.raises(urllib.error.HTTPError) as caught:
        nodes(world)
    assert (caught.value.code, caught.value.headers["Retry-After"]) == (429, "7")
    caught.value.close()
    assert len(nodes(world)) == 4


def nodes(world: WorldOnWire) -> list[Any]:
    """Read the nodes with the token of the kubeconfig."""
    config = json.loads(Path(world.env["KUBECONFIG"]).read_text())
    cluster = config["clusters"][0]["cluster"]
    trust = ssl.create_default_context(
        cadata=base64.b64decode(cluster["certificate-authority-data"]).decode()
    )
    headers = {"Authorization": f"Bearer {config['users'][0]['user']['token']}"}
    request = urllib.request.Request(cluster["server"] + "/api/v1/nodes", headers=headers)
    with urllib.request.urlopen(request, timeout=HANGS, context=trust) as answer:
        return list(json.load(answer)["items"])


def test_calls_over_the_wire_are_counted_and_judged(world: WorldOnWire) -> None:
    before = world.report()
    name = boto(world, "autoscaling").describe_auto_scaling_instances()["AutoScalingInstances"][0][
        "InstanceId"
    ]
    boto(world, "ec2", "stranger").terminate_instances(InstanceIds=[name])
    after = world.report()
    assert (
        after["calls"]["ec2:TerminateInstances"]
        == before["calls"].get("ec2:TerminateInstances", 0) + 1
    )
    assert any(
        "behind the back" in breach["why"]
        for breach in after["breaches"][len(before["breaches"]) :]
    )
    assert after["figures"]["available_least"]["demo-blue"] <= 4
