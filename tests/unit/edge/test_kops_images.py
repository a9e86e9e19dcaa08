# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kops_instance_group_image: statuses, Leases, and the debt of a state store."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    LateError,
    LockedError,
    RefusedError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import Ran
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import kops_images
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kops_images import (
    SPEC,
    set_images,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.change import (
    ChangeMade,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LeaseClaim,
    LockOrder,
)
from ansible_collections.nodeops.rotator.tests.unit.edge.builders import a_module
from ansible_collections.nodeops.rotator.tests.unit.operations.kops.conftest import (
    CLUSTER,
    GROUP,
    TEMPLATE,
    KopsCluster,
)


@dataclasses.dataclass
class Leases:
    """Locks as far as the module needs them, with what was asked of them."""

    recorded: Journal = Journal()
    orders: list[LockOrder] = dataclasses.field(default_factory=list)
    left: tuple[LeaseClaim, ...] = ()
    kept: bool = False
    named: str = ""
    until: float = math.inf
    error: Exception | None = None

    def __call__(self, _module: Any) -> Leases:
        return self

    def journal(self, arn: str) -> Journal:
        assert arn
        return self.recorded

    def check_cluster(self, groups: Sequence[Any], named: str, aws: Any) -> str:
        self.named = named
        return "uid"

    def elsewhere(self, groups: Iterable[Any], run_id: str) -> Iterable[LockedError]:
        return ()

    def change(self, order: LockOrder, act: Callable[[float], ChangeMade[Any]], keep: bool) -> Any:
        self.orders.append(order)
        if self.error is not None:
            raise self.error
        made = act(self.until)
        self.left, self.kept = made.claims, keep
        if made.error is not None:
            raise made.error
        return made.answer


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> KopsCluster:
    """A kops cluster that the module reaches."""
    made = KopsCluster.built()
    monkeypatch.setattr(kops_images, "RawAws", lambda _module: made.call)
    monkeypatch.setattr(kops_images, "RawKops", lambda _module: made.raw)
    return made


@pytest.fixture
def leases(monkeypatch: pytest.MonkeyPatch) -> Leases:
    """The Leases of the cluster."""
    found = Leases()
    monkeypatch.setattr(kops_images, "Locks", found)
    return found


def done(cluster: KopsCluster, check: bool = False, **params: Any) -> Any:
    given = {
        "kops_cluster": CLUSTER,
        "kops_state_store": "s3://kops-state",
        "instance_groups": [GROUP],
        "image": cluster.named("new_image"),
        **params,
    }
    return set_images(a_module(SPEC, check, **given))


def test_the_image_is_set_under_the_lease_and_left_to_the_run(
    cluster: KopsCluster, leases: Leases
) -> None:
    result = done(cluster, run_id="night-7")
    assert (result.error, result.changed, result.values["status"]) == (None, True, "complete")
    (row,) = result.values["instance_groups"]
    assert (row["name"], row["version"], row["previous_version"]) == (GROUP, 2, 1)
    (claim,) = leases.left
    new, old = cluster.world.facts["new_image"], cluster.named("old_image")
    assert claim.group == TEMPLATE
    assert claim.previous == (row["launch_template_id"], "1")
    assert claim.target == (row["launch_template_id"], "2", new)
    assert claim.origin == ("kops", GROUP, old)
    assert leases.orders[0].begins, "a paused group keeps its image"
    assert (claim.settles, leases.orders[0].claims[0].settles, leases.kept) == (True, False, True)
    assert leases.named == TEMPLATE


def test_without_a_run_the_lease_is_given_up(cluster: KopsCluster, leases: Leases) -> None:
    done(cluster)
    assert not leases.kept


def test_a_second_run_takes_no_lease(cluster: KopsCluster, leases: Leases) -> None:
    done(cluster)
    result = done(cluster)
    assert (result.changed, result.values["status"]) == (False, "unchanged")
    assert len(leases.orders) == 1


def test_check_mode_takes_no_lease_and_shows_the_difference(
    cluster: KopsCluster, leases: Leases
) -> None:
    before = cluster.stored()
    result = done(cluster, check=True)
    assert (result.changed, result.values["status"]) == (True, "planned")
    assert f"LaunchTemplate/{TEMPLATE}/ImageID" in result.diff["after"]
    assert (cluster.stored(), leases.orders) == (before, [])


def test_groups_are_set_one_after_the_other_up_to_the_one_that_fails(
    cluster: KopsCluster, leases: Leases
) -> None:
    cluster.store("nodes-b", machineType="m6i.xlarge")
    result = done(cluster, instance_groups=[GROUP, "nodes-b", "bastions"])
    assert isinstance(result.error, RefusedError)
    assert [row["name"] for row in result.values["instance_groups"]] == [GROUP]
    assert (result.changed, result.values["status"]) == (True, "failed")


def test_a_bastion_has_no_node_that_could_prove_the_cluster(
    cluster: KopsCluster, leases: Leases
) -> None:
    done(cluster, instance_groups=["bastions"])
    assert leases.named == ""


def test_a_lease_that_is_held_keeps_everything_as_it_is(
    cluster: KopsCluster, leases: Leases
) -> None:
    before, leases.error = cluster.stored(), LockedError("held")
    result = done(cluster)
    assert isinstance(result.error, LockedError)
    assert (result.changed, result.values["status"]) == (False, "refused")
    assert cluster.stored() == before


def test_after_the_time_of_the_lease_nothing_is_written(
    cluster: KopsCluster, leases: Leases
) -> None:
    before, leases.until = cluster.stored(), -math.inf
    result = done(cluster)
    assert isinstance(result.error, LateError)
    assert (cluster.stored(), result.changed) == (before, False)


def test_a_template_that_another_group_follows_is_refused(
    cluster: KopsCluster, leases: Leases
) -> None:
    groups = cluster.world.account.groups
    groups[f"nodes-b.{CLUSTER}"].template = dict(groups[TEMPLATE].template or {})
    result = done(cluster)
    assert f"nodes-b.{CLUSTER} follows launch template" in str(result.error)


def test_a_skipped_group_is_named(cluster: KopsCluster, leases: Leases) -> None:
    whole = cluster.stored()
    whole["metadata"]["labels"]["nodeops.rotator/skip-image"] = ""
    cluster.write(whole)
    result = done(cluster)
    assert result.values["instance_groups"] == [{"name": GROUP, "status": "skipped"}]
    assert not result.changed


def test_an_allowed_change_is_a_warning(cluster: KopsCluster, leases: Leases) -> None:
    cluster.store(machineType="m6i.xlarge")
    result = done(cluster, allow_other_changes=["LaunchTemplate/*/InstanceType"])
    (said,) = result.warnings
    assert "InstanceType: m6i.large -> m6i.xlarge" in said


@pytest.mark.parametrize("check", [False, True])
def test_without_a_debt_nothing_is_restored(
    cluster: KopsCluster, leases: Leases, check: bool
) -> None:
    cluster.store(image=cluster.named("new_image"))
    result = done(cluster, check, state="restored", image=None)
    assert (result.changed, result.values["status"]) == (False, "unchanged")
    assert cluster.stored()["spec"]["image"] == cluster.named("new_image")


def test_how_the_nodes_are_to_be_replaced_is_told(cluster: KopsCluster, leases: Leases) -> None:
    cluster.store(rollingUpdate={"maxSurge": "25%", "drainAndTerminate": False})
    (row,) = done(cluster, state="restored", image=None).values["instance_groups"]
    said = {"max_surge": "25%", "max_unavailable": "", "replaces": False}
    assert row == {"name": GROUP, "status": "unchanged", "rolling_update": said}
    cluster.store(rollingUpdate={"maxSurge": "many"})
    error = done(cluster, state="restored", image=None).error
    assert "spec.rollingUpdate.maxSurge of instance group nodes-a is 'many'" in str(error)


def test_a_debt_is_paid_and_settled(cluster: KopsCluster, leases: Leases) -> None:
    cluster.store(image=cluster.named("new_image"))
    leases.recorded = Journal(store_owed=True, origin=("kops", GROUP, cluster.named("old_image")))
    planned = done(cluster, check=True, state="restored", image=None)
    assert planned.values["status"] == "planned"
    result = done(cluster, state="restored", image=None)
    assert (result.changed, result.values["status"]) == (True, "complete")
    assert result.values["instance_groups"][0]["image"] == cluster.named("old_image")
    assert cluster.stored()["spec"]["image"] == cluster.named("old_image")
    assert leases.left[0].settles
    assert not leases.orders[0].begins, "what puts back may happen while the group is paused"


def test_a_state_store_that_could_not_be_restored_is_a_debt(
    cluster: KopsCluster, leases: Leases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let it be unreachable from between preview and update on."""
    run, out = type(cluster.raw).__call__, Ran(1, "", "Error: dial tcp 10.0.0.1:443: i/o timeout")

    def cut(raw: Any, words: Sequence[str], given: str) -> Ran:
        raw.down = getattr(raw, "down", False) or "--yes" in words
        return out if raw.down else run(raw, words, given)

    monkeypatch.setattr(type(cluster.raw), "__call__", cut)
    result = done(cluster, run_id="night-7")
    assert isinstance(result.error, UnreachableError)
    words = f"The state store of {GROUP} still names {cluster.named('new_image')}"
    assert words in str(result.error)
    (claim,) = leases.left
    assert (claim.owes, claim.settles) == (True, False)
    assert claim.origin == ("kops", GROUP, cluster.named("old_image"))
    assert cluster.stored()["spec"]["image"] == cluster.named("new_image")
    # Once it is reached again, the next run begins with that.
    monkeypatch.setattr(type(cluster.raw), "__call__", run)
    leases.recorded = Journal(store_owed=True, origin=claim.origin)
    assert done(cluster, state="restored").values["status"] == "complete"
    assert cluster.stored()["spec"]["image"] == cluster.named("old_image")


@pytest.mark.parametrize("check", [False, True])
def test_no_debt_is_settled_while_the_template_has_the_failed_image(
    cluster: KopsCluster, leases: Leases, check: bool
) -> None:
    cluster.store(image=cluster.named("new_image"))
    leases.recorded = Journal(store_owed=True, pointer_owed=True, origin=("kops", GROUP, "o/old"))
    result = done(cluster, check, state="restored", image=None)
    assert f"The launch template of {GROUP} has not been taken back" in str(result.error)
    assert not result.changed
    assert cluster.stored()["spec"]["image"] == cluster.named("new_image")


def test_a_wrong_version_of_kops_is_refused_before_anything(
    cluster: KopsCluster, leases: Leases
) -> None:
    cluster.raw.environment = {"WORLD_KOPS_VERSION": "1.34.0"}
    result = done(cluster)
    assert "This kops is 1.34.0" in str(result.error)
    assert result.values == {"status": "refused", "instance_groups": []}
