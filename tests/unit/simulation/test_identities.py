# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is let into a world that has an entrance, and what they may do there."""

from __future__ import annotations

import base64
import datetime
from typing import Any

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.identities import (
    EXPIRED,
    EXTERNAL_ID,
    GUARDED,
    IDENTITIES,
    NOBODY,
    OPERATOR,
    PEER,
    READER,
    ROTATOR,
    STRANGER,
    Identity,
    open_to_identities,
)
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import small
from ansible_collections.nodeops.rotator.tests.simulation.world import World

STS = "https://sts.eu-west-1.amazonaws.com/"
GROUP = "demo-blue"


@pytest.fixture(scope="module")
def world() -> World:
    """Small, with an entrance, at the present hour: tokens are dated by botocore."""
    made = small.furnish(World(Kernel(epoch=datetime.datetime.now(datetime.UTC))))
    open_to_identities(made)
    return made


def aws(world: World, actor: str, service: str, operation: str, **params: Any) -> str:
    try:
        world.account.call(service, operation, params, actor)
    except AwsError as error:
        return error.code
    return "ok"


def kube(world: World, token: str, verb: str, path: str, body: Any = None) -> int:
    kind = "application/merge-patch+json" if verb == "PATCH" else "application/json"
    return world.cluster.request(verb, path, {}, body, kind, token)[0]


def minted(key: str, secret: str, session: str = "", cluster: str = "demo") -> str:
    params = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}
    request = AWSRequest("GET", STS, headers={"x-k8s-aws-id": cluster}, params=params)
    SigV4QueryAuth(
        Credentials(key, secret, session or None), "sts", "eu-west-1", expires=60
    ).add_auth(request)
    return "k8s-aws-v1." + base64.urlsafe_b64encode(request.url.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("who", "read", "write"),
    [
        (ROTATOR, "ok", "ok"),
        (PEER, "ok", "ok"),
        (OPERATOR, "ok", "ok"),
        (STRANGER, "ok", "ok"),
        (READER, "ok", "AccessDenied"),
        (NOBODY, "AccessDenied", "AccessDenied"),
        (EXPIRED, "ExpiredToken", "ExpiredToken"),
        (Identity("unheard"), "InvalidClientTokenId", "InvalidClientTokenId"),
    ],
)
def test_what_aws_lets_them_do(world: World, who: Identity, read: str, write: str) -> None:
    assert aws(world, who.access_key, "autoscaling", "DescribeAutoScalingGroups") == read
    assert (
        aws(
            world,
            who.access_key,
            "autoscaling",
            "SetDesiredCapacity",
            AutoScalingGroupName=GROUP,
            DesiredCapacity=4,
        )
        == write
    )


@pytest.mark.parametrize("who", [ROTATOR, READER, NOBODY])
def test_who_one_is_can_always_be_asked(world: World, who: Identity) -> None:
    answer = world.account.call("sts", "GetCallerIdentity", {}, who.access_key)
    assert answer["Arn"] == f"arn:aws:iam::123456789012:user/{who.name}"


@pytest.mark.parametrize("way", ["kubeconfig", "EKS token"])
@pytest.mark.parametrize(
    ("who", "read", "write"),
    [
        (ROTATOR, 200, 200),
        (PEER, 200, 200),
        (OPERATOR, 200, 200),
        (READER, 200, 403),
        (NOBODY, 403, 403),
        (STRANGER, 401, 401),
        (EXPIRED, 401, 401),
        (Identity("unheard"), 401, 401),
    ],
)
def test_what_the_cluster_lets_them_do(
    world: World, who: Identity, way: str, read: int, write: int
) -> None:
    token = who.token if way == "kubeconfig" else minted(who.access_key, who.secret, who.session)
    node = next(iter(world.cluster.objects("nodes")))["metadata"]["name"]
    patch = {"metadata": {"annotations": {"seen-by": who.name}}}
    assert kube(world, token, "GET", "/api/v1/nodes") == read
    assert kube(world, token, "PATCH", f"/api/v1/nodes/{node}", patch) == write


@pytest.mark.parametrize(
    "token",
    [
        "",
        "world",
        minted(ROTATOR.access_key, READER.secret),
        minted(ROTATOR.access_key, ROTATOR.secret, cluster="other"),
    ],
    ids=["none", "unknown", "another secret", "another cluster"],
)
def test_other_tokens_are_unauthorized(world: World, token: str) -> None:
    assert kube(world, token, "GET", "/api/v1/nodes") == 401


def test_an_assumed_role_has_its_own_entry(world: World) -> None:
    for who, role, status in ((ROTATOR, GUARDED, 200), (OPERATOR, "cleaner", 401)):
        params = {
            "RoleArn": f"arn:aws:iam::123456789012:role/{role}",
            "RoleSessionName": "run",
            "DurationSeconds": 900,
            "ExternalId": EXTERNAL_ID,
        }
        made = world.account.call("sts", "AssumeRole", params, who.access_key)["Credentials"]
        assert aws(world, made["AccessKeyId"], "autoscaling", "DescribeAutoScalingGroups") == "ok"
        token = minted(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
        assert kube(world, token, "GET", "/api/v1/nodes") == status
        assert (
            kube(
                world, minted(made["AccessKeyId"], made["SecretAccessKey"]), "GET", "/api/v1/nodes"
            )
            == 401
        )


def test_nobody_judges_the_operator(world: World) -> None:
    world.judge.breaches.clear()
    name = next(iter(world.account.groups[GROUP].members))
    assert aws(world, OPERATOR.access_key, "ec2", "TerminateInstances", InstanceIds=[name]) == "ok"
    assert world.judge.breaches == []
    end = ("autoscaling", "TerminateInstanceInAutoScalingGroup")
    name = list(world.account.groups[GROUP].members)[1]
    asked = {"InstanceId": name, "ShouldDecrementDesiredCapacity": False}
    assert aws(world, ROTATOR.access_key, *end, **asked) == "ok"
    assert len(world.judge.breaches) >= 1


def test_keys_and_tokens_are_told_apart_and_as_long_as_real_ones() -> None:
    assert len({one.access_key for one in IDENTITIES.values()}) == len(IDENTITIES) == 17
    for one in IDENTITIES.values():
        assert len(one.access_key) == 20
        assert len(one.secret) >= 40
        assert (
            ("AWS_SESSION_TOKEN" in one.environment())
            == one.access_key.startswith("ASIA")
            == one.temporary
        )


def test_only_the_hand_of_somebody_else_is_not_judged(world: World) -> None:
    unjudged = [one.name for one in IDENTITIES.values() if one.name in world.judge.unjudged]
    assert unjudged == [OPERATOR.name]


def test_what_others_use_needs_no_rights_that_we_ship(world: World) -> None:
    """A drain reads a single node, which our rotations never do."""
    node = next(iter(world.cluster.objects("nodes")))["metadata"]["name"]
    found = {who: kube(world, who.token, "GET", f"/api/v1/nodes/{node}") for who in (PEER, ROTATOR)}
    assert found == {PEER: 200, ROTATOR: 403}
