# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each error and health issue that EKS has is translated."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import Trouble
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.troubles import (
    HEALTH_ISSUES,
    UPDATE_ERRORS,
    explain,
)


@pytest.mark.parametrize("table", [UPDATE_ERRORS, HEALTH_ISSUES])
def test_every_translation_says_what_it_means_and_what_to_do(
    table: dict[str, tuple[str, str]],
) -> None:
    for code, (meaning, advice) in table.items():
        assert meaning[0].islower() or meaning.startswith(("EKS", "IAM", "Auto")), code
        assert advice[0].isupper(), code
        assert not (meaning + advice).endswith("."), code


def test_a_trouble_is_one_line() -> None:
    trouble = Trouble("IpNotAvailable", "no\n address. ", ("subnet-1", "subnet-2"))
    assert explain(trouble, UPDATE_ERRORS) == (
        'IpNotAvailable: a subnet has no free address; EKS says "no address"; it names subnet-1,'
        " subnet-2. Free addresses in the node group's subnets, or lower max unavailable"
    )


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (Trouble("New", "just so."), "New: just so"),
        (Trouble("New"), "New: no reason is given"),
        (Trouble("LimitExceeded"), "LimitExceeded: a quota is reached. Request a higher quota, or"),
    ],
)
def test_a_code_that_is_not_known_is_told_in_the_words_of_eks(
    trouble: Trouble, expected: str
) -> None:
    assert explain(trouble, HEALTH_ISSUES).startswith(expected)


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("SubnetNotFound", "Restore the subnet"),
        ("SecurityGroupNotFound", "Restore the security group"),
        ("EniLimitReached", "no network interface left"),
        ("IpNotAvailable", "lower max unavailable"),
        ("AccessDenied", "access entry"),
        ("OperationNotPermitted", "AWSServiceRoleForAmazonEKSNodegroup"),
        ("VpcIdNotFound", "the VPC does not exist"),
        ("Unknown", "AWS Support"),
        ("NodeCreationFailure", "scaling activities"),
        ("PodEvictionFailure", "within 15 minutes"),
        ("InsufficientFreeAddresses", "too few free addresses"),
        ("ClusterUnreachable", "API server"),
        ("AdmissionRequestDenied", "webhook"),
    ],
)
def test_an_error_of_an_update_says_what_to_do(code: str, part: str) -> None:
    assert part in explain(Trouble(code), UPDATE_ERRORS)


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("AutoScalingGroupNotFound", "Do not change or delete the Auto Scaling group"),
        ("AutoScalingGroupInstanceRefreshActive", "Cancel the instance refresh"),
        ("Ec2LaunchTemplateVersionMismatch", "launch template that EKS made"),
        ("Ec2SubnetMissingIpv6Assignment", "IPv6"),
        ("IamNodeRoleNotFound", "Restore the role of the nodes"),
        ("AsgInstanceLaunchFailures", "scaling activities"),
        ("InstanceLimitExceeded", "Request a higher quota"),
        ("AmiIdNotFound", "Name another image"),
        ("SourceEc2LaunchTemplateNotFound", "owner's launch template"),
        ("NodeTerminationFailure", "See the pods on that node"),
        ("KubernetesLabelInvalid", "Correct the labels"),
        ("Ec2InstanceTypeDoesNotExist", "that the Region offers"),
    ],
)
def test_a_health_issue_says_what_to_do(code: str, part: str) -> None:
    assert part in explain(Trouble(code), HEALTH_ISSUES)
