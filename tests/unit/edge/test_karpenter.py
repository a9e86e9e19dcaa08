# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""karpenter_wait watches a cluster through threads, and says what became of it."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.karpenter.policy import (
    DriftPolicy,
    drift_policy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import karpenter
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.karpenter import (
    DRIFT_SPEC,
    wait_for_karpenter,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.karpenter import Karpenter
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import small
from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.edge.builders import a_module


def test_the_defaults_of_the_options_make_the_default_policy() -> None:
    assert drift_policy(a_module(DRIFT_SPEC).params, 0.0, False) == DriftPolicy()


@pytest.mark.parametrize(
    ("image", "status"), [("old_image", "planned"), ("new_image", "unchanged")]
)
def test_check_mode_tells_which_nodes_have_drifted(
    monkeypatch: pytest.MonkeyPatch, image: str, status: str
) -> None:
    world = small.furnish(World(Kernel()))
    pools = Karpenter(world)
    pools.add_pool("spot", 2, world.facts[image])
    pools.launch_from("spot", world.facts["new_image"])
    world.kernel.advance(world.kernel.now + 60)
    monkeypatch.setattr(
        karpenter, "connect", lambda *_given, **_more: kube_call(world.cluster, "reader")
    )
    result: Any = wait_for_karpenter(a_module(DRIFT_SPEC, check_mode=True))
    assert (result.values["status"], result.changed, result.error) == (status, False, None)
    (pool,) = result.values["nodepools"]
    assert (pool["name"], len(pool["drifted"])) == ("spot", 2 if status == "planned" else 0)
    told = [event["subject"] for event in result.values["events"] if event["phase"] == "waiting"]
    assert sorted(told) == pool["drifted"]
