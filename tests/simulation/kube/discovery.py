# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answer what a client asks before it asks for resources.

That is versions, groups, resource lists, health, access review.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import Object
from ansible_collections.nodeops.rotator.tests.simulation.kube.rbac import Attributes
from ansible_collections.nodeops.rotator.tests.simulation.kube.resources import Resource

HEALTH = ("/healthz", "/livez", "/readyz")
CHECKS = ("ping", "log", "etcd", "informer-sync", "shutdown")
REVIEW_GROUP = "authorization.k8s.io"
REVIEW_PATH = f"/apis/{REVIEW_GROUP}/v1/selfsubjectaccessreviews"
RULES_PATH = f"/apis/{REVIEW_GROUP}/v1/selfsubjectrulesreviews"
SUBRESOURCES: Mapping[str, Mapping[str, Any]] = {
    "status": {"verbs": ["get", "patch", "update"]},
    "scale": {
        "group": "autoscaling",
        "version": "v1",
        "kind": "Scale",
        "verbs": ["get", "patch", "update"],
    },
    "eviction": {"group": "policy", "version": "v1", "kind": "Eviction", "verbs": ["create"]},
    "binding": {"kind": "Binding", "verbs": ["create"]},
}


def answer(path: str, resources: Iterable[Resource], version: str) -> Object | None:
    """Return the answer to a discovery path, None if it is none.

    `version` is the server's ("v1.33.1").
    """
    path = path.rstrip("/") or "/"
    if path == "/":
        named = [f"/apis/{group}" for group in groups_of(resources)]
        return {"paths": ["/api", "/api/v1", "/apis", *named]}
    if path == "/version":
        return version_of(version)
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
    if path == "/api/v1":
        return resource_list("v1", resources)
    if not path.startswith("/apis"):
        return None
    groups = groups_of(resources)
    if path == "/apis":
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": list(groups.values())}
    parts = path.strip("/").split("/")
    if len(parts) == 2 and parts[1] in groups:
        return {"kind": "APIGroup", "apiVersion": "v1", **groups[parts[1]]}
    served = len(parts) == 3 and parts[1] in groups
    if served and parts[2] == groups[parts[1]]["preferredVersion"]["version"]:
        return resource_list("/".join(parts[1:]), resources)
    return None


def unknown(path: str, resources: Iterable[Resource]) -> bool:
    """Return whether no part of the server is responsible for the path.

    It answers in plain text.
    """
    parts = path.strip("/").split("/")
    if parts[0] == "apis":
        return len(parts) > 1 and parts[1] not in groups_of(resources)
    return parts[0] != "api"


def verbose(path: str) -> str:
    """Return a health check by its parts, of which all are well.

    Source: apiserver pkg/server/healthz.
    """
    checks = "".join(f"[+]{name} ok\n" for name in CHECKS)
    return f"{checks}{path.strip('/')} check passed\n"


def version_of(version: str) -> Object:
    """Return the body of /version."""
    major, minor = version.lstrip("v").split(".")[:2]
    build = {"gitCommit": "0" * 40, "gitTreeState": "clean", "buildDate": "2026-01-01T00:00:00Z"}
    tools = {"goVersion": "go1.24.0", "compiler": "gc", "platform": "linux/amd64"}
    return {"major": major, "minor": minor, "gitVersion": version, **build, **tools}


def groups_of(resources: Iterable[Resource]) -> dict[str, Object]:
    """Return every group with its one version."""
    versions = {resource.group: resource.version for resource in resources if resource.group}
    versions[REVIEW_GROUP] = "v1"
    result: dict[str, Object] = {}
    for group, version in versions.items():
        entry = {"groupVersion": f"{group}/{version}", "version": version}
        result[group] = {"name": group, "versions": [entry], "preferredVersion": entry}
    return result


def resource_list(api_version: str, resources: Iterable[Resource]) -> Object:
    """Return the APIResourceList of a group and version."""
    entries: list[Object] = []
    for resource in resources:
        if resource.api_version == api_version:
            entries.extend(_entries(resource))
    if api_version == f"{REVIEW_GROUP}/v1":
        entries += [
            {
                "name": f"{kind.lower()}s",
                "singularName": kind.lower(),
                "namespaced": False,
                "kind": kind,
                "verbs": ["create"],
            }
            for kind in ("SelfSubjectAccessReview", "SelfSubjectRulesReview")
        ]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": api_version,
        "resources": entries,
    }


def _entries(resource: Resource) -> Iterable[Object]:
    base: Object = {
        "singularName": resource.kind.lower(),
        "namespaced": resource.namespaced,
        "kind": resource.kind,
    }
    short = {"shortNames": list(resource.short)} if resource.short else {}
    yield {"name": resource.plural, **base, "verbs": list(resource.verbs), **short}
    for name in resource.subresources:
        yield {
            "name": f"{resource.plural}/{name}",
            **base,
            "singularName": "",
            **SUBRESOURCES[name],
        }


def reviewed(body: Any, allowed: bool) -> Object:
    """Return a SelfSubjectAccessReview with its answer."""
    spec = body.get("spec", {}) if isinstance(body, Mapping) else {}
    head = {"kind": "SelfSubjectAccessReview", "apiVersion": f"{REVIEW_GROUP}/v1", "metadata": {}}
    return {**head, "spec": spec, "status": {"allowed": allowed}}


def review_attributes(body: Any) -> Attributes:
    """Return what a SelfSubjectAccessReview asks about."""
    asked = (body.get("spec", {}) if isinstance(body, Mapping) else {}).get(
        "resourceAttributes"
    ) or {}
    resource = asked.get("resource", "") + (
        f"/{asked['subresource']}" if asked.get("subresource") else ""
    )
    given = (asked.get(name, "") for name in ("group", "namespace", "name"))
    return Attributes(asked.get("verb", ""), resource, *given)


def ruled(body: Any, rules: Iterable[tuple[str, str]], complete: bool) -> Object:
    """Return a SelfSubjectRulesReview with its answer.

    `kubectl auth can-i --list` asks for it.
    """
    spec = body.get("spec", {}) if isinstance(body, Mapping) else {}
    head = {"kind": "SelfSubjectRulesReview", "apiVersion": f"{REVIEW_GROUP}/v1", "metadata": {}}
    found = [
        {"verbs": [verb], "apiGroups": ["*"], "resources": [resource]} for verb, resource in rules
    ]
    urls = [{"verbs": ["get"], "nonResourceURLs": [*HEALTH, "/version"]}]
    status = {"resourceRules": found, "nonResourceRules": urls, "incomplete": not complete}
    return {**head, "spec": spec, "status": status}
