# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account behind the lowest seam: boto3's validation and boto3's exceptions."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ParamValidationError

from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault, Gate
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel


@pytest.fixture
def account() -> Account:
    kernel = Kernel()
    return Account(kernel, Gate(lambda: kernel.now))


def test_an_answer_is_the_accounts(account: Account) -> None:
    assert aws_call(account)("eks", "ListClusters", {}) == {"clusters": []}


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("ec2", "DescribeImages", {"ImageIds": "ami-1"}),
        ("ec2", "DescribeImages", {"Owner": ["self"]}),
        ("eks", "DescribeCluster", {}),
        ("autoscaling", "UpdateAutoScalingGroup", {"AutoScalingGroupName": "a", "MinSize": "1"}),
    ],
)
def test_a_request_that_the_service_model_forbids_never_arrives(
    account: Account, service: str, operation: str, params: dict[str, object]
) -> None:
    with pytest.raises(ParamValidationError):
        aws_call(account)(service, operation, params)
    assert not account.gate.calls


def test_a_refusal_is_boto3s(account: Account) -> None:
    with pytest.raises(ClientError) as caught:
        aws_call(account)("eks", "DescribeCluster", {"name": "shop"})
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert caught.value.operation_name == "DescribeCluster"


def test_no_answer_is_boto3s_closed_connection(account: Account) -> None:
    account.gate.faults.append(Fault("eks:*", "ConnectionClosed"))
    with pytest.raises(ConnectionClosedError):
        aws_call(account)("eks", "ListClusters", {})


def test_the_actor_is_told(account: Account) -> None:
    account.denied.append(("reader", "eks:*"))
    with pytest.raises(ClientError, match="AccessDenied"):
        aws_call(account, "reader")("eks", "ListClusters", {})
