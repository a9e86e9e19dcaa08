# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kops_instance_group_image while somebody else works on the same instance group."""

from __future__ import annotations

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kops_images import (
    PLANS,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws import build
from ansible_collections.nodeops.rotator.tests.unit.edge.kops_builders import (
    by_hand,
    done,
    reached,
    waits,
)
from ansible_collections.nodeops.rotator.tests.unit.operations.kops.conftest import (
    GROUP,
    KopsCluster,
)


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> KopsCluster:
    """A kops cluster that the module reaches, whose Lease is free."""
    return reached(monkeypatch)


def test_what_somebody_changes_in_the_specification_while_we_wait_stays(
    cluster: KopsCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    locks = waits(monkeypatch, lambda: cluster.store(maxSize=9))
    result = done(cluster)
    assert (result.error, result.values["status"]) == (None, "complete")
    spec = cluster.stored()["spec"]
    assert (spec["maxSize"], spec["image"]) == (9, cluster.named("new_image"))
    assert len(locks.orders) == 2, "the first Lease was given back before anything was written"


def test_the_same_image_that_another_run_has_set_while_we_wait_is_not_undone(
    cluster: KopsCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other() -> None:
        cluster.store(image=cluster.named("new_image"))
        by_hand(cluster)

    waits(monkeypatch, other)
    result = done(cluster)
    assert (result.error, result.changed) == (None, False)
    (row,) = result.values["instance_groups"]
    assert (row["status"], row["version"]) == ("unchanged", 2)
    facts = cluster.world.facts
    assert cluster.images() == [facts["old_image"], facts["new_image"]]
    assert cluster.stored()["spec"]["image"] == cluster.named("new_image")


def test_a_label_that_is_set_while_we_wait_keeps_the_image(
    cluster: KopsCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def label() -> None:
        whole = cluster.stored()
        whole["metadata"]["labels"]["nodeops.rotator/skip-image"] = ""
        cluster.write(whole)

    waits(monkeypatch, label)
    result = done(cluster)
    assert result.values["instance_groups"] == [{"name": GROUP, "status": "skipped"}]
    assert cluster.images() == [cluster.world.facts["old_image"]]


def test_a_version_that_kops_has_made_while_we_wait_is_the_one_before_ours(
    cluster: KopsCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its other fields were wanted by whoever made it."""

    def upgrade() -> None:
        cluster.store(machineType="m6i.xlarge")
        by_hand(cluster)

    locks = waits(monkeypatch, upgrade)
    result = done(cluster)
    assert result.error is None
    (row,), (claim,) = result.values["instance_groups"], locks.left
    assert (row["previous_version"], row["version"]) == (2, 3)
    assert (claim.previous[1], claim.target[1]) == ("2", "3")
    assert cluster.stored()["spec"]["machineType"] == "m6i.xlarge"


def test_a_group_that_changes_again_and_again_is_left_to_whoever_changes_it(
    cluster: KopsCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = (lambda size=size: cluster.store(maxSize=size) for size in range(7, 99))
    locks = waits(monkeypatch, *sizes)
    result = done(cluster)
    assert (result.values["status"], result.changed) == ("refused", False)
    assert "Somebody changes instance group nodes-a" in str(result.error)
    assert len(locks.orders) == PLANS
    assert cluster.stored()["spec"]["image"] == cluster.named("old_image")
    assert cluster.images() == [cluster.world.facts["old_image"]]


@pytest.mark.parametrize("known", [True, False])
def test_an_image_that_people_choose_after_a_failure_is_theirs(
    cluster: KopsCluster, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    """Where it is not known which one failed, any other is taken for it."""
    chosen = build.add_image(cluster.world.account, "golden").id
    cluster.store(image=chosen)
    target = ("lt-1", "2", cluster.world.facts["new_image"])
    failed = {"target": target} if known else {}
    origin = ("kops", GROUP, cluster.named("old_image"))
    locks = waits(monkeypatch, store_owed=True, origin=origin, **failed)
    result = done(cluster, state="restored", image=None)
    assert result.error is None
    assert locks.left[0].settles
    left = chosen if known else cluster.named("old_image")
    assert cluster.stored()["spec"]["image"] == left
    assert [chosen in said for said in result.warnings] == [True] * known


def test_a_failed_image_that_is_gone_is_replaced_all_the_same(
    cluster: KopsCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = build.add_image(cluster.world.account, "golden")
    cluster.store(image=f"{gone.owner}/golden")
    del cluster.world.account.images[gone.id]
    origin = ("kops", GROUP, cluster.named("old_image"))
    target = ("lt-1", "2", gone.id)
    waits(monkeypatch, store_owed=True, origin=origin, target=target)
    result = done(cluster, state="restored", image=None)
    assert (result.error, result.warnings) == (None, ())
    assert cluster.stored()["spec"]["image"] == cluster.named("old_image")


def test_a_template_whose_image_fails_while_we_wait_is_restored_first(
    cluster: KopsCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.store(image=cluster.named("new_image"))
    origin = ("kops", GROUP, cluster.named("old_image"))
    locks = waits(monkeypatch, store_owed=True, origin=origin)
    late = [Journal(store_owed=True, pointer_owed=True, origin=origin)]
    locks._meanwhile = iter([lambda: setattr(locks, "recorded", late.pop())])
    result = done(cluster, state="restored", image=None)
    assert f"The launch template of {GROUP} has not been taken back" in str(result.error)
    assert cluster.stored()["spec"]["image"] == cluster.named("new_image")
    assert locks.left == ()


def test_a_failed_image_that_somebody_launches_again_before_it_is_restored_goes_back(
    cluster: KopsCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run that had failed was killed, and the state store was applied as it was."""
    cluster.store(image=cluster.named("new_image"))
    by_hand(cluster)
    origin = ("kops", GROUP, cluster.named("old_image"))
    target = ("lt-1", "2", cluster.world.facts["new_image"])
    locks = waits(monkeypatch, store_owed=True, origin=origin, target=target)
    result = done(cluster, state="restored", image=None)
    assert (result.error, result.values["status"]) == (None, "complete")
    assert cluster.stored()["spec"]["image"] == cluster.named("old_image")
    assert cluster.images()[-1] == cluster.world.facts["old_image"]
    assert locks.left[0].settles
