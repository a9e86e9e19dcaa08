# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve the account on the wire, as a WSGI application of the AWS protocols.

Request parsing and response writing are moto's, driven by botocore's own service models, so that
every client sees the documented shapes; the semantics are the account's. The service is known from
the credential scope of the request (header or presigned URL), the actor is its access key ID.
Signatures are not checked; the session token of temporary credentials is.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import re
import socket
import time
import urllib.parse
import warnings
from collections.abc import Callable, Iterable
from typing import Any

from moto.core.loaders import create_loader
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import (
    EC2QueryParser,
    JSONParser,
    QueryParser,
    RequestParser,
    RestJSONParser,
    RestXMLParser,
)
from moto.core.serialize import get_serializer_class
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import NO_ANSWER, AwsError
from ansible_collections.nodeops.rotator.tests.simulation.wire import s3

PARSERS: dict[str, type[RequestParser]] = {
    "ec2": EC2QueryParser,
    "query": QueryParser,
    "json": JSONParser,
    "rest-json": RestJSONParser,
    "rest-xml": RestXMLParser,
}
# boto3's names where they are not the ones that requests are signed for.
SIGNED_FOR = {"elasticloadbalancing": "elbv2", "servicequotas": "service-quotas"}
CLASSIC_VERSION = "2012-06-01"
"""Of the API of classic load balancers, for which requests are signed alike."""

# The models name few of the codes that the services use (EC2's none); moto warns of each that they
# do not.
warnings.filterwarnings("ignore", message=r"Exception\(AwsError\) with code")

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclasses.dataclass(frozen=True)
class Signature:
    """What a request says of its sender."""

    access_key: str
    service: str
    session: str = ""

    @staticmethod
    def of(request: Request) -> Signature:
        """Read the credential scope: access key, date, region, service, aws4_request."""
        scope = request.args.get("X-Amz-Credential", "")
        found = re.search(r"Credential=([^,\s]+)", request.headers.get("Authorization", ""))
        parts = (found.group(1) if found else urllib.parse.unquote(scope)).split("/")
        if len(parts) != 5:
            return Signature("", "")
        session = request.headers.get("X-Amz-Security-Token") or request.args.get(
            "X-Amz-Security-Token", ""
        )
        service = SIGNED_FOR.get(parts[3], parts[3])
        if service == "elbv2" and request.values.get("Version") == CLASSIC_VERSION:
            service = "elb"
        return Signature(parts[0], service, session)

    def actor(self, account: Account) -> str:
        """Return the access key ID, "" where the session token does not belong to it."""
        known = account.credential(self.access_key)
        return self.access_key if known is None or known.session == self.session else ""


@functools.cache
def service_model(service: str) -> ServiceModel:
    """botocore's model of a service, as moto reads it. Raises UnknownServiceError."""
    return ServiceModel(create_loader().load_service_model(service, "service-2"), service)


@functools.cache
def _routes(service: str) -> Map:
    """Return the paths of a REST service's operations. An ARN has slashes of its own."""
    model = service_model(service)
    rules = []
    for name in model.operation_names:
        trait = model.operation_model(name).http_trait
        path = re.sub(r"\{(\w+)\+\}|\{(\w+Arn)\}", r"<path:\1\2>", trait.path)
        rules.append(
            Rule(re.sub(r"\{(\w+)\}", r"<\1>", path), methods=[trait.method], endpoint=name)
        )
    return Map(rules, strict_slashes=False, merge_slashes=False)


def _operation(request: Request, model: ServiceModel) -> tuple[str, dict[str, Any]]:
    """Return the operation's name and the parameters in its path."""
    if model.metadata["protocol"] in ("query", "ec2"):
        return request.values.get("Action", ""), {}
    if model.metadata["protocol"] == "json":
        return request.headers.get("X-Amz-Target", "").rpartition(".")[2], {}
    try:
        name, params = _routes(str(model.service_name)).bind_to_environ(request.environ).match()
    except HTTPException:
        return "", {}
    return str(name), dict(params)


def _params(request: Request, operation: OperationModel, in_path: dict[str, Any]) -> dict[str, Any]:
    parser = PARSERS[operation.service_model.metadata["protocol"]](operation)
    return parser.parse(
        {
            "body": request.get_data(),
            "headers": request.headers,
            "method": request.method,
            "url_params": in_path,
            "url_path": request.path,
            "values": request.values,
        }
    )


def _write(operation: OperationModel, result: Any, status: int | None) -> Response:
    protocol = operation.service_model.metadata["protocol"]
    serializer = get_serializer_class(str(operation.service_model.service_name), protocol)(
        operation
    )
    written = serializer.serialize(result)
    return Response(written["body"], status or written["status_code"], headers=written["headers"])


class AwsApp:
    """Answers AWS requests from one account; see `make_app`."""

    def __init__(
        self,
        account: Account,
        lock: contextlib.AbstractContextManager[Any],
        advance: Callable[[], None],
        latency: float,
    ) -> None:
        self._account, self._lock, self._advance, self._latency = account, lock, advance, latency

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        request.get_data(cache=True, parse_form_data=False)
        return self._respond(request)(environ, start_response)

    def _respond(self, request: Request) -> Response:
        signature = Signature.of(request)
        if signature.service == "s3":
            return self._respond_as_s3(request, signature)
        try:
            model = service_model(signature.service)
            name, in_path = _operation(request, model)
            operation = model.operation_model(name)
            params = _params(request, operation, in_path)
        except Exception as error:  # pylint: disable=broad-except
            # A request that no AWS service would have understood: no client of ours sends one.
            return Response(
                f"{signature.service or 'unsigned'}: {error!r}\n", 400, content_type="text/plain"
            )
        return self._carry_out(request, signature, operation, params)

    def _respond_as_s3(self, request: Request, signature: Signature) -> Response:
        try:
            name, params = s3.read_request(request)
        except ValueError as error:
            return Response(f"s3: {error}\n", 400, content_type="text/plain")
        if self._latency:
            time.sleep(self._latency)
        try:
            with self._lock:
                self._advance()
                actor = signature.actor(self._account)
                return s3.write_answer(name, self._account.call("s3", name, params, actor))
        except AwsError as error:
            return _hang_up(request) if error.status == NO_ANSWER else s3.write_error(error)

    def _carry_out(
        self,
        request: Request,
        signature: Signature,
        operation: OperationModel,
        params: dict[str, Any],
    ) -> Response:
        if self._latency:
            time.sleep(self._latency)
        try:
            with self._lock:
                self._advance()
                # Written under the lock: the answer may share parts with the account.
                answer = self._account.call(
                    signature.service, str(operation.name), params, signature.actor(self._account)
                )
                return _write(operation, answer, None)
        except AwsError as error:
            if error.status == NO_ANSWER:
                return _hang_up(request)
            return _write(operation, error, error.status)


def _hang_up(request: Request) -> Response:
    """Close the connection, as far as the server lets us.

    What is answered after it reaches nobody.
    """
    connection = request.environ.get("werkzeug.socket")
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    return Response(status=500)


def make_app(
    account: Account,
    lock: contextlib.AbstractContextManager[Any],
    advance: Callable[[], None],
    latency: float = 0.0,
) -> WsgiApp:
    """Return the WSGI application.

    Each call is made under `lock` after `advance()` brought the kernel to the wall clock; `latency`
    seconds pass before it, outside the lock.
    """
    return AwsApp(account, lock, advance, latency)
