# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Truth table of the target groups that follow pods."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import TargetHealth
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Owner,
    Pod,
    Service,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.following import (
    following,
    ports_by_group,
    serving,
    unexplained,
)

WEB = TargetHealth("web", "i-1", 30080, "healthy", 32000)
LOCAL = Service("shop", "web", "u", frozenset((30080, 32000)), True, parse("app=web"))


def a_pod(name: str = "web-1", ports: tuple[int, ...] = (), **fields: Any) -> Pod:
    usual: dict[str, Any] = {"labels": {"app": "web"}, "host_ports": frozenset(ports)}
    return Pod("shop", name, f"uid-{name}", **{**usual, **fields})


@pytest.mark.parametrize(
    ("ports", "local", "follows"),
    [
        ((30080,), True, True),
        ((32000,), True, True),
        ((30080,), False, False),
        ((30081,), True, False),
        ((), True, False),
    ],
)
def test_a_service_counts_by_its_policy_and_its_ports(
    ports: tuple[int, ...], local: bool, follows: bool
) -> None:
    service = dataclasses.replace(LOCAL, ports=frozenset(ports), local=local)
    found = following([WEB], [service], [])
    assert (found == {"web": "Service shop/web has externalTrafficPolicy Local"}) is follows


@pytest.mark.parametrize(
    ("pod", "follows"),
    [
        (a_pod(ports=(30080,)), True),
        (a_pod(ports=(32000,)), True),
        (a_pod(ports=(80,)), False),
        (a_pod(), False),
        (a_pod(ports=(30080,), phase="Succeeded"), False),
        (a_pod(ports=(30080,), owner=Owner("DaemonSet", "web")), False),
        (a_pod(ports=(30080,), owner=Owner("DaemonSet", "web", group="kruise.io")), True),
        (a_pod(ports=(30080,), owner=Owner("ReplicaSet", "web-1")), True),
    ],
)
def test_a_pod_counts_by_the_port_of_its_node_unless_a_daemonset_owns_it(
    pod: Pod, follows: bool
) -> None:
    assert bool(following([WEB], [], [pod])) is follows


def test_addresses_are_no_nodes_and_every_port_of_a_group_counts() -> None:
    address = TargetHealth("ip", "10.0.0.1", 30080, "healthy")
    other = TargetHealth("web", "i-2", 8080, "healthy")
    assert ports_by_group([WEB, address, other]) == {"web": frozenset((30080, 32000, 8080))}
    assert following([address], [LOCAL], [a_pod(ports=(30080,))]) == {}


def test_ports_that_no_service_has_may_be_those_of_pods() -> None:
    cluster = dataclasses.replace(LOCAL, local=False, ports=frozenset((30080,)))
    assert unexplained([WEB], [cluster]) == frozenset((32000,))
    assert unexplained([WEB], [LOCAL]) == frozenset() == unexplained([], [])


def test_who_serves_a_group() -> None:
    ready, listens = a_pod("a"), a_pod("b", ports=(30080,), labels={})
    others = [
        a_pod("c", ready=False),
        a_pod("d", deleted_at=1.0),
        a_pod("e", labels={"app": "other"}),
        dataclasses.replace(a_pod("f"), namespace="else"),
    ]
    assert serving("web", [WEB], [LOCAL], [listens, *others, ready]) == (ready, listens)
    assert serving("web", [WEB], [dataclasses.replace(LOCAL, selector=None)], [ready]) == ()
    assert serving("another", [WEB], [LOCAL], [ready]) == ()
