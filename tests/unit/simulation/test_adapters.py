# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account behind the lowest seam: boto3's validation and boto3's exceptions."""

from __future__ import annotations

import base64

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ParamValidationError

from ansible_collections.nodeops.rotator.tests.simulation.adapters import (
    aws_call,
    decoded,
    prepared,
)
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


def test_user_data_of_a_template_is_sent_as_it_is_and_of_an_instance_encoded() -> None:
    """Only the user data of an instance is encoded, not that of a template.

    Source: botocore handlers.py, base64_encode_user_data of RunInstances and of
    CreateLaunchConfiguration.
    """
    given = {"LaunchConfigurationName": "a", "UserData": "#!/bin/sh"}
    sent = prepared("autoscaling", "CreateLaunchConfiguration", given)
    assert sent["UserData"] == base64.b64encode(b"#!/bin/sh").decode()
    assert given["UserData"] == "#!/bin/sh"
    data = {"LaunchTemplateName": "a", "LaunchTemplateData": {"UserData": "IyEvYmluL3No"}}
    assert prepared("ec2", "CreateLaunchTemplate", data)["LaunchTemplateData"] == {
        "UserData": "IyEvYmluL3No"
    }


def test_a_client_token_is_filled_in() -> None:
    """Source: botocore handlers.py, generate_idempotent_uuid."""
    assert prepared("ec2", "RunInstances", {"MinCount": 1, "MaxCount": 1})["ClientToken"]


def test_console_output_arrives_decoded() -> None:
    """Source: botocore handlers.py, decode_console_output."""
    answer = {"InstanceId": "i-1", "Output": base64.b64encode(b"login:").decode()}
    assert decoded("ec2", "GetConsoleOutput", answer)["Output"] == "login:"
