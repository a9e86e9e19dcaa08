# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose Leases a template update needs, in which cluster, and under which name."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    RefusedError,
    RotatorError,
    UnfinishedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    CLUSTER_UID,
    PAUSED,
    SIGNPOST,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
    read_group,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    dump,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.handover import (
    CLUSTER_OPTIONS,
    check_groups,
    cluster_of,
    holder_of,
    names_cluster,
    new_run_id,
    order_of,
    unfinished_of,
    ways_elsewhere,
    ways_now,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LeaseClaim,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import (
    Recorded,
    a_described_group,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_node

PARAMS: dict[str, Any] = {
    "cluster_name": None,
    "eks_cluster": None,
    "kops_cluster": None,
    "run_id": "r1",
    "handover_timeout": 120,
    "lock_wait": 0,
    "repair": False,
}


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cluster is named by the environment."""
    for name in CLUSTER_OPTIONS:
        monkeypatch.delenv(f"K8S_AUTH_{name.upper()}", raising=False)


@pytest.mark.parametrize("name", CLUSTER_OPTIONS)
def test_a_cluster_is_named_by_an_option_or_the_environment(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not names_cluster({})
    assert not names_cluster({name: ""})
    assert names_cluster({name: "x"})
    monkeypatch.setenv(f"K8S_AUTH_{name.upper()}", "x")
    assert names_cluster({})


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({}, ""),
        ({"cluster_name": "a", "eks_cluster": "b"}, "a"),
        ({"eks_cluster": "b", "kops_cluster": "c"}, "b"),
        ({"kops_cluster": "c"}, "c"),
    ],
)
def test_the_name_of_the_cluster(given: dict[str, str], name: str) -> None:
    assert cluster_of({**PARAMS, **given}) == name


def test_a_run_without_an_id_gets_one_of_its_own() -> None:
    names = {new_run_id() for _run in range(20)}
    assert len(names) == 20
    assert all(re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{4}", name) for name in names)
    assert holder_of("r1").endswith("_r1")


def test_an_order_asks_for_the_claims_of_the_run() -> None:
    order = order_of({**PARAMS, "lock_wait": 7}, ())
    assert (order.run, order.holder) == ("r1", holder_of("r1"))
    assert (order.duration, order.wait) == (120.0, 7.0)
    assert order_of({**PARAMS, "run_id": None}, ()).run != ""
    assert [order_of(PARAMS, (), begins).begins for begins in (True, False)] == [True, False]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"handover_timeout": 0}, "handover_timeout is 0, it must be more than 0 seconds"),
        ({"lock_wait": -1}, "lock_wait is -1, it must be 0 or more seconds"),
    ],
)
def test_an_order_that_cannot_be_meant_is_refused(changes: dict[str, int], words: str) -> None:
    with pytest.raises(InputError, match=words):
        order_of({**PARAMS, **changes}, ())


@dataclasses.dataclass
class Cluster:
    """A cluster as far as it is asked: its UID, its nodes, and Leases by namespace."""

    uid: str = "uid-1"
    nodes: tuple[Any, ...] = ()
    leases: dict[str, Lease] = dataclasses.field(default_factory=dict)
    asked: list[str] = dataclasses.field(default_factory=list)

    def cluster_uid(self) -> str:
        return self.uid

    def records(self, _feed: Any) -> tuple[Any, ...]:
        return self.nodes

    def read_lease(self, _name: str, namespace: str = "") -> Lease | None:
        self.asked.append(namespace)
        return self.leases.get(namespace)


MEMBERS = [{"InstanceId": f"i-{name}", "LifecycleState": "InService"} for name in "ab"]


def a_group(name: str = "blue", **tags: str) -> DescribedGroup:
    shown = [{"Key": key, "Value": value} for key, value in tags.items()]
    return read_group(a_described_group(AutoScalingGroupName=name, Instances=MEMBERS, Tags=shown))


DEMO = {"kubernetes.io/cluster/demo": "owned"}
OLD = "2026-01-01T00:00:00Z"


def checked(cluster: Cluster, groups: list[DescribedGroup], **params: Any) -> str:
    """The UID of the cluster, if it is that of the groups."""
    machines = [{"InstanceId": one["InstanceId"], "State": {"Name": "running"}} for one in MEMBERS]
    raw = Recorded(DescribeInstances={"Reservations": [{"Instances": machines}]})
    seen: Any = cluster
    return check_groups(seen, Aws(raw), groups, "blue", {**PARAMS, **params})


def test_a_cluster_with_the_nodes_of_the_named_group_is_the_right_one() -> None:
    cluster = Cluster(nodes=(a_node("a"), a_node("b")))
    assert checked(cluster, [a_group(**DEMO)], cluster_name="demo") == "uid-1"


def test_a_cluster_without_its_nodes_is_refused_unless_they_have_failed() -> None:
    with pytest.raises(RefusedError, match="Only 0 of 2 instances"):
        checked(Cluster(), [a_group(**DEMO)], cluster_name="demo")
    assert checked(Cluster(), [a_group(**DEMO)], cluster_name="demo", repair=True) == "uid-1"


def test_the_other_groups_must_only_not_contradict() -> None:
    assert checked(Cluster(), [a_group("green", **DEMO)], cluster_name="demo") == "uid-1"
    with pytest.raises(RefusedError, match="belongs to cluster demo by its tags, not to prod"):
        checked(Cluster(), [a_group("green", **DEMO)], cluster_name="prod")


def test_a_lease_of_another_cluster_contradicts() -> None:
    lease = Lease("l", notes=((CLUSTER_UID, "uid-2"),))
    cluster = Cluster(nodes=(a_node("a"), a_node("b")), leases={"": lease})
    with pytest.raises(RefusedError, match="The Lease of Auto Scaling group blue names another"):
        checked(cluster, [a_group(**DEMO)])


def test_without_groups_no_cluster_is_asked() -> None:
    cluster = Cluster()
    assert checked(cluster, []) == ""
    assert cluster.asked == []


HELD = Lease("l", holder="somebody", journal=dump(Journal(run="r0", fenced=True)))


@pytest.mark.parametrize(
    ("own", "sign", "asked"),
    [
        ("kube-system", "", []),
        ("ops", "", ["kube-system"]),
        ("kube-system", "run r0 lease-namespace ops cluster u", ["ops"]),
    ],
)
def test_leases_are_looked_for_where_another_run_could_hold_them(
    own: str, sign: str, asked: list[str]
) -> None:
    cluster: Any = Cluster(leases=dict.fromkeys(("kube-system", "ops"), HELD))
    group = a_group(**({SIGNPOST: sign} if sign else {}))
    errors = list(ways_elsewhere(cluster, [group], own, "r1"))
    assert cluster.asked == asked
    for name, error in zip(asked, errors, strict=True):
        assert f"in namespace {name}" in error.message


@pytest.mark.parametrize("begins", [True, False])
def test_what_is_in_the_way_now_is_a_pause_only_for_what_begins(begins: bool) -> None:
    paused = Lease("l", notes=((PAUSED, "anna: incident"),))
    cluster: Any = Cluster(leases={"": paused})
    order = order_of(PARAMS, (LeaseClaim("l", "blue"),), begins)
    assert list(ways_now(cluster, order)) == ["Node group blue is paused: anna: incident"] * begins
    cluster.leases[""] = HELD
    (told,) = ways_now(cluster, order)
    assert "records a rotation of node group blue that has not ended (somebody)" in told


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (UnfinishedError("it failed", "do this"), {"unfinished": "it failed"}),
        (RefusedError("it failed", "do this"), {}),
        (None, {}),
    ],
)
def test_what_an_earlier_run_has_left_is_a_result_of_its_own(
    error: RotatorError | None, told: dict[str, str]
) -> None:
    assert unfinished_of(error) == told
