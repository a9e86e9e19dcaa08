# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is returned for an instance group, and shown as its difference."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.group_plan import (
    GroupDone,
    Restored,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.result import (
    diff_group,
    show_group,
    tell_allowed,
    tell_chosen,
)
from ansible_collections.nodeops.rotator.tests.unit.operations.kops.conftest import (
    GROUP,
    TEMPLATE,
    KopsCluster,
)


def foreseen(cluster: KopsCluster, *allow: str) -> GroupDone:
    update = cluster.update(allow=allow)
    plan = update.plan(GROUP)
    assert plan is not None
    return update.foresee(plan)


def test_a_group_is_shown_with_what_it_had_and_has(cluster: KopsCluster) -> None:
    shown = show_group(foreseen(cluster), "planned")
    facts = cluster.world.facts
    assert (shown["name"], shown["status"], shown["launch_template_name"]) == (
        GROUP,
        "planned",
        TEMPLATE,
    )
    assert (shown["previous_image"], shown["image"]) == (
        cluster.named("old_image"),
        cluster.named("new_image"),
    )
    assert (shown["previous_image_id"], shown["image_id"]) == (
        facts["old_image"],
        facts["new_image"],
    )
    assert (shown["previous_version"], shown["version"]) == (1, 2)


def test_a_difference_has_a_line_for_the_state_store_and_for_the_template(
    cluster: KopsCluster,
) -> None:
    old, new = cluster.named("old_image"), cluster.named("new_image")
    assert diff_group(foreseen(cluster)) == (
        f"InstanceGroup/{GROUP}/spec.image: {old} -> {new}\n"
        f"LaunchTemplate/{TEMPLATE}/ImageID: {cluster.world.facts['old_image']} -> {new}\n"
    )


def test_what_kops_announces_is_shown_as_it_does(cluster: KopsCluster) -> None:
    cluster.store(image=cluster.named("new_image"), machineType="m6i.xlarge")
    done = foreseen(cluster, "LaunchTemplate/*/InstanceType")
    assert diff_group(done) == (
        f"LaunchTemplate/{TEMPLATE}/ImageID: {cluster.world.facts['old_image']} ->"
        f" {cluster.named('new_image')}\n"
        f"LaunchTemplate/{TEMPLATE}/InstanceType: m6i.large -> m6i.xlarge\n"
    )
    assert "InstanceType: m6i.large -> m6i.xlarge" in tell_allowed(done)


def test_without_other_changes_nothing_is_told(cluster: KopsCluster) -> None:
    assert tell_allowed(foreseen(cluster)) == ""


def test_an_image_that_somebody_else_has_named_is_told() -> None:
    said = tell_chosen(GROUP, Restored("own/golden", chosen=True))
    assert said.startswith("The state store of nodes-a was left")
    assert "it names own/golden" in said
