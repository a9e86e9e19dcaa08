# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kops prints when it fails, as the real executable did, in one line."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    CredentialsError,
    FailedError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    RotatorError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.failure import (
    LENGTH,
    failure,
)

CLUSTER = 'error fetching cluster "blue": error reading cluster configuration "blue": error reading'
IMAGE = (
    'nodes-a.spec.image: Invalid value: "099720109477/ubuntu/x": specified image'
    ' "099720109477/ubuntu/x" is invalid: could not find Image for "099720109477/ubuntu/x"'
)


@pytest.mark.parametrize(
    ("told", "kind", "hint"),
    [
        ('instancegroup not found "nodes-nowhere"', NotFoundError, "Check instance_groups"),
        (IMAGE, NotFoundError, "Check the image"),
        (
            f"{CLUSTER} s3://x/blue/config: operation error S3: GetObject, https response error"
            " StatusCode: 404, api error NoSuchBucket: The specified bucket does not exist",
            NotFoundError,
            "Check kops_state_store",
        ),
        (
            'error fetching cluster "red": Cluster.kops.k8s.io "red" not found',
            NotFoundError,
            "Check kops_cluster",
        ),
        (
            f'{CLUSTER} s3://x/blue/config: getting location for bucket "x": operation error S3:'
            " HeadBucket, resolve auth scheme: resolve endpoint: endpoint rule error",
            CredentialsError,
            "AWS credentials",
        ),
        (
            "operation error S3: GetObject, https response error StatusCode: 403, api error"
            " ExpiredToken: The provided token has expired.",
            CredentialsError,
            "AWS credentials",
        ),
        (
            "operation error S3: GetObject, https response error StatusCode: 403, api error"
            " AccessDenied: Access Denied",
            ForbiddenError,
            "IAM",
        ),
        ('Get "https://x/": dial tcp: lookup: no such host', UnreachableError, "network"),
        ("Please set the --state flag or export KOPS_STATE_STORE.", RefusedError, "kops_state"),
        ('unhandled kind "/, Kind=InstanceGroup" in "-"', FailedError, "by hand"),
    ],
)
def test_a_failure_has_its_kind_and_says_what_to_do(
    told: str, kind: type[RotatorError], hint: str
) -> None:
    error = failure("preview it", f"\n*** a notice ***\n\nError: {told}\n")
    assert error.__class__ is kind
    assert error.message == f"Cannot preview it: {told.rstrip('.')}"
    assert hint in error.hint


def test_the_last_error_counts_and_all_of_its_lines() -> None:
    error = failure("do it", "Error: first\nW1125 22:00:00.1 x\nError: second:\n  more of it\n")
    assert error.message == "Cannot do it: second: more of it"


def test_without_an_error_the_last_line_is_told() -> None:
    assert failure("do it", "one\ntwo\n").message == "Cannot do it: two"
    assert failure("do it", "").message == "Cannot do it: kops printed nothing"


def test_a_long_error_is_cut() -> None:
    assert len(failure("do it", f"Error: {'x' * 5000}").message) < LENGTH + 30
