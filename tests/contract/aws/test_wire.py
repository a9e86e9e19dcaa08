# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identities, presigned URLs, lost connections, latency and concurrent callers."""

from __future__ import annotations

import concurrent.futures
import threading
import time
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ConnectionClosedError

from ansible_collections.nodeops.rotator.tests.contract.aws.conftest import (
    ACCESS_KEY,
    Endpoint,
    Wire,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws import build
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.records import Credential
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.wire.aws import make_app


@pytest.fixture
def wire(endpoint: Endpoint) -> Wire:
    """Return a small account on the wire."""
    face = Wire(Behavior.polite(), endpoint.boto)
    build.add_subnets(face.account)
    build.add_eks_cluster(face.account, "prod")
    endpoint.serve(face)
    return face


def test_the_access_key_is_the_actor(wire: Wire) -> None:
    assert wire.call("sts", "GetCallerIdentity")["Arn"].endswith("user/" + ACCESS_KEY)
    wire.account.denied.append((ACCESS_KEY, "eks:*"))
    with pytest.raises(AwsError) as caught:
        wire.call("eks", "ListClusters")
    assert (caught.value.code, caught.value.status) == ("AccessDeniedException", 403)
    wire.account.credentials["AKIAOTHER"] = Credential("arn:aws:iam::123456789012:user/other")
    with pytest.raises(AwsError) as caught:
        wire.call("ec2", "DescribeRegions")
    assert (caught.value.code, caught.value.status) == ("AuthFailure", 401)


def test_a_presigned_url_tells_who_made_it(wire: Wire) -> None:
    url = wire.boto.client("sts").generate_presigned_url("get_caller_identity", HttpMethod="GET")
    with urllib.request.urlopen(url) as reply:
        assert f"user/{ACCESS_KEY}</Arn>" in reply.read().decode()


def test_names_in_paths_are_decoded(wire: Wire) -> None:
    build.add_eks_cluster(wire.account, "pro duction")
    assert (
        wire.call("eks", "DescribeCluster", name="pro duction")["cluster"]["name"] == "pro duction"
    )


def test_a_lost_answer_may_belong_to_an_applied_call(wire: Wire) -> None:
    wire.account.gate.faults.append(Fault("ssm:*", "ConnectionClosed", applied=True))
    with pytest.raises(ConnectionClosedError):
        wire.call("ssm", "PutParameter", Name="/mine", Value="v", Type="String")
    assert wire.call("ssm", "GetParameter", Name="/mine")["Parameter"]["Value"] == "v"


@pytest.mark.filterwarnings("ignore:Exception.AwsError. with code")
def test_unsigned_requests_and_unknown_services_are_refused(endpoint: Endpoint, wire: Wire) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(endpoint.url)
    assert caught.value.code == 400
    assert b"unsigned" in caught.value.read()
    caught.value.close()
    with pytest.raises(AwsError) as refused:
        wire.boto.call("iam", "ListAccountAliases")
    assert refused.value.code == "UnknownOperationException"


def test_time_advances_before_each_call(endpoint: Endpoint, wire: Wire) -> None:
    account, seen = wire.account, []
    endpoint.switch.app = make_app(
        account, threading.Lock(), lambda: seen.append(len(account.gate.calls))
    )
    wire.call("sts", "GetCallerIdentity")
    wire.call("eks", "ListClusters")
    assert seen == [0, 1]


def test_latency_is_spent_outside_the_lock(endpoint: Endpoint, wire: Wire) -> None:
    endpoint.switch.app = make_app(wire.account, threading.Lock(), lambda: None, latency=0.2)
    wire.boto.client("eks")
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: wire.call("eks", "ListClusters"), range(4)))
    assert 0.2 <= time.monotonic() - begin < 0.7


def test_concurrent_callers_do_not_disturb_each_other(wire: Wire) -> None:
    wire.boto.client("ssm")

    def put(number: int) -> str:
        wire.call("ssm", "PutParameter", Name=f"/n/{number}", Value=str(number), Type="String")
        return str(wire.call("ssm", "GetParameter", Name=f"/n/{number}")["Parameter"]["Value"])

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert list(pool.map(put, range(40))) == [str(number) for number in range(40)]
    assert wire.account.gate.calls["ssm:PutParameter"] == 40
