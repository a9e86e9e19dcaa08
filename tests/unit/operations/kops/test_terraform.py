# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""With Terraform kops writes, and somebody else changes the launch template."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kops.client import Kops
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.group_plan import (
    GroupPlan,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.terraform import (
    TerraformUpdate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.update import (
    ImageUpdate,
)
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import kops
from ansible_collections.nodeops.rotator.tests.unit.operations.kops.conftest import (
    CLUSTER,
    GROUP,
    TEMPLATE,
    KopsCluster,
)


def planned(update: ImageUpdate) -> GroupPlan:
    plan = update.plan(GROUP)
    assert plan is not None
    return plan


def apply_terraform(cluster: KopsCluster) -> None:
    """Change the launch template as Terraform does with what kops has written."""
    Kops(cluster.raw, CLUSTER, f"s3://{kops.BUCKET}").update([GROUP])


def change(cluster: KopsCluster, **data: Any) -> None:
    """Make a version of the launch template by hand."""
    given = {"LaunchTemplateName": TEMPLATE, "SourceVersion": "$Latest", "LaunchTemplateData": data}
    cluster.call("ec2", "CreateLaunchTemplateVersion", given)


def test_the_state_store_and_the_configuration_are_written_and_nothing_else(
    cluster: KopsCluster, tmp_path: Path
) -> None:
    folder, approved = tmp_path / "tf", list[str]()
    update = cluster.update(terraform=str(folder))
    assert isinstance(update, TerraformUpdate)
    done = update.apply(planned(update), approved.append)
    assert done.number == 1
    assert cluster.stored()["spec"]["image"] == cluster.named("new_image")
    assert cluster.images() == [cluster.world.facts["old_image"]]
    assert json.loads((folder / "kubernetes.tf").read_text()) == [TEMPLATE]
    assert approved == ["write the state store", "write the configuration of Terraform"]
    line = next(one for one in cluster.raw.runs if "--target terraform" in one)
    assert "--create-kube-config=false" in line
    assert "--yes" not in " ".join(cluster.raw.runs)


def test_it_is_due_until_terraform_was_applied(cluster: KopsCluster, tmp_path: Path) -> None:
    update = cluster.update(terraform=str(tmp_path))
    update.apply(planned(update), lambda doing: None)
    waiting = planned(cluster.update(terraform=str(tmp_path)))
    assert (waiting.writes_store, waiting.moves_template) == (False, True)
    apply_terraform(cluster)
    after = cluster.update(terraform=str(tmp_path), since=1)
    plan = planned(after)
    assert (plan.changed, plan.version.number) == (False, 2)
    after.check(plan)


def test_other_pending_changes_are_refused_and_the_image_goes_back(
    cluster: KopsCluster, tmp_path: Path
) -> None:
    cluster.store(machineType="m6i.xlarge")
    update = cluster.update(terraform=str(tmp_path / "tf"))
    with pytest.raises(RefusedError, match="InstanceType"):
        update.apply(planned(update), lambda doing: None)
    assert cluster.stored()["spec"]["image"] == cluster.named("old_image")
    assert not (tmp_path / "tf").exists()


def test_what_is_pending_for_another_group_would_be_applied_with_it_and_is_refused(
    cluster: KopsCluster, tmp_path: Path
) -> None:
    cluster.store("nodes-b", machineType="m6i.xlarge")
    applied = cluster.update()
    update = cluster.update(terraform=str(tmp_path / "tf"))
    with pytest.raises(RefusedError, match=f"LaunchTemplate/nodes-b.{CLUSTER}/InstanceType"):
        update.foresee(planned(update))
    with pytest.raises(RefusedError, match=f"LaunchTemplate/nodes-b.{CLUSTER}/InstanceType"):
        update.apply(planned(update), lambda doing: None)
    assert cluster.stored()["spec"]["image"] == cluster.named("old_image")
    assert not (tmp_path / "tf").exists()
    # kops itself updates the one group alone.
    assert applied.apply(planned(applied), lambda doing: None).fields == ("ImageId",)


@pytest.mark.parametrize(
    ("allow", "since", "fails"),
    [
        ((), 1, True),
        ((f"LaunchTemplate/{TEMPLATE}/KeyName",), 1, False),
        ((f"LaunchTemplate/{TEMPLATE}/UserData",), 1, True),
        ((), 0, False),
        ((), 2, False),
    ],
)
def test_what_terraform_has_made_differs_in_the_image_alone(
    cluster: KopsCluster, tmp_path: Path, allow: tuple[str, ...], since: int, fails: bool
) -> None:
    cluster.store(image=cluster.named("new_image"))
    change(cluster, ImageId=cluster.world.facts["new_image"], KeyName="ops")
    update = cluster.update(terraform=str(tmp_path), since=since, allow=allow)
    plan = planned(update)
    if not fails:
        update.check(plan)
        return
    with pytest.raises(FailedError, match="differs from version 1 in more than the image: KeyName"):
        update.check(plan)


def test_a_configuration_that_cannot_be_written_takes_the_image_back(
    cluster: KopsCluster, tmp_path: Path
) -> None:
    update = cluster.update(terraform=str(tmp_path))
    plan = planned(update)
    cluster.raw.environment = {"WORLD_KOPS_FAIL": "preview"}
    with pytest.raises(FailedError, match="names .* again"):
        update.apply(plan, lambda doing: None)
    assert cluster.stored()["spec"]["image"] == cluster.named("old_image")
