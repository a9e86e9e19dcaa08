# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide who may do what, and what stands in the way of a write.

That is tokens, permissions, namespaces and webhooks.
"""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Callable

from ansible_collections.nodeops.rotator.tests.simulation import used
from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import (
    ApiError,
    forbidden,
    not_found,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.rbac import Attributes, Rule
from ansible_collections.nodeops.rotator.tests.simulation.kube.resources import RESOURCES, Resource
from ansible_collections.nodeops.rotator.tests.simulation.kube.store import Store

ANONYMOUS = "kubernetes-admin"
"""Who a caller without a token is while the cluster asks for none; one with a token is whom it
names."""


@dataclasses.dataclass(frozen=True)
class Webhook:
    """A validating webhook that refuses matching operations.

    `match`: a glob such as "create pods/eviction"; `where` (given namespace and name of the object)
    has to agree. `broken`: it does not answer, and its failure policy is Fail.
    """

    name: str
    match: str
    message: str = ""
    code: int = 400
    where: Callable[[str, str], bool] | None = None
    broken: bool = False

    def refusal(self, operation: str, namespace: str, name: str) -> ApiError | None:
        """Return its answer to an operation, None if it agrees.

        Source: apiserver pkg/admission/plugin/webhook/errors.
        """
        if not fnmatch.fnmatchcase(operation, self.match) or (
            self.where and not self.where(namespace, name)
        ):
            return None
        if self.broken:
            why = (
                f'failed calling webhook "{self.name}": failed to call webhook: context'
                " deadline exceeded"
            )
            return ApiError(500, f"Internal error occurred: {why}", causes=({"message": why},))
        denied = f'admission webhook "{self.name}" denied the request'
        message = f"{denied}: {self.message}" if self.message else f"{denied} without explanation"
        return ApiError(max(400, self.code), message)


class Admission:
    """Identity and permission of callers.

    `tokens`: token to user, None accepts everybody. `authenticate`: asked for a token that is not
    among them, answers the user or None. `denied`: (user glob, "verb resource" glob) pairs that are
    forbidden. `allowed`: of users named here, the globs of "verb resource" that they may;
    `granted`: the RBAC rules that let them in, beside what every user may; `ours`: those who
    are our own code too, whose requests are noted.
    `webhooks`: see Webhook.
    """

    def __init__(self) -> None:
        self.tokens: dict[str, str] | None = None
        self.authenticate: Callable[[str], str | None] | None = None
        self.denied: list[tuple[str, str]] = []
        self.allowed: dict[str, tuple[str, ...]] = {}
        self.granted: dict[str, tuple[Rule, ...]] = {}
        self.ours: set[str] = set()
        self.webhooks: list[Webhook] = []

    def user(self, token: str) -> str:
        """Who the bearer is. Raises ApiError 401."""
        if self.tokens is None and self.authenticate is None:
            return token or ANONYMOUS
        user = (self.tokens or {}).get(token)
        if user is None and self.authenticate is not None and token:
            user = self.authenticate(token)
        if user is None:
            raise ApiError(401, "Unauthorized")
        return user

    def allows(self, user: str, asked: Attributes) -> bool:
        """Return whether the user may do that."""
        operation = asked.operation
        globs = self.allowed.get(user, ("*",))
        if not any(fnmatch.fnmatchcase(operation, glob) for glob in globs):
            return False
        if user in self.granted and not any(rule.allows(asked) for rule in self.granted[user]):
            return False
        if user in self.ours or user in self.granted:
            used.note_request(asked.group, asked.resource, asked.verb)
        return not any(
            fnmatch.fnmatchcase(user, who) and fnmatch.fnmatchcase(operation, what)
            for who, what in self.denied
        )

    def rules(self, user: str) -> tuple[list[tuple[str, str]], bool]:
        """Return what the user may do, and whether these rules say it all.

        A rule is (verb, resource). What is forbidden besides cannot be told as a rule.
        """
        granted = [glob.partition(" ") for glob in self.allowed.get(user, ("*",))]
        rules = [(verb, resource or "*") for verb, _space, resource in granted]
        if user in self.granted:
            rules = [
                (verb, resource)
                for rule in self.granted[user]
                for verb in rule.verbs
                for resource in rule.resources
            ]
        return rules, not any(fnmatch.fnmatchcase(user, who) for who, _what in self.denied)

    def authorize(
        self, user: str, verb: str, resource: Resource, subresource: str, namespace: str, name: str
    ) -> None:
        """Raise ApiError 403, worded as the RBAC authorizer's, if the user may not."""
        full = f"{resource.plural}/{subresource}" if subresource else resource.plural
        place = namespace if resource.namespaced else ""
        if self.allows(user, Attributes(verb, full, resource.group, place, name)):
            return
        scope = f'in the namespace "{place}"' if place else "at the cluster scope"
        why = (
            f'User "{user}" cannot {verb} resource "{full}" in API group "{resource.group}" {scope}'
        )
        raise forbidden(resource, name, why)

    def admit(self, operation: str, namespace: str, name: str) -> None:
        """Raise the first webhook's refusal of a write."""
        for webhook in self.webhooks:
            error = webhook.refusal(operation, namespace, name)
            if error is not None:
                raise error


def check_namespace(store: Store, resource: Resource, namespace: str, name: str) -> None:
    """Raise ApiError 404 or 403 if nothing can be created in that namespace.

    This is NamespaceLifecycle.
    """
    if not resource.namespaced:
        return
    found = store.get("namespaces", namespace)
    if found is None:
        raise not_found(RESOURCES["namespaces"], namespace)
    if found["status"].get("phase") == "Terminating":
        why = (
            f"unable to create new content in namespace {namespace} because it is being terminated"
        )
        cause = {
            "reason": "NamespaceTerminating",
            "message": f"namespace {namespace} is being terminated",
            "field": "metadata.namespace",
        }
        raise forbidden(resource, name, why, (cause,))
