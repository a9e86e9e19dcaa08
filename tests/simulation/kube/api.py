# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answer requests as the API server, or refuse them with a Status."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.gate import Call, Fault, Gate
from ansible_collections.nodeops.rotator.tests.simulation.kube import (
    discovery,
    requests,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube import (
    watch as watching,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.admission import Admission
from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control
from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import (
    ApiError,
    ConnectionLost,
    no_such_path,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import Object
from ansible_collections.nodeops.rotator.tests.simulation.kube.reads import Reads
from ansible_collections.nodeops.rotator.tests.simulation.kube.requests import Request
from ansible_collections.nodeops.rotator.tests.simulation.kube.selectors import object_test
from ansible_collections.nodeops.rotator.tests.simulation.kube.writes import Writes

Response = tuple[int, Object, dict[str, str]]
PROXY = re.compile(
    r"/api/v1/namespaces/kube-system/pods/(?P<pod>[^/:]+):(?P<port>[0-9]+)/proxy/(?P<path>.*)"
)
WRITES = ("create", "update", "patch", "delete", "deletecollection")


class Api:
    """Requests in, answers out."""

    def __init__(
        self,
        control: Control,
        gate: Gate,
        admission: Admission,
        view: Callable[[Object], Object],
    ) -> None:
        """`view`: how a reader sees a Lease."""
        self._control, self._gate, self._admission = control, gate, admission
        self._reads = Reads(control, view)
        self._writes = Writes(control, self._reads)
        self._watches: dict[int, watching.Watch] = {}

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Any,
        content_type: str,
        token: str,
    ) -> Response:
        """Anything but a watch. Raises ConnectionLost for a fault with code "0"."""
        try:
            user = self._admission.user(token)
            self._serve()
            special = self._special(method, path, query, body, user)
            if special is not None:
                return special
            request = requests.read(
                self._control.store, method.upper(), path, query, body, content_type
            )
            if request.verb == "watch":
                raise ApiError(400, "a watch is opened by the streaming face")
            fault = self._enter(request, user)
            if fault is not None and not fault.applied:
                raise _as_error(fault)
            status, answer = self._perform(request)
            if fault is not None:
                raise _as_error(fault)
            return status, answer, _warning(request.warnings)
        except ApiError as error:
            return error.code, error.body, dict(error.headers)

    def watch(self, path: str, query: Mapping[str, str], token: str) -> watching.Watch:
        """Return a watch; a refused one is closed and carries the refusal."""
        try:
            user = self._admission.user(token)
            self._serve()
            request = requests.read(
                self._control.store, "GET", path, {**query, "watch": "true"}, None, ""
            )
            fault = self._enter(request, user)
            if fault is not None:
                raise _as_error(fault)
            if request.name:
                selector = ",".join(
                    filter(None, (query.get("fieldSelector"), f"metadata.name={request.name}"))
                )
                query = {**query, "fieldSelector": selector}
            test = object_test(request.resource, query)
            table = self._control.store.tables[request.resource.plural]
            return self._kept(watching.start(self._control, table, request.namespace, test, query))
        except ApiError as error:
            refused = watching.Watch()
            refused.refuse(error)
            return refused

    def _kept(self, opened: watching.Watch) -> watching.Watch:
        if not opened.closed:
            self._watches[id(opened)] = opened
            opened.on_close(functools.partial(self._watches.pop, id(opened), None))
        return opened

    def restart(self) -> None:
        """End every open watch and forget the history, as a restarted server does.

        An older version is 410 from now on.
        """
        for opened in list(self._watches.values()):
            opened.close()
        for table in self._control.store.tables.values():
            table.history.clear()
            table.forgotten = self._control.store.version

    def _special(
        self, method: str, path: str, query: Mapping[str, str], body: Any, user: str
    ) -> Response | None:
        if self._control.proxied is not None and (asked := PROXY.fullmatch(path)):
            return self._proxy(asked["pod"], int(asked["port"]), asked["path"], user)
        if path in discovery.HEALTH:
            return _text(200, discovery.verbose(path) if "verbose" in query else "ok")
        if path == discovery.REVIEW_PATH and method.upper() == "POST":
            allowed = self._admission.allows(user, discovery.review_attributes(body))
            return 201, discovery.reviewed(body, allowed), {}
        if path == discovery.RULES_PATH and method.upper() == "POST":
            return 201, discovery.ruled(body, *self._admission.rules(user)), {}
        served = [table.resource for table in self._control.store.tables.values()]
        if path != "/" and path != "/version" and discovery.unknown(path, served):
            return _text(404, "404 page not found")
        if path.count("/") >= 4 or method.upper() != "GET":
            return None
        found = discovery.answer(path, served, self._control.version)
        return None if found is None else (200, found, {})

    def _serve(self) -> None:
        """Raise ApiError while etcd cannot be reached."""
        if why := self._control.outage():
            raise ApiError(500, why, "")

    def _proxy(self, pod: str, port: int, path: str, user: str) -> Response:
        """Pass a request on to a pod of kube-system."""
        table = self._control.store.tables["pods"]
        self._admission.authorize(user, "get", table.resource, "proxy", "kube-system", pod)
        self._gate.admit(Call("kubernetes", "get pods/proxy", {"name": pod}, user))
        proxied = self._control.proxied
        return _text(*(proxied(pod, port, path) if proxied is not None else (404, "")))

    def _enter(self, request: Request, user: str) -> Fault | None:
        """Check permission, then pass the gate.

        A call that is not permitted is counted and goes no further.
        """
        scope = {
            "namespace": request.namespace,
            "name": request.name,
            "query": request.query,
            "body": request.body,
        }
        call = Call("kubernetes", request.operation, scope, user)
        try:
            verb, subresource = request.verb, request.subresource
            self._admission.authorize(
                user, verb, request.resource, subresource, request.namespace, request.name
            )
        except ApiError:
            self._gate.calls[call.name] += 1
            raise
        return self._gate.admit(call)

    def _perform(self, request: Request) -> tuple[int, Object]:
        if request.verb == "get":
            return 200, self._reads.get(request)
        if request.verb == "list":
            return 200, self._reads.page(request)
        if request.verb not in WRITES:
            raise no_such_path()
        self._admission.admit(request.operation, request.namespace, request.name)
        answer: tuple[int, Object] = getattr(self._writes, request.verb)(request)
        return answer


def _text(code: int, text: str) -> Response:
    """Return an answer that is not JSON."""
    return code, {"text": text}, {"Content-Type": "text/plain"}


def _warning(warnings: Iterable[str]) -> dict[str, str]:
    """Return the header Warning.

    Where the real server sends one each, they stand in one.
    """
    quoted = (json.dumps(text) for text in warnings)
    text = ", ".join(f"299 - {text}" for text in quoted)
    return {"Warning": text} if text else {}


def _as_error(fault: Fault) -> ApiError:
    """Return a planned fault as the server would word it.

    Code "0" is a connection that ends without an answer.
    """
    if fault.code == "0":
        raise ConnectionLost(fault.message)
    return ApiError(int(fault.code), fault.message, retry_after=fault.retry_after)
