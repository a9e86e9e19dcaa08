# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation answers the same in memory and on the wire, in every field.

Two accounts of one seed go through the same calls, one through each face. boto3 checks the
parameters against botocore's models, so an operation, a parameter or a field of an answer that AWS
does not have fails here too.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.contract.aws.conftest import Endpoint, Memory, Wire
from ansible_collections.nodeops.rotator.tests.contract.aws.furnishing import Names, furnish
from ansible_collections.nodeops.rotator.tests.contract.aws.group_steps import (
    member_steps,
    return_steps,
    second_group_steps,
    settings_steps,
    size_steps,
    target_steps,
)
from ansible_collections.nodeops.rotator.tests.contract.aws.machine_steps import (
    Step,
    account_steps,
    launch_steps,
    nodegroup_steps,
    read_steps,
    tag_steps,
    template_steps,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws import operations
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault

# moto warns of each error code that botocore's models do not name, and they name few.
pytestmark = pytest.mark.filterwarnings("ignore:Exception.AwsError. with code")

# No odds: the wire draws random numbers in the same order, but a lost connection would shift them.
# Durations are the defaults.
BEHAVIOR = dataclasses.replace(Behavior(), page_size=7)


def script(face: Memory) -> list[Step]:
    """Return calls of all operations, in an order that makes sense."""
    names = Names.of(face)
    return [
        *account_steps(),
        *read_steps(names),
        *nodegroup_steps(names),
        *template_steps(names),
        *launch_steps(names),
        *tag_steps(names),
        *target_steps(names),
        *settings_steps(names),
        *member_steps(names),
        *size_steps(),
        *return_steps(names),
        *second_group_steps(names),
    ]


def outcome(face: Memory, service: str, operation: str, params: dict[str, Any]) -> Any:
    """Return the answer, or the code, message and status of the refusal."""
    try:
        return face.call(service, operation, **params)
    except AwsError as error:
        return (error.code, error.message, error.status)


def test_every_operation_is_in_the_script() -> None:
    face = Memory(BEHAVIOR)
    furnish(face)
    assert {(service, name) for service, name, _params in script(face) if service} == set(
        operations.names()
    )


def test_both_faces_give_the_same_answers(endpoint: Endpoint) -> None:
    memory, wire = Memory(BEHAVIOR), Wire(BEHAVIOR, endpoint.boto)
    endpoint.serve(wire)
    furnish(memory)
    furnish(wire)
    for service, name, params in script(memory):
        if name == "wait":
            for face in (memory, wire):
                face.kernel.advance(face.kernel.now + 120)
            continue
        assert outcome(wire, service, name, params) == outcome(memory, service, name, params), (
            service,
            name,
            params,
        )
    assert memory.account.gate.calls == wire.account.gate.calls


@pytest.mark.parametrize(
    ("service", "operation", "params", "code", "status"),
    [
        ("autoscaling", "DescribeTags", {}, "Throttling", 400),
        ("ec2", "DescribeRegions", {}, "RequestLimitExceeded", 503),
        ("ssm", "GetParameter", {"Name": "/x"}, "ThrottlingException", 400),
        ("eks", "ListClusters", {}, "ThrottlingException", 429),
        ("elbv2", "DescribeTargetGroups", {}, "Throttling", 400),
        ("sts", "GetCallerIdentity", {}, "ServiceUnavailable", 503),
    ],
)
def test_faults_keep_code_and_status_on_the_wire(
    endpoint: Endpoint, service: str, operation: str, params: dict[str, Any], code: str, status: int
) -> None:
    for face in (Memory(BEHAVIOR), Wire(BEHAVIOR, endpoint.boto)):
        if isinstance(face, Wire):
            endpoint.serve(face)
        face.account.gate.faults.append(Fault(f"{service}:*", code))
        assert outcome(face, service, operation, params) == (code, "injected fault", status)
