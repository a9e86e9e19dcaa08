# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Updates by kops: what is written, what is refused, and the way back."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    NotFoundError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.group_plan import (
    StalePlanError,
)
from ansible_collections.nodeops.rotator.tests.unit.operations.kops.conftest import (
    CLUSTER,
    GROUP,
    TEMPLATE,
    KopsCluster,
    applied,
    planned,
)


def test_the_state_store_and_one_launch_template_get_the_image(cluster: KopsCluster) -> None:
    before, old = cluster.stored(), cluster.world.facts["old_image"]
    done = applied(cluster.update())
    new = cluster.world.facts["new_image"]
    assert (done.number, done.fields) == (2, ("ImageId",))
    assert cluster.images() == [old, new]
    assert cluster.images(f"nodes-b.{CLUSTER}") == [old]
    wanted = {**before["spec"], "image": cluster.named("new_image")}
    assert cluster.stored() == {**before, "spec": wanted}


def test_a_second_run_has_nothing_to_do(cluster: KopsCluster) -> None:
    applied(cluster.update())
    plan = planned(cluster.update())
    assert (plan.changed, plan.writes_store, plan.moves_template) == (False, False, False)


def test_the_same_image_by_another_name_is_no_change(cluster: KopsCluster) -> None:
    plan = planned(cluster.update(cluster.world.facts["old_image"]))
    assert not plan.changed
    assert plan.text == cluster.named("old_image")


def test_a_control_plane_group_has_the_launch_template_of_its_name(cluster: KopsCluster) -> None:
    name = "control-plane-eu-west-1a"
    applied(cluster.update(), name)
    assert len(cluster.images(f"{name}.masters.{CLUSTER}")) == 2


def test_a_plan_writes_nothing(cluster: KopsCluster) -> None:
    before, update = cluster.stored(), cluster.update()
    done = update.foresee(planned(update))
    assert done.number == 2
    assert (cluster.stored(), len(cluster.images())) == (before, 1)
    assert not any("--yes" in line or line.startswith("replace") for line in cluster.raw.runs)


def test_what_a_dead_run_has_written_to_the_state_store_is_carried_on(cluster: KopsCluster) -> None:
    cluster.store(image=cluster.named("new_image"))
    plan = planned(cluster.update())
    assert (plan.writes_store, plan.moves_template) == (False, True)
    assert plan.previous == cluster.named("old_image")
    assert applied(cluster.update()).number == 2


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("machineType", "InstanceType: m6i.large -> m6i.xlarge"),
        ("kubernetesVersion", "UserData: <old> -> <new>"),
    ],
)
def test_another_pending_change_is_refused_and_the_old_image_is_back(
    cluster: KopsCluster, what: str, said: str
) -> None:
    if what == "machineType":
        cluster.store(machineType="m6i.xlarge")
    else:
        cluster.upgrade("1.34.0")
    before = cluster.stored()
    with pytest.raises(RefusedError) as caught:
        applied(cluster.update())
    assert f"LaunchTemplate/{TEMPLATE}/{said}" in str(caught.value)
    assert f"The state store of {GROUP} names {before['spec']['image']} again" in str(caught.value)
    assert (cluster.stored(), len(cluster.images())) == (before, 1)
    update = cluster.update()
    with pytest.raises(RefusedError):
        update.foresee(planned(update))


def test_an_allowed_change_is_made_and_told(cluster: KopsCluster) -> None:
    cluster.store(machineType="m6i.xlarge")
    done = applied(cluster.update(allow=("LaunchTemplate/*/InstanceType",)))
    assert done.fields == ("ImageId", "InstanceType")
    assert done.verdict is not None
    assert [one.field for one in done.verdict.allowed] == ["InstanceType"]


def test_all_groups_at_once_moves_those_that_are_pending(cluster: KopsCluster) -> None:
    cluster.store("nodes-b", image=cluster.named("new_image"))
    with pytest.raises(RefusedError, match=f"LaunchTemplate/nodes-b.{CLUSTER}/ImageID"):
        applied(cluster.update(at_once=True))
    applied(cluster.update(at_once=True, allow=("LaunchTemplate/*/ImageID",)))
    assert len(cluster.images(f"nodes-b.{CLUSTER}")) == 2


@pytest.mark.parametrize("fault", ["replace", "replace:after", "preview", "update", "update:after"])
def test_after_a_failure_of_kops_the_next_run_goes_on(cluster: KopsCluster, fault: str) -> None:
    cluster.raw.environment = {"WORLD_KOPS_FAIL": fault}
    with pytest.raises(FailedError, match=f"injected fault: {fault}"):
        applied(cluster.update())
    cluster.raw.environment = {}
    assert applied(cluster.update()).plan.image.id == cluster.world.facts["new_image"]
    assert cluster.images()[-1] == cluster.world.facts["new_image"]


def test_a_failed_update_says_what_the_state_store_names(cluster: KopsCluster) -> None:
    cluster.raw.environment = {"WORLD_KOPS_FAIL": "update"}
    with pytest.raises(FailedError) as caught:
        applied(cluster.update())
    assert f"names {cluster.named('old_image')} again" in str(caught.value)
    assert cluster.stored()["spec"]["image"] == cluster.named("old_image")


def test_a_way_back_that_fails_is_told(cluster: KopsCluster) -> None:
    update = cluster.update()
    plan = planned(update)

    def fail_from_now(doing: str) -> None:
        if "template" in doing:
            cluster.raw.environment = {"WORLD_KOPS_FAIL": "replace"}
            cluster.upgrade("1.34.0")
            raise RefusedError("stopped")

    with pytest.raises(RefusedError) as caught:
        update.apply(plan, fail_from_now)
    assert f"The state store of {GROUP} still names {plan.text}" in str(caught.value)
    assert update.owes


def test_a_version_that_is_not_as_announced_is_a_failure_and_goes_back(
    cluster: KopsCluster,
) -> None:
    update = cluster.update()

    def change_meanwhile(doing: str) -> None:
        if "template" in doing:
            cluster.store(machineType="m6i.xlarge")

    with pytest.raises(FailedError, match="is not what kops announced: image .* InstanceType"):
        update.apply(planned(update), change_meanwhile)
    assert cluster.stored()["spec"]["image"] == cluster.named("old_image")
    assert cluster.images()[-1] == cluster.world.facts["old_image"]
    # Only the image is ours to take back.
    assert cluster.stored()["spec"]["machineType"] == "m6i.xlarge"


def test_a_field_that_was_not_allowed_is_none_of_those_that_were(cluster: KopsCluster) -> None:
    cluster.store(machineType="m6i.xlarge")
    update = cluster.update(allow=("LaunchTemplate/*/InstanceType",))

    def upgrade_meanwhile(doing: str) -> None:
        if "template" in doing:
            cluster.upgrade("1.34.0")

    with pytest.raises(FailedError, match="is not what kops announced: .* other fields UserData"):
        update.apply(planned(update), upgrade_meanwhile)
    assert cluster.stored()["spec"]["image"] == cluster.named("old_image")


@pytest.mark.parametrize("theirs", ["a.third/image", ""])
def test_the_image_that_somebody_else_has_named_meanwhile_stays(
    cluster: KopsCluster, theirs: str
) -> None:
    update = cluster.update()

    def name_another(doing: str) -> None:
        if "template" in doing:
            cluster.store(image=theirs)
            raise RefusedError("stopped")

    with pytest.raises(RefusedError) as caught:
        update.apply(planned(update), name_another)
    words = f"The state store of {GROUP} names {theirs or 'no image'}, as somebody else wants it"
    assert words in str(caught.value)
    assert cluster.stored()["spec"]["image"] == theirs


def test_what_is_approved_comes_before_what_is_written(cluster: KopsCluster) -> None:
    update, seen = cluster.update(), []
    plan = planned(update)
    update.apply(plan, lambda doing: seen.append((doing, len(cluster.raw.runs))))
    replaced = next(at for at, line in enumerate(cluster.raw.runs) if line.startswith("replace"))
    updated = next(at for at, line in enumerate(cluster.raw.runs) if line.endswith("--yes"))
    assert seen == [("write the state store", replaced), ("update the launch template", updated)]


def test_a_label_keeps_the_image(cluster: KopsCluster) -> None:
    whole = cluster.stored()
    whole["metadata"]["labels"]["nodeops.rotator/skip-image"] = "true"
    cluster.write(whole)
    assert cluster.update().plan(GROUP) is None


def test_a_group_of_karpenter_is_refused(cluster: KopsCluster) -> None:
    cluster.store(manager="Karpenter")
    with pytest.raises(RefusedError, match="managed by Karpenter"):
        cluster.update().plan(GROUP)


def test_a_group_that_does_not_follow_the_latest_version_is_refused(cluster: KopsCluster) -> None:
    template = cluster.world.account.groups[TEMPLATE].template
    assert template is not None
    template["Version"] = "1"
    with pytest.raises(RefusedError, match="does not follow"):
        cluster.update().plan(GROUP)


def test_an_unknown_group_is_named(cluster: KopsCluster) -> None:
    with pytest.raises(NotFoundError, match='instancegroup not found "nodes"'):
        cluster.update().plan("nodes")


def test_a_plan_holds_until_state_store_or_launch_template_change(cluster: KopsCluster) -> None:
    update = cluster.update()
    plan = planned(update)
    update.check_unmoved(plan)
    before = cluster.stored()
    cluster.store(maxSize=9)
    with pytest.raises(StalePlanError, match="Somebody changes instance group nodes-a"):
        update.check_unmoved(plan)
    cluster.write(before)
    update.check_unmoved(plan)
    applied(cluster.update())
    cluster.write(before)
    with pytest.raises(StalePlanError):
        update.check_unmoved(plan)


def test_without_a_type_in_the_specification_that_of_the_launch_template_counts(
    cluster: KopsCluster,
) -> None:
    """kops fills in what a specification leaves open when it updates the cluster."""
    whole = cluster.stored()
    del whole["spec"]["machineType"]
    cluster.write(whole)
    assert planned(cluster.update()).image.architecture == "x86_64"
    (template,) = (one for one in cluster.world.account.templates.values() if one.name == TEMPLATE)
    for version in template.versions.values():
        version.data["InstanceType"] = "m6g.large"
    plan = planned(cluster.update())
    assert plan.image.architecture == "arm64"
    assert plan.text == cluster.named("new_image").replace("amd64", "arm64")
