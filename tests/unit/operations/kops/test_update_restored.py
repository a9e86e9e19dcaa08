# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A state store that names an image that has failed is restored."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.group_plan import (
    Restored,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws import build
from ansible_collections.nodeops.rotator.tests.unit.operations.kops.conftest import (
    GROUP,
    KopsCluster,
    applied,
)


def test_the_state_store_is_restored_to_what_the_launch_template_has(cluster: KopsCluster) -> None:
    cluster.store(image=cluster.named("new_image"))
    assert cluster.update().restore(GROUP) == Restored(cluster.named("old_image"))
    assert cluster.stored()["spec"]["image"] == cluster.named("old_image")
    assert len(cluster.images()) == 1
    assert cluster.update().restore(GROUP) == Restored(cluster.named("old_image"))


def test_an_image_that_somebody_else_has_named_since_the_failure_stays(
    cluster: KopsCluster,
) -> None:
    failed = cluster.world.facts["new_image"]
    chosen = build.add_image(cluster.world.account, "golden").id
    cluster.store(image=chosen)
    assert cluster.update().restore(GROUP, failed) == Restored(chosen, chosen=True)
    assert cluster.stored()["spec"]["image"] == chosen
    for left in (cluster.named("new_image"), "000000000000/gone", "no name of an image"):
        cluster.store(image=left)
        assert cluster.update().restore(GROUP, failed) == Restored(cluster.named("old_image"))


def test_where_the_launch_template_has_the_failed_image_again_both_get_the_one_before(
    cluster: KopsCluster,
) -> None:
    """Somebody has updated the cluster before the state store was restored."""
    facts, old = cluster.world.facts, cluster.named("old_image")
    applied(cluster.update())
    with pytest.raises(RefusedError, match="has the image that failed again"):
        cluster.update().restore(GROUP, facts["new_image"])
    assert cluster.update().restore(GROUP, facts["new_image"], old) == Restored(old)
    assert cluster.stored()["spec"]["image"] == old
    assert cluster.images()[-1] == facts["old_image"]
