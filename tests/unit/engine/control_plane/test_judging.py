# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why the control plane may not lose a node now, and what a new node of it lacks."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    EtcdVolume,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shared import (
    OUT,
    out_note,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.streaks import (
    Streak,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane.judging import (
    lacks,
    observed,
    obstacle,
    surveyed,
    too_long_held,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import an_instance
from ansible_collections.nodeops.rotator.tests.unit.core.control_plane.builders import (
    READ_AT,
    STORE,
    a_plane_group,
    changed,
    components,
    machines,
    volumes,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.control_plane.builders import (
    WORKERS,
    a_look,
    our_group,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_policy,
)

DOWN = changed(components(), "kube-apiserver", "b", ready=False)
YOUNG = {f"{STORE}{name}": READ_AT - 60 for name in ("main", "events")}
FRESH = Journal()
BEGINS: dict[str, Any] = {
    "mode": "survey",
    "journal": FRESH,
    "backups": YOUNG,
    "shared_read": NOW,
    "shared_held": False,
    "held": False,
}


def refusal(**more: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        surveyed(a_look(**{**BEGINS, **more}))
    return str(caught.value)


class TestBefore:
    def test_a_control_plane_that_is_well_may_be_touched(self) -> None:
        assert surveyed(a_look(**BEGINS)) is True

    def test_one_node_that_is_not_whole_is_a_refusal(self) -> None:
        assert refusal(found=DOWN).startswith(
            "Control plane node b of Auto Scaling group b is not whole: kube-apiserver is not Ready"
        )

    def test_it_says_who_has_taken_that_node_out(self) -> None:
        note = Lease("shared", notes=((OUT, out_note("b", "i-b", "r9")),))
        assert "A run has taken its instance i-b out: run b again first" in refusal(
            found=DOWN, shared=note
        )
        other = Lease("shared", notes=((OUT, out_note("c", "i-c", "r9")),))
        assert "taken" not in refusal(found=DOWN, shared=other)

    def test_a_wrong_shape_is_a_refusal(self) -> None:
        wrong = machines(c=a_plane_group("c", MaxSize=2))
        assert "cannot be rotated: c has the sizes 1/1/2 instead of 1/1/1" in refusal(shown=wrong)

    @pytest.mark.parametrize(
        ("backups", "words"),
        [({}, "has no backup"), (dict.fromkeys(YOUNG, READ_AT - 7200), "is 2 h old")],
    )
    def test_an_old_backup_is_a_refusal(self, backups: dict[str, float], words: str) -> None:
        assert words in refusal(backups=backups)

    @pytest.mark.parametrize("check", ["warn", "off"])
    def test_an_old_backup_is_none_where_the_user_knows_better(self, check: Any) -> None:
        ctx = a_look(**{**BEGINS, "backups": {}}, policy=a_policy(etcd_backup_check=check))
        assert surveyed(ctx) is True
        warned = any(event.phase == "warning" for event in ctx.events)
        assert warned is (check == "warn")

    def test_its_own_node_that_an_earlier_run_took_out_is_no_refusal(self) -> None:
        found = changed(components(), "kube-apiserver", "a", ready=False)
        begun = Journal(run="r0", fenced=True)
        assert surveyed(a_look(**{**BEGINS, "found": found, "journal": begun})) is True
        assert "node a of" in refusal(found=found)

    def test_while_another_run_is_at_work_nothing_is_judged(self) -> None:
        lease = Lease("shared", holder="him", renewed="t", duration=30)
        more = {"shared": lease, "shared_seen": {"shared": ("t", NOW)}, "found": DOWN}
        assert surveyed(a_look(**{**BEGINS, **more})) is True

    def test_what_was_read_before_the_lease_was_ours_does_not_count(self) -> None:
        more = {"shared_held": True, "held": True, "first_confirmed": NOW + 1, "found": DOWN}
        ctx = a_look(**{**BEGINS, **more})
        assert surveyed(ctx) is False
        assert ctx.memory.report.problem is None

    def test_a_refusal_under_the_lease_gives_it_back_first(self) -> None:
        ctx = a_look(**{**BEGINS, "shared_held": True, "held": True, "found": DOWN})
        assert surveyed(ctx) is False
        assert isinstance(ctx.memory.report.problem, RefusedError)

    @pytest.mark.parametrize(
        "more",
        [
            {"group": our_group(tags=WORKERS)},
            {"group": our_group(fresh=True)},
            {"policy": a_policy(restore_only=True)},
        ],
    )
    def test_where_no_node_of_it_goes_nothing_is_asked(self, more: dict[str, Any]) -> None:
        ctx = a_look(**{**BEGINS, "found": DOWN, "at": -1e9, **more})
        assert surveyed(ctx) is True
        assert ctx.commands == []


@pytest.mark.parametrize(
    ("world", "words"),
    [
        ({}, ""),
        ({"found": DOWN}, "control plane node b is not whole"),
        ({"at": NOW - 31}, "has not been read lately"),
        ({"shown": machines("ab")}, ""),
        ({"shown": machines("a")}, "has changed: it has one node"),
        (
            {"streaks": {name: Streak(0, NOW, 99) for name in ("i-a", "i-b")}},
            "control plane node c has not been whole for 120 s yet",
        ),
        ({"group": our_group(tags=WORKERS), "found": DOWN}, ""),
    ],
)
def test_why_no_node_may_go_now(world: dict[str, Any], words: str) -> None:
    found = obstacle(a_look(**world))
    assert words in found
    assert bool(found) is bool(words)


SPARE = EtcdVolume("vol-9", "main", 3, "a")


class TestNewNode:
    GROUP = our_group(fresh=True)

    def lacking(self, **world: Any) -> str:
        ctx = a_look(**{"group": self.GROUP, **world})
        return lacks(ctx, ctx.situation.members[0])

    def test_one_that_has_been_whole_for_long_lacks_nothing(self) -> None:
        assert self.lacking() == ""

    @pytest.mark.parametrize(
        ("world", "words"),
        [
            ({"at": NOW - 31}, "the control plane to be read"),
            ({"streaks": {}}, "120 s in which it is whole"),
            (
                {"found": changed(components(), "kube-apiserver", "a", ready=False)},
                "the control plane node to be whole: kube-apiserver is not Ready on it",
            ),
            (
                {
                    "group": dataclasses.replace(
                        GROUP, former=(an_instance("old", state="shutting-down"),)
                    )
                },
                "the end of instance i-old",
            ),
            (
                {
                    "group": dataclasses.replace(
                        GROUP, former=(an_instance("old", state="terminated"),)
                    )
                },
                "",
            ),
            ({"volumes": tuple(volumes("a"))}, ""),
            (
                {"volumes": (EtcdVolume("vol-9", "main", 3, "a", "i-old"),)},
                "the volumes of the old node: volume vol-9 of etcd cluster main, which the old node"
                " had, is not attached to it",
            ),
            (
                {"shown": dataclasses.replace(machines(), volumes=(*volumes(), SPARE))},
                "the volumes of the old node: etcd cluster main has 4 volumes for 3 control plane"
                " groups",
            ),
            ({"group": our_group(fresh=True, tags=WORKERS), "streaks": {}}, ""),
        ],
    )
    def test_what_it_waits_for(self, world: dict[str, Any], words: str) -> None:
        assert self.lacking(**world) == words


def test_the_volumes_of_the_node_that_is_to_go_are_kept_in_mind() -> None:
    ctx = a_look(**BEGINS)
    assert surveyed(ctx)
    assert [one.id for one in ctx.memory.plane.volumes] == ["vol-events-a", "vol-main-a"]
    gone = a_look(**{**BEGINS, "group": our_group(fresh=True), "volumes": (SPARE,)})
    assert surveyed(gone)
    assert gone.memory.plane.volumes == (SPARE,), "what is remembered stays"


def test_it_goes_on_being_read_while_it_is_rotated() -> None:
    ctx = a_look(at=NOW - 11)
    observed(ctx)
    assert {type(command).__name__ for command in ctx.commands} == {
        "ReadMachines",
        "ReadComponents",
    }
    workers = a_look(our_group(tags=WORKERS), at=NOW - 11)
    observed(workers)
    assert workers.commands == []


@pytest.mark.parametrize(("held_for", "error"), [(599.0, False), (600.0, True)])
def test_a_drained_node_is_held_for_as_long_as_an_end_may_take(
    held_for: float, error: bool
) -> None:
    ctx = a_look(timers={"held i-a": NOW - held_for})
    found = too_long_held(ctx, ctx.situation.members[0], "node b is not whole: why")
    assert (found is not None) is error
    if found is not None:
        assert str(found).endswith("is drained and was not ended: node b is not whole: why")


def test_etcd_clusters_that_no_api_server_answers_for_are_named() -> None:
    ctx = a_look(**BEGINS)
    assert surveyed(ctx) is True
    texts = [event.text for event in ctx.events]
    assert "etcd cluster events is judged indirectly, by pods and volumes" in texts
