# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build modules that use Kubernetes: kubernetes.core's client under one raw call."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible.module_utils.basic import missing_required_lib
from ansible_collections.kubernetes.core.plugins.module_utils.args_common import AUTH_ARG_SPEC

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.errors import (
    no_answer,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    CredentialsError,
    InputError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import Reply
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.eks import (
    DESCRIPTION_SPEC,
    TOKEN_SECONDS,
    check_connection,
    description,
    eks_access,
    of_cluster,
    unknown_to,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kops import (
    EXPORT_SECONDS,
    KOPS_SPEC,
    Exported,
    leads_by_kops,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube_elsewhere import elsewhere
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube_front import use_fronts
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kubeconfig import (
    UNAUTHORIZED,
    failure,
    listening,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.inbox import clock

# `validate_certs` is AWS's in every module of ours; Kubernetes' goes by kubernetes.core's own
# alias.
KUBE_SPEC: dict[str, Any] = {
    **{name: dict(spec) for name, spec in AUTH_ARG_SPEC.items() if name != "validate_certs"},
    "verify_ssl": {"type": "bool"},
    "eks_cluster": {"type": "str"},
    "eks_description": DESCRIPTION_SPEC,
    **KOPS_SPEC,
}
CONNECTIONS = 32
"""Kept open at most: the engine's 16 requests at a time and its watches. The client's own default,
five for each core, would have small machines connect anew again and again."""
TIMEOUT = (5, 30)
"""Seconds to connect and to read, for everything but a watch."""
NEAR = (2, 5)
"""The same for an API server at the address of its node."""


class RawKube:
    """Implements core.transport.KubeCall with kubernetes.core's client.

    It does not use the client's typed models, and is safe for several threads.
    """

    def __init__(
        self,
        connect: Callable[[], Any],
        lifetime: float | None = None,
        unauthorized: Callable[[], RotatorError] | None = None,
    ) -> None:
        """Make clients with `connect`, a new one every `lifetime` seconds (None: never).

        A token may expire earlier than the run ends. `unauthorized` explains the status 401 (None:
        the answer itself does).
        """
        self._connect, self._lifetime, self._unauthorized = connect, lifetime, unauthorized
        self._lock = threading.Lock()
        self._client: Any = None
        self._at: dict[str, RawKube] = {}
        self.timeout = TIMEOUT
        self._made = 0.0

    def request(
        self,
        verb: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
    ) -> Reply:
        """Send one request; see core.transport.KubeCall."""
        answer = self._send(verb, path, query or {}, body, content_type, self.timeout)
        headers = {name.lower(): value for name, value in (answer.headers or {}).items()}
        return Reply(answer.status, _decoded(answer.data), headers)

    def at(self, address: str) -> RawKube:
        """Return the requests to the API server at this address."""
        known = self._at.get(address)
        if known is None:
            known = RawKube(lambda: elsewhere(self._api(), address), self._lifetime)
            known.timeout = NEAR
            self._at[address] = known
        return known

    def stream(self, path: str, query: Mapping[str, str]) -> Iterator[bytes | None]:
        """Yield the lines of a watch; see core.transport.KubeCall.

        A server that says nothing for longer than it promised counts as gone.
        """
        limit = float(query.get("timeoutSeconds", "300")) + TIMEOUT[1]
        answer = self._send(
            "GET", path, {**query, "watch": "true"}, None, "application/json", (TIMEOUT[0], limit)
        )
        if answer.status >= 400:
            yield json.dumps({"type": "ERROR", "object": _decoded(answer.data)}).encode()
            return
        rest = b""
        try:
            for chunk in answer.stream(amt=None, decode_content=True):
                *lines, rest = (rest + chunk).split(b"\n")
                yield from (line for line in lines if line)
        finally:
            answer.close()

    def _send(
        self, verb: str, path: str, query: Mapping[str, str], body: Any, kind: str, timeout: Any
    ) -> Any:
        from kubernetes.client.exceptions import (
            ApiException,
        )  # kubernetes.core has checked that it is installed

        try:
            return self._api().request(
                verb.lower(),
                path,
                body=body,
                query_params=list(query.items()),
                content_type=kind,
                header_params={"Accept": "application/json"},
                serialize=False,
                _request_timeout=timeout,
            )
        except ApiException as error:
            if not error.status:  # the client's word for "no answer at all"
                raise no_answer(error.reason, "reach Kubernetes") from error
            if error.status == UNAUTHORIZED and self._unauthorized is not None:
                raise self._unauthorized() from error
            return _Refusal(error)

    def _api(self) -> Any:
        with self._lock:
            old = self._lifetime is not None and clock() - self._made > self._lifetime
            if self._client is None or old:
                self._client, self._made = self._connect(), clock()
            return self._client


class _Refusal:
    """An error status in the shape of a response; the client raises it."""

    def __init__(self, error: Any) -> None:
        self.status, self.data, self.headers = error.status, error.body, error.headers


def _decoded(data: Any) -> dict[str, Any]:
    try:
        value = json.loads(data or b"{}")
    except ValueError:
        text = data.decode(errors="replace") if isinstance(data, bytes) else str(data)
        return {"kind": "Status", "message": text.strip()}
    return value if isinstance(value, dict) else {"kind": "Status", "message": str(value)}


def connect(module: Any, one_attempt: bool = False) -> RawKube:
    """Return the raw call for a module with KUBE_SPEC.

    With eks_cluster, endpoint and CA come from EKS, or at first from the module that has asked it
    before, and the token is minted from the AWS credentials and renewed. With kops_cluster and its
    state store, kops exports a kubeconfig, again before it expires. Otherwise kubernetes.core's
    options, K8S_AUTH_*, in-cluster or kubeconfig decide, and an EKS cluster that cluster_name names
    has to be the one that they lead to.
    Raises InputError where the library is missing.
    """
    _require_library()
    options = {
        name: module.params[name]
        for name in KUBE_SPEC
        if name not in KOPS_SPEC and module.params.get(name) is not None
    }
    cluster, given = options.pop("eks_cluster", None), options.pop("eks_description", None)
    if "verify_ssl" in options:
        options["validate_certs"] = options.pop("verify_ssl")
    aws, name = RawAws(module), module.params.get("cluster_name")
    if cluster is None and leads_by_kops(module.params):
        return RawKube(lambda: _of_kops(Exported(module), options, one_attempt), EXPORT_SECONDS)
    if cluster is None:
        return RawKube(lambda: _checked(_client(options, one_attempt), aws, name))
    handed = [one for one in (of_cluster(given, cluster),) if one is not None]

    def client() -> Any:
        found = handed.pop() if handed else description(aws, cluster)
        try:
            return _client({**options, **eks_access(aws, found, module.tmpdir)}, one_attempt)
        except CredentialsError as error:
            raise unknown_to(aws, cluster) if error.code == str(UNAUTHORIZED) else error from error

    return RawKube(client, TOKEN_SECONDS, lambda: unknown_to(aws, cluster))


def _of_kops(exported: Exported, options: Mapping[str, Any], one_attempt: bool) -> Any:
    """Return a client by a kubeconfig of kops; the file goes once it is read."""
    with exported.file() as path:
        return _client({**options, "kubeconfig": path}, one_attempt)


def _require_library() -> None:
    try:
        import kubernetes  # noqa: F401
    except ImportError as error:
        raise InputError(missing_required_lib("kubernetes").rstrip(".")) from error


def _checked(client: Any, aws: RawAws, cluster: str | None) -> Any:
    """Return the client; refuse one that leads to another cluster than is named."""
    if cluster:
        settings = client.client.configuration
        trusted = ""
        if settings.ssl_ca_cert:
            with open(settings.ssl_ca_cert, encoding="utf-8") as file:
                trusted = file.read()
        check_connection(aws, cluster, settings.host, trusted)
    return client


def _client(options: Mapping[str, Any], one_attempt: bool = False) -> Any:
    from ansible_collections.kubernetes.core.plugins.module_utils.k8s.client import get_api_client

    with listening() as heard:
        try:
            client = get_api_client(None, **options).client
        except Exception as error:  # whatever the file, its command or the discovery raised
            raise failure(error, heard) from error
    pools = client.client.rest_client.pool_manager
    pools.connection_pool_kw["maxsize"] = CONNECTIONS
    if one_attempt:
        pools.connection_pool_kw["retries"] = False
    use_fronts(pools)
    pools.clear()
    return client
