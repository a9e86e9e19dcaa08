# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests are counted by operation, whatever becomes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import Reply
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.counting import (
    CountedAws,
    CountedKube,
    Counts,
    operation_of,
    resource_of,
)


@pytest.mark.parametrize(
    ("verb", "path", "operation"),
    [
        ("GET", "/api/v1/nodes", "list nodes"),
        ("GET", "/api/v1/nodes/w", "get nodes"),
        ("GET", "/api/v1/namespaces/kube-system", "get namespaces"),
        ("GET", "/api/v1/namespaces/shop/pods", "list pods"),
        ("PATCH", "/api/v1/nodes/w", "patch nodes"),
        ("DELETE", "/api/v1/nodes/w", "delete nodes"),
        ("POST", "/api/v1/namespaces/shop/pods/cart/eviction", "create pods/eviction"),
        ("GET", "/apis/policy/v1/poddisruptionbudgets", "list poddisruptionbudgets"),
        ("PUT", "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x", "update leases"),
        ("POST", "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases", "create leases"),
    ],
)
def test_a_request_is_named_as_kubernetes_does(verb: str, path: str, operation: str) -> None:
    assert operation_of(verb, path) == operation


def test_the_resource_of_a_path() -> None:
    assert resource_of("/api/v1/namespaces/shop/pods/cart/eviction") == ("pods/eviction", True)
    assert resource_of("/apis/apps/v1/daemonsets") == ("daemonsets", False)


def test_each_request_counts_and_is_passed_on() -> None:
    seen: list[Any] = []

    def aws(service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        seen.append((service, operation, params))
        if operation == "SetDesiredCapacity":
            raise ValueError(operation)
        return {"found": 1}

    counts = Counts()
    call = CountedAws(aws, counts)
    assert call("ec2", "DescribeInstances", {"a": 1}) == {"found": 1}
    call("ec2", "DescribeInstances", {})
    with pytest.raises(ValueError, match="SetDesiredCapacity"):
        call("autoscaling", "SetDesiredCapacity", {})
    assert seen[0] == ("ec2", "DescribeInstances", {"a": 1})
    expected = {"autoscaling:SetDesiredCapacity": 1, "ec2:DescribeInstances": 2}
    assert list(counts.by_operation.items()) == list(expected.items())


def test_requests_and_watches_of_kubernetes_count() -> None:
    class Kube:
        def request(self, *args: Any) -> Reply:
            """Answer with what was asked."""
            return Reply(200, {"args": list(args)})

        def stream(self, path: str, query: Mapping[str, str]) -> Iterator[bytes | None]:
            """Yield one line."""
            yield path.encode()

    counts = Counts()
    call = CountedKube(Kube(), counts)
    reply = call.request("GET", "/api/v1/nodes", {"limit": "5"})
    assert reply.body["args"] == ["GET", "/api/v1/nodes", {"limit": "5"}, None, "application/json"]
    assert list(call.stream("/api/v1/nodes", {})) == [b"/api/v1/nodes"]
    assert counts.by_operation == {"kubernetes:list nodes": 1, "kubernetes:watch nodes": 1}
