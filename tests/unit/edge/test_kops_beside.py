# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kops_instance_group_image while somebody else works on the same instance group."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import kops_images
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kops_images import (
    PLANS,
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
from ansible_collections.nodeops.rotator.tests.simulation.aws import build
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Tag
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import kops
from ansible_collections.nodeops.rotator.tests.unit.edge.builders import a_module
from ansible_collections.nodeops.rotator.tests.unit.operations.kops.conftest import (
    CLUSTER,
    GROUP,
    TEMPLATE,
    KopsCluster,
)

Meanwhile = Callable[[], None]


class Waiting:
    """A Lease that somebody holds, who does something meanwhile, once or each time."""

    def __init__(self, meanwhile: Iterable[Meanwhile] = (), recorded: Journal = Journal()) -> None:
        self._meanwhile, self.recorded = iter(meanwhile), recorded
        self.orders: list[LockOrder] = []
        self.left: tuple[LeaseClaim, ...] = ()

    def __call__(self, _module: Any) -> Waiting:
        return self

    def journal(self, arn: str) -> Journal:
        return self.recorded

    def check_cluster(self, groups: Any, named: str, aws: Any) -> str:
        return "uid"

    def elsewhere(self, groups: Any, run_id: str) -> tuple[()]:
        return ()

    def change(self, order: LockOrder, act: Callable[[float], ChangeMade[Any]], keep: bool) -> Any:
        self.orders.append(order)
        next(self._meanwhile, lambda: None)()
        made = act(float("inf"))
        self.left = made.claims
        if made.error is not None:
            raise made.error
        return made.answer


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> KopsCluster:
    """A kops cluster that the module reaches, whose Lease is free."""
    made = KopsCluster.built()
    monkeypatch.setattr(kops_images, "RawAws", lambda _module: made.call)
    monkeypatch.setattr(kops_images, "RawKops", lambda _module: made.raw)
    monkeypatch.setattr(kops_images, "Locks", Waiting())
    return made


def done(cluster: KopsCluster, **params: Any) -> Any:
    given = {
        "kops_cluster": CLUSTER,
        "kops_state_store": f"s3://{kops.BUCKET}",
        "instance_groups": [GROUP],
        "image": cluster.named("new_image"),
        "run_id": "night-7",
        **params,
    }
    return set_images(a_module(SPEC, **given))


def waits(monkeypatch: pytest.MonkeyPatch, *meanwhile: Meanwhile, **recorded: Any) -> Waiting:
    """Let each of these happen while the Lease is waited for, one after the other."""
    found = Waiting(meanwhile, Journal(**recorded))
    monkeypatch.setattr(kops_images, "Locks", found)
    return found


def by_hand(cluster: KopsCluster) -> None:
    """Update the whole cluster with kops, as somebody else does."""
    words = ["update", "cluster", "--name", CLUSTER, "--state", f"s3://{kops.BUCKET}"]
    ran = cluster.raw([*words, "--create-kube-config=false", "--yes"], "")
    assert ran.code == 0, ran.errors


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
    """Its other fields were wanted by whoever made it, and are none of what we have changed."""

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
    """Where it is not known which image failed, whatever is not launched is taken for it."""
    chosen = build.add_image(cluster.world.account, "golden").id
    cluster.store(image=chosen)
    target = ("lt-1", "2", cluster.world.facts["new_image"])
    failed = {"canary": "failed", "target": target} if known else {}
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
    waits(monkeypatch, store_owed=True, origin=origin, canary="failed", target=target)
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


class Between:
    """Lets something happen right after a command of kops, once."""

    def __init__(self, cluster: KopsCluster, after: str, act: Meanwhile) -> None:
        self._raw, self._after, self._act = cluster.raw, after, act
        self._done = False

    def __call__(self, words: Any, given: str) -> Any:
        ran = self._raw(words, given)
        what = "yes" if "--yes" in words else "preview" if "update" in words else words[0]
        if what == self._after and "--help" not in words and not self._done:
            self._done = True
            self._act()
        return ran


def between(
    cluster: KopsCluster, monkeypatch: pytest.MonkeyPatch, after: str, act: Meanwhile
) -> None:
    found = Between(cluster, after, act)
    monkeypatch.setattr(kops_images, "RawKops", lambda _module: found)


@pytest.mark.parametrize("after", ["preview", "yes"])
def test_a_machine_type_that_kops_applies_beside_our_image_is_no_success(
    cluster: KopsCluster, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    def beside() -> None:
        cluster.store(machineType="m6i.xlarge")
        by_hand(cluster)

    between(cluster, monkeypatch, after, beside)
    result = done(cluster)
    assert result.values["status"] == "failed"
    assert "other fields InstanceType" in str(result.error)
    spec = cluster.stored()["spec"]
    assert (spec["image"], spec["machineType"]) == (cluster.named("old_image"), "m6i.xlarge")
    assert cluster.images()[-1] == cluster.world.facts["old_image"]


def test_a_state_store_that_is_restored_from_a_backup_in_between_is_a_failure(
    cluster: KopsCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = cluster.stored()
    between(cluster, monkeypatch, "replace", lambda: cluster.write(backup))
    result = done(cluster)
    assert "is not what was written to the state store" in str(result.error)
    assert cluster.stored() == backup
    assert cluster.images() == [cluster.world.facts["old_image"]]


def test_a_state_store_that_was_restored_from_a_backup_gets_the_image_again(
    cluster: KopsCluster,
) -> None:
    """The launch template has it, and the next update of the cluster would take it away."""
    backup = cluster.stored()
    done(cluster)
    cluster.write(backup)
    result = done(cluster)
    assert (result.changed, result.values["status"]) == (True, "complete")
    assert cluster.stored()["spec"]["image"] == cluster.named("new_image")
    assert result.values["instance_groups"][0]["version"] == 2
    assert len(cluster.images()) == 2


def test_a_backup_from_before_an_upgrade_of_kops_is_refused(cluster: KopsCluster) -> None:
    objects = cluster.world.account.buckets[kops.BUCKET]
    path = f"{CLUSTER}/kops-version.txt"
    objects[path] = type(objects[path])(b"1.32.2\n")
    result = done(cluster)
    assert "1.32.2 updated the cluster last" in str(result.error)
    assert cluster.images() == [cluster.world.facts["old_image"]]


@pytest.mark.parametrize("name", [f"{CLUSTER}-2", f"x.{CLUSTER}", "blue.example"])
def test_a_cluster_whose_name_begins_or_ends_alike_is_left_alone(
    cluster: KopsCluster, name: str
) -> None:
    group = kops.InstanceGroup(GROUP, "Node", 1, "a", "m6i.large", 4)
    world, old = cluster.world, cluster.world.facts["old_image"]
    kops.add_instance_group(world, name, group, old)
    result = done(cluster)
    assert result.values["status"] == "complete"
    assert cluster.images(f"{GROUP}.{name}") == [old]
    assert cluster.images() == [old, world.facts["new_image"]]


def test_a_group_that_was_renamed_in_the_state_store_is_not_found(cluster: KopsCluster) -> None:
    """Its Auto Scaling group stays until somebody deletes the instance group that it was."""
    objects = cluster.world.account.buckets[kops.BUCKET]
    whole = cluster.stored()
    del objects[f"{CLUSTER}/instancegroup/{GROUP}"]
    cluster.write({**whole, "metadata": {**whole["metadata"], "name": "workers"}})
    for name, said in ((GROUP, "instancegroup not found"), ("workers", "There is no instance")):
        result = done(cluster, instance_groups=[name])
        assert (result.values["status"], result.changed) == ("refused", False)
        assert said in str(result.error)


def test_two_auto_scaling_groups_that_say_they_are_one_are_refused(cluster: KopsCluster) -> None:
    twin = cluster.world.account.groups[f"nodes-b.{CLUSTER}"]
    twin.tags["kops.k8s.io/instancegroup"] = Tag(GROUP, True)
    result = done(cluster)
    assert (result.values["status"], result.changed) == ("refused", False)
    assert f"{TEMPLATE}, nodes-b.{CLUSTER}" in str(result.error)
