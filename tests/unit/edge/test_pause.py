# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pause and resume the rotation of a node group of a simulated cluster."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    NotFoundError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PAUSED
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import pause
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, due
from ansible_collections.nodeops.rotator.tests.simulation.runs import rotate
from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.edge.builders import a_module

WHY = "anna: incident 4711"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A world with a group that no run has had yet."""
    found = due()
    monkeypatch.setattr(pause, "RawAws", lambda _module: aws_call(found.account))
    monkeypatch.setattr(pause, "connect", lambda _module: kube_call(found.cluster))
    return found


def done(check_mode: bool = False, **params: Any) -> Result:
    given = {"autoscaling_group_name": BLUE, "reason": WHY, **params}
    return pause.pause(a_module(pause.SPEC, check_mode, **given))


def notes(world: World, lease: str) -> dict[str, str] | None:
    """Return the annotations of the Lease, None if there is none."""
    found = KubeClient(kube_call(world.cluster)).read_lease(lease)
    return None if found is None else dict(found.notes)


def test_a_pause_before_the_first_run_keeps_it_from_beginning(world: World) -> None:
    result = done()
    assert (result.changed, result.values["paused"], result.values["holder"]) == (True, WHY, "")
    found = notes(world, result.values["lease"])
    assert found is not None
    assert found[PAUSED] == WHY
    run = rotate(world, BLUE, pause_timeout=60)
    assert run.result is not None
    assert WHY in str(run.result.error)
    assert run.result.values["replaced"] == 0


def test_a_pause_is_set_once_replaced_and_removed(world: World) -> None:
    done()
    assert done().changed is False
    other = done(reason="ben: night shift")
    assert (other.changed, other.values["paused_before"]) == (True, WHY)
    back = done(state="resumed", reason=None)
    assert (back.changed, back.values["paused"]) == (True, "")
    assert back.values["paused_before"] == "ben: night shift"
    assert done(state="resumed").changed is False
    assert PAUSED not in (notes(world, back.values["lease"]) or {})
    run = rotate(world, BLUE)
    assert run.result is not None
    assert run.result.status == "complete"


def test_check_mode_tells_the_same_and_writes_nothing(world: World) -> None:
    result = done(check_mode=True)
    assert (result.changed, result.values["paused"]) == (True, WHY)
    assert notes(world, result.values["lease"]) is None
    done()
    assert done(check_mode=True, state="resumed").changed
    assert (notes(world, result.values["lease"]) or {})[PAUSED] == WHY


def test_to_resume_what_has_no_lease_changes_nothing(world: World) -> None:
    result = done(state="resumed")
    assert (result.changed, result.values["paused_before"]) == (False, "")
    assert notes(world, result.values["lease"]) is None


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"cluster_name": "other"}, RefusedError),
        ({"autoscaling_group_name": "gone"}, NotFoundError),
        ({"reason": "false"}, InputError),
        ({"reason": ""}, InputError),
    ],
)
def test_what_would_pause_nothing_is_an_error(
    world: World, params: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        done(**params)
    assert not [one for one in world.cluster.objects("leases") if PAUSED in str(one)]
