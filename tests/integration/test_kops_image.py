# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images of instance groups, by the module, the stand-in for kops, and the World."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.integration.kops_wire import (
    CLUSTER,
    GROUP,
    STORE,
    TEMPLATE,
    image_name,
    shorten_leases,
    store,
    stored,
    versions,
)
from ansible_collections.nodeops.rotator.tests.integration.wire import WorldOnWire

MODULE = "kops_instance_group_image"


def run(world: WorldOnWire, env: dict[str, str | None] | None = None, **options: Any) -> Any:
    """Run the module on nodes-a with the new image, unless options say else."""
    given = {
        "kops_cluster": CLUSTER,
        "kops_state_store": f"s3://{STORE}",
        "kops_executable": world.env["WORLD_KOPS"],
        "instance_groups": [GROUP],
        "image": image_name(world),
        **options,
    }
    return world.module(MODULE, env, **given)


def test_the_image_goes_into_the_state_store_and_the_launch_template(kops: WorldOnWire) -> None:
    before = stored(kops)
    result = run(kops)
    assert result.get("msg") is None, result
    assert (result["status"], result["changed"]) == ("complete", True)
    row = result["instance_groups"][0]
    assert (row["previous_version"], row["version"]) == (1, 2)
    new = kops.report()["facts"]["new_image"]
    assert row["image_id"] == new
    old_data, new_data = versions(kops)
    assert new_data == {**old_data, "ImageId": new}
    assert stored(kops) == {**before, "spec": {**before["spec"], "image": image_name(kops)}}
    again = run(kops)
    assert (again["status"], again["changed"]) == ("unchanged", False)
    assert len(versions(kops)) == 2
    assert kops.report()["breaches"] == []


def test_no_other_group_moves_and_no_kubeconfig_of_the_caller(kops: WorldOnWire) -> None:
    store(kops, "nodes-b", {"image": image_name(kops)})
    mine = kops.folder / "kubeconfig-of-mine"
    mine.write_text("mine")
    result = run(kops, {"KUBECONFIG": str(mine)})
    assert result["status"] == "complete", result
    assert len(versions(kops, f"nodes-b.{CLUSTER}")) == 1
    assert mine.read_text() == "mine"


def test_check_mode_writes_nothing_and_shows_the_difference(still_kops: WorldOnWire) -> None:
    before, changes = stored(still_kops), still_kops.changes()
    result = run(still_kops, _ansible_check_mode=True, _ansible_diff=True)
    assert (result["status"], result["changed"]) == ("planned", True)
    assert f"LaunchTemplate/{TEMPLATE}/ImageID" in result["diff"]["after"]
    assert f"InstanceGroup/{GROUP}/spec.image" in result["diff"]["after"]
    assert stored(still_kops) == before
    assert still_kops.changes() == changes


@pytest.mark.parametrize("check", [False, True], ids=["run", "check"])
def test_another_pending_change_is_refused_and_the_old_image_is_back(
    kops: WorldOnWire, check: bool
) -> None:
    store(kops, GROUP, {"machineType": "t3.large"})
    before = stored(kops)
    result = run(kops, _ansible_check_mode=check)
    assert result["failed"]
    assert f"LaunchTemplate/{TEMPLATE}/InstanceType: m6i.large -> t3.large" in result["msg"]
    assert "\n" not in result["msg"]
    assert stored(kops) == before
    assert len(versions(kops)) == 1
    if not check:
        assert f"The state store of {GROUP} names {before['spec']['image']} again" in result["msg"]


def test_another_change_that_is_allowed_is_made_and_told(kops: WorldOnWire) -> None:
    store(kops, GROUP, {"machineType": "t3.large"})
    result = run(kops, allow_other_changes=["LaunchTemplate/*/InstanceType"])
    assert result["status"] == "complete", result
    assert versions(kops)[-1]["InstanceType"] == "t3.large"
    assert "m6i.large -> t3.large" in str(result["warnings"]), result


@pytest.mark.parametrize(
    ("fault", "number"), [("replace", 1), ("preview", 1), ("update", 1), ("update:after", 3)]
)
def test_whatever_step_of_kops_fails_the_old_image_is_back_and_the_next_run_goes_on(
    kops: WorldOnWire, fault: str, number: int
) -> None:
    before = stored(kops)
    result = run(kops, {"WORLD_KOPS_FAIL": fault})
    assert f"injected fault: {fault}" in result["msg"]
    if fault not in ("preview", "update:after"):  # which fail for the way back too
        assert stored(kops)["spec"] == before["spec"]
    result = run(kops)
    assert result["status"] == "complete", result
    assert versions(kops)[-1]["ImageId"] == kops.report()["facts"]["new_image"]


@pytest.mark.parametrize(
    ("options", "env", "said"),
    [
        ({"kops_executable": "/nowhere/kops"}, {}, "There is no kops executable /nowhere/kops"),
        ({}, {"WORLD_KOPS_VERSION": "1.34.1"}, "This kops is 1.34.1, and 1.33.0 updated"),
        ({"kops_state_store": "s3://gone"}, {}, "There is no s3://gone/demo.example.com/kops-vers"),
        ({"kops_state_store": "gs://x"}, {}, "kops_state_store is 'gs://x'"),
        ({"kops_cluster": "demo"}, {}, "There is no s3://kops-state/demo/kops-version.txt"),
        ({"instance_groups": ["nodes"]}, {}, 'instancegroup not found "nodes". Check instance_gro'),
        ({"image": "ami-0123456789abcdef0"}, {}, "ami-0123456789abcdef0"),
        ({"image": "099720109477/ubuntu/none"}, {}, "There is no image ubuntu/none of 0997201094"),
        ({"image": "latest"}, {}, "'latest' is not how kops names an image"),
        ({"image": "ssm:/gone"}, {}, "there is no parameter /gone"),
        ({"allow_other_changes": ["Subnet/*"]}, {}, "allow_other_changes has 'Subnet/*'"),
    ],
)
def test_what_cannot_be_right_is_one_line_before_anything_is_written(
    still_kops: WorldOnWire, options: dict[str, Any], env: dict[str, str | None], said: str
) -> None:
    before, changes = stored(still_kops), still_kops.changes()
    result = run(still_kops, env, **options)
    assert result["failed"], result
    assert said in result["msg"]
    assert "\n" not in result["msg"]
    assert result["status"] == "refused", result
    assert (stored(still_kops), still_kops.changes()) == (before, changes)


def test_a_label_keeps_the_image_as_it_is(kops: WorldOnWire) -> None:
    store(kops, GROUP, {"labels": {"nodeops.rotator/skip-image": ""}}, "metadata")
    result = run(kops)
    assert (result["status"], result["changed"]) == ("unchanged", False)
    assert result["instance_groups"] == [{"name": GROUP, "status": "skipped"}]
    assert len(versions(kops)) == 1


def test_a_lease_that_was_left_to_another_run_is_taken_after_its_handover_only(
    kops: WorldOnWire,
) -> None:
    first = run(kops, run_id="night-1")
    assert first["status"] == "complete", first
    store(kops, GROUP, {"image": image_name(kops, "old_image")})
    shorten_leases(kops, 10)
    before = kops.report()["seconds"]
    result = run(kops, run_id="night-2")
    assert result["status"] == "complete", result
    assert kops.report()["seconds"] - before >= 10
    assert stored(kops)["spec"]["image"] == image_name(kops)
