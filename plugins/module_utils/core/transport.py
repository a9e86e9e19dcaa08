# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Three lowest seams: one AWS call, one Kubernetes request, one run of kops.

The edge implements them with amazon.aws, kubernetes.core and the kops executable; tests put the
World there. Each makes
exactly one attempt with short timeouts and lets the library's own exceptions through: clients know
their meaning.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol


class AwsCall(Protocol):
    """One AWS API call: `call("autoscaling", "SetDesiredCapacity", {...})`.

    Services are named as boto3 names them, operations and parameters as the API reference does. The
    answer is boto3's, without ResponseMetadata. Raises botocore's ClientError and BotoCoreError.
    """

    def __call__(
        self, service: str, operation: str, params: Mapping[str, Any]
    ) -> dict[str, Any]: ...


@dataclasses.dataclass(frozen=True)
class Reply:
    """Answer of the API server: status, decoded JSON, headers in lower case."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)


class KubeCall(Protocol):
    """Requests to one API server.

    An HTTP error status is a Reply, not an exception; no connection raises one of urllib3's
    exceptions. Paths are absolute ("/api/v1/nodes"); `verb` is an HTTP method.
    """

    def request(
        self,
        verb: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
    ) -> Reply: ...

    def stream(self, path: str, query: Mapping[str, str]) -> Iterator[bytes | None]:
        """Yield the lines of a watch as they come.

        None means "nothing for now": only a source that cannot block says it. Ends when the server
        closes. A refusal is one line: the server's Status as an ERROR event.
        """


@dataclasses.dataclass(frozen=True)
class Ran:
    """How a run of an executable ended: exit status, standard output, standard error."""

    code: int
    output: str
    errors: str = ""


class KopsCall(Protocol):
    """One run of the kops executable: `call(["version"], "")`.

    `given` is its standard input. It runs with the AWS credentials of the caller and a kubeconfig
    of its own. Raises core.errors if there is no such executable or it does not end.
    """

    def __call__(self, words: Sequence[str], given: str) -> Ran: ...
