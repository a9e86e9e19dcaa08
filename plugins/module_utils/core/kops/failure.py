# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn what kops printed when it failed into one of our errors, in one line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    CredentialsError,
    FailedError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    RotatorError,
    UnreachableError,
)

LENGTH = 400
"""Characters of kops's own words that a message has."""
_CREDENTIALS = "Give kops AWS credentials: the options of amazon.aws, or AWS_* of the environment"
_STORE = "Check kops_state_store and the region"
_MEANINGS: Sequence[tuple[str, type[RotatorError], str]] = (
    (r"instancegroup not found|InstanceGroup.* not found", NotFoundError, "Check instance_groups"),
    (r"NoSuchBucket|bucket does not exist", NotFoundError, _STORE),
    (r"Cluster\.kops\.k8s\.io .* not found", NotFoundError, "Check kops_cluster"),
    (r"could not find Image", NotFoundError, "Check the image, the region and the account"),
    (r"Please set the --state flag|State Store.*[Rr]equired", RefusedError, _STORE),
    (
        r"resolve auth scheme|no EC2 IMDS role|failed to (refresh|retrieve).*credentials"
        r"|ExpiredToken|InvalidAccessKeyId|InvalidClientTokenId|SignatureDoesNotMatch",
        CredentialsError,
        _CREDENTIALS,
    ),
    (r"AccessDenied|UnauthorizedOperation|StatusCode: 403", ForbiddenError, "Allow it by IAM"),
    (
        r"dial tcp|no such host|i/o timeout|connection refused|context deadline exceeded",
        UnreachableError,
        "Check the network and the endpoints",
    ),
)
"""What kops says, the kind of error that it is, and what to do. The first that fits counts."""


def failure(doing: str, output: str) -> RotatorError:
    """Return the error of a run of kops that ended with another status than 0.

    `output`: all that it printed. Its message begins with "Error:" and ends the output.
    """
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    begins = [at for at, line in enumerate(lines) if line.startswith("Error:")]
    told = lines[begins[-1] :] if begins else lines[-1:]
    words = " ".join(told).removeprefix("Error:").strip()[:LENGTH].rstrip(".")
    message = f"Cannot {doing}: {words or 'kops printed nothing'}"
    for pattern, kind, hint in _MEANINGS:
        if re.search(pattern, words):
            return kind(message, hint)
    return FailedError(message, "Run kops by hand to see more")
