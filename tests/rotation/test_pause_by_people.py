# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""People pause a rotation, a window ends it, and a Lease is taken by force."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Evict
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PAUSED
from ansible_collections.nodeops.rotator.tests.simulate.actors import Actor, play
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    images,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World


def annotate(world: World, text: str | None) -> None:
    """Set or remove the annotation of the Lease."""
    (lease,) = (
        one
        for one in world.cluster.objects("leases")
        if one["metadata"]["name"].startswith("nodeops-rotator")
    )
    world.cluster.change("leases", lease, {"metadata": {"annotations": {PAUSED: text}}})


def moments(run: Run, phase: str) -> list[float]:
    """When events of this phase were told."""
    return [at for at, event in run.events if event.phase == phase]


@pytest.mark.parametrize("seed", (1, 2, 3))
@pytest.mark.parametrize("surge", ("1", "3"))
def test_nothing_begins_while_people_pause_and_all_goes_on_after_that(
    seed: int, surge: str
) -> None:
    world = due(seed, size=6)
    began = world.kernel.now
    run = prepare(world, BLUE, max_surge=surge)
    world.kernel.after(200, lambda: annotate(world, "anna: incident 4711"))
    world.kernel.after(4000, lambda: annotate(world, None))
    run()
    assert run.result is not None
    assert run.result.error is None, run.story()[-5:]
    assert run.result.status == "complete"
    cordoned = [at - began for at in moments(run, "cordoned")]
    assert not [at for at in cordoned if 212 < at < 4000]
    assert [at for at in cordoned if at > 4000]
    assert any("anna: incident 4711" in event.text for _at, event in run.events)
    assert all_current(world)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


def test_a_pause_that_lasts_ends_the_run_as_failed_with_all_restored() -> None:
    world = due(size=6)
    run = prepare(world, BLUE, pause_timeout=1800)
    world.kernel.after(400, lambda: annotate(world, "anna: incident"))
    run()
    assert run.result is not None
    assert run.result.status == "failed"
    assert "anna: incident, for 30 min" in str(run.result.error)
    assert traces(world) == CLEAN
    assert sizes(world) == (6, 6, 6)
    later = rotate(world, BLUE, run_id="r2", pause_timeout=60)
    assert later.result is not None
    assert "paused" in str(later.result.error), "it stays until people remove it"
    annotate(world, None)
    assert rotate(world, BLUE, run_id="r3").result is not None
    assert all_current(world)


@pytest.mark.parametrize("seed", (1, 2, 3))
@pytest.mark.parametrize("surge", ("1", "3"))
def test_what_would_not_end_in_the_maintenance_window_is_left_and_named(
    seed: int, surge: str
) -> None:
    world = due(seed, size=6)
    until = world.kernel.now + 1500
    run = rotate(world, BLUE, max_surge=surge, soak=0, not_after=until, maintenance="daily")
    assert run.result is not None
    assert run.result.error is None, run.story()[-5:]
    left = run.result.values["left_outdated"]
    assert {one["why"] for one in left} <= {"the maintenance window ends"}
    assert run.result.status == ("partial" if left else "complete")
    assert images(world).count(world.facts["old_image"]) == len(left)
    assert run.result.values["replaced"] + len(left) == 6
    assert max(moments(run, "terminated")) < until
    assert traces(world) == CLEAN
    assert sizes(world) == (6, 6, 6)


def test_a_closed_window_is_refused_and_lets_be_restored() -> None:
    world = due()
    evictions = [isinstance(one, Evict) for _at, one in rotate(due(), BLUE).inbox.commands]
    with contextlib.suppress(Killed):
        rotate(world, BLUE, kill_at_command=evictions.index(True) + 1)
    world.kernel.advance(world.kernel.now + 60)
    closed = world.kernel.now
    run = rotate(world, BLUE, run_id="r2", not_after=closed, maintenance="daily")
    assert run.result is not None
    assert run.result.status == "refused"
    plan = rotate(world, BLUE, run_id="r4", not_after=closed, plan_only=True)
    assert plan.result is not None
    assert plan.result.status == "planned"
    back = rotate(world, BLUE, run_id="r3", not_after=closed, restore_only=True)
    assert back.result is not None
    assert back.result.status == "restored"
    assert {**traces(world), "journals": []} == CLEAN


@pytest.mark.parametrize("seed", (1, 2, 3))
def test_people_take_a_lease_from_a_holder_that_renews_it(seed: int) -> None:
    world = due(seed, size=6)
    old, kept = prepare(world, BLUE), prepare(world, BLUE, run_id="r2")
    forced = prepare(world, BLUE, run_id="r3", force_takeover=True)
    lives = ((old, 0.0), (kept, 300.0), (forced, 500.0))
    play(world.kernel, [Actor(world.kernel, life(run), at) for run, at in lives])
    results = [run.result for run in (old, kept, forced)]
    assert all(results)
    assert [result.status for result in results if result] == ["failed", "refused", "complete"]
    assert "was taken over by host_r3" in str(old.result and old.result.error)
    taken = next(at for at, event in forced.events if "force_takeover" in event.text)
    acted = [at for at, event in forced.events if event.phase in ("cordoned", "evicted", "surge")]
    assert min(acted) >= taken + old.policy.lease_duration
    assert all_current(world)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


def life(run: Run) -> Callable[[Actor], None]:
    """The life of somebody who does this run."""
    return lambda actor: actor.perform(run.inbox, run)
