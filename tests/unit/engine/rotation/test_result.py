# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module reports of a run: nodes, counts, and what is left."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Stop, View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodeRecord,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.result import (
    conclude,
    diff,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    HELD,
    NOW,
    RUNNING,
    a_context,
)

GROUP = a_group(an_instance("w"), an_instance("x", image_id="ami-older"))
DONE = NodeRecord(
    "gone",
    "i-gone",
    "b",
    "version 1, target is 2",
    "terminated",
    True,
    NOW - 90,
    NOW - 30,
    "ami-old",
    14,
    ("shop/cart", "bank/till"),
)


def a_look(**more: Any) -> RotationContext:
    """A look at two outdated nodes of which none was begun."""
    fields: dict[str, Any] = {"held": False, **more}
    return a_context(fields.pop("group", GROUP), [a_node("w"), a_node("x")], **fields)


def values(**more: Any) -> dict[str, Any]:
    """The result's values."""
    return conclude(a_look(**more), "complete").values


def test_the_end_is_told_with_its_error_and_whether_anything_was_changed() -> None:
    error = FailedError("why")
    result = conclude(a_look(changed=True), "failed", error)
    assert (result.status, result.error, result.changed) == ("failed", error, True)
    assert result.values["status"] == "failed"
    assert conclude(a_look(), "planned").changed is False


class TestNodes:
    def test_that_were_replaced_come_before_those_that_wait(self) -> None:
        nodes = values(records={"i-gone": DONE})["nodes"]
        assert [node["name"] for node in nodes] == ["gone", "w", "x"]
        assert nodes[0] == {
            "name": "gone",
            "instance_id": "i-gone",
            "zone": "b",
            "reason": "version 1, target is 2",
            "phase": "terminated",
            "replaced": True,
            "image_id": "ami-old",
            "evictions": 14,
            "blocked_by": ["shop/cart", "bank/till"],
            "console_output": "",
            "seconds": 60.0,
            "phase_seconds": {},
        }

    def test_that_wait_are_told_as_outdated(self) -> None:
        node = values()["nodes"][0]
        assert (node["phase"], node["replaced"], node["seconds"]) == ("outdated", False, 0.0)

    def test_that_were_begun_count_until_now(self) -> None:
        begun = dataclasses.replace(DONE, name="w", instance_id="i-w", ended=None, replaced=False)
        nodes = values(records={"i-w": begun})["nodes"]
        assert [(node["name"], node["seconds"]) for node in nodes] == [("w", 90.0), ("x", 0.0)]

    def test_say_how_long_they_were_in_each_phase(self) -> None:
        began = NodeRecord("w", "i-w", "a", "old", began=NOW - 50, since=NOW - 50)
        ctx = a_context(GROUP, [a_node("w")], records={"i-w": began})
        for later, phase in ((20.0, "draining"), (25.0, "draining"), (30.0, "volumes")):
            ctx.now = NOW + later
            ctx.about("i-w", phase=phase)
        ctx.now = NOW + 37.04
        (told, *_others) = conclude(ctx, "failed").values["nodes"]
        assert told["phase_seconds"] == {"cordoned": 70.0, "draining": 10.0, "volumes": 7.0}
        ctx.about("i-w", phase="terminated", ended=ctx.now)
        ctx.now += 100
        (told, *_others) = conclude(ctx, "failed").values["nodes"]
        assert told["phase_seconds"] == {"cordoned": 70.0, "draining": 10.0, "volumes": 7.0}

    def test_that_were_launched_in_this_run_and_stay_are_new(self) -> None:
        group = a_group(
            an_instance("w"), an_instance("n", fresh=True), an_instance("m", fresh=True)
        )
        gone = Marks(gone=frozenset(("i-m",)))
        ctx = a_context(group, [a_node("n")], boots={"i-n": 83.26, "i-m": 5.0}, marks=gone)
        assert conclude(ctx, "complete").values["new_nodes"] == [
            {
                "name": "n",
                "instance_id": "i-n",
                "zone": "a",
                "image_id": "ami-new",
                "seconds": 83.3,
            }
        ]

    def test_what_was_restored_is_told_at_the_end_alone(self) -> None:
        before = dataclasses.replace(RUNNING, max_size=(9, 11))
        group = a_group(an_instance("w"), max_size=9)
        for mode, told in (("release", 1), ("settle", 0)):
            ctx = a_context(group, [a_node("w")], mode=mode, to_restore=before)
            assert len(conclude(ctx, "failed").values["restored"]) == told


class TestCounts:
    @pytest.mark.parametrize(
        ("more", "key", "value"),
        [
            pytest.param({}, "replaced", 0, id="nothing replaced"),
            pytest.param({"records": {"i-gone": DONE}}, "replaced", 1, id="one replaced"),
            pytest.param({}, "outdated", 2, id="two outdated"),
            pytest.param({"marks": Marks(gone=frozenset(("i-w",)))}, "outdated", 1, id="one ended"),
            pytest.param({"records": {"i-gone": DONE}}, "evictions", 14, id="evictions"),
            pytest.param(
                {"records": {"i-gone": DONE}},
                "blocked_by",
                ["bank/till", "shop/cart"],
                id="PDBs",
            ),
            pytest.param({}, "old_image_ids", ["ami-old", "ami-older"], id="images"),
            pytest.param({}, "seconds", NOW, id="seconds"),
            pytest.param({"ours": 1}, "base", 1, id="the base"),
            pytest.param({"ours": 1}, "desired", 2, id="desired"),
            pytest.param({"resumed": True}, "resumed", True, id="resumed"),
        ],
    )
    def test_are_of_this_run(self, more: dict[str, Any], key: str, value: Any) -> None:
        assert values(**more)[key] == value

    @pytest.mark.parametrize("reason", ["surplus", "broken"])
    def test_the_image_of_a_removed_new_node_is_not_an_old_one(self, reason: str) -> None:
        new = dataclasses.replace(DONE, reason=reason, image_id="ami-new")
        assert values(records={"i-gone": new})["old_image_ids"] == ["ami-old", "ami-older"]

    @pytest.mark.parametrize(
        ("journal", "known", "verdict"),
        [
            (dataclasses.replace(RUNNING, canary="failed"), "passed", "failed"),
            (RUNNING, "passed", "passed"),
            (RUNNING, "none", "none"),
        ],
    )
    def test_the_verdict_outlives_the_record(
        self, journal: Journal, known: str, verdict: str
    ) -> None:
        assert values(journal=journal, canary=known)["canary"] == verdict

    @pytest.mark.parametrize(
        ("source", "told"),
        [(("lt-1", "1"), "1"), (("old-config", ""), "old-config"), (("", ""), "")],
    )
    def test_what_new_instances_are_launched_from_again(
        self, source: tuple[str, str], told: str
    ) -> None:
        assert values(launches_from=source)["rolled_back_to"] == told


class TestWhatIsNotKnown:
    @pytest.mark.parametrize(
        "group", [None, dataclasses.replace(GROUP, resolved=None)], ids=["no group", "no template"]
    )
    def test_before_a_run_could_begin_nothing_is_made_up(self, group: Any) -> None:
        ctx = a_look(group=group, mode="survey", target=None, left=("it stays",))
        found = conclude(ctx, "refused").values
        assert (found["base"], found["desired"], found["outdated"]) == (0, 0, 0)
        assert (found["target"], found["nodes"]) == ({}, [])
        assert found["not_restored"] == ["it stays"]
        assert found["autoscaling_group_name"] == "blue"

    def test_a_template_that_is_deleted_in_a_run_hides_nothing(self) -> None:
        found = values(group=dataclasses.replace(GROUP, resolved=None))
        assert found["outdated"] == 2
        assert found["target"]["version"] == "2"


class TestWhatStays:
    FENCED = dataclasses.replace(RUNNING, fenced=True)
    SENTENCE = "Scale-in protection of Auto Scaling group blue stays on"
    HELD_BY = (
        "Not restored yet by somebody: Lease nodeops-rotator-x-e3b0c44298 stays held until it"
        " expires"
    )

    @pytest.mark.parametrize(
        ("held", "stop", "told"),
        [
            pytest.param(False, None, [], id="the lock was given up: all was restored"),
            pytest.param(True, None, [SENTENCE], id="the lock is held: the run was cut short"),
            pytest.param(False, Stop("signal SIGTERM"), [SENTENCE], id="somebody stopped it"),
        ],
    )
    def test_is_named_where_the_run_was_cut_short(
        self, held: bool, stop: Stop | None, told: list[str]
    ) -> None:
        ctx = a_look(journal=self.FENCED, held=held, lease=None)
        ctx.view = View(ctx.view.cache, stop=stop)
        assert conclude(ctx, "failed").values["not_restored"] == told

    @pytest.mark.parametrize(
        ("holder", "mode", "told"),
        [
            pytest.param(
                "", "survey", [SENTENCE], id="an earlier run left it, and we may not begin"
            ),
            pytest.param("me", "survey", [SENTENCE], id="we have just taken the lock"),
            pytest.param(
                "somebody",
                "survey",
                [f"Not restored yet by somebody: {SENTENCE}", HELD_BY],
                id="its Lease is still held",
            ),
            pytest.param("", "release", [], id="all was restored"),
        ],
    )
    def test_of_an_earlier_run_is_named_where_nobody_else_restores_it(
        self, holder: str, mode: str, told: list[str]
    ) -> None:
        lease = dataclasses.replace(HELD, holder=holder)
        ctx = a_look(journal=self.FENCED, held=False, lease=lease, mode=mode)
        assert conclude(ctx, "refused").values["not_restored"] == told

    @pytest.mark.parametrize(("holder", "told"), [("", []), ("somebody", [HELD_BY])])
    def test_a_lease_that_somebody_holds_is_named_though_nothing_is_recorded(
        self, holder: str, told: list[str]
    ) -> None:
        lease = dataclasses.replace(HELD, holder=holder)
        ctx = a_look(journal=Journal(), held=False, lease=lease, mode="survey")
        assert conclude(ctx, "refused").values["not_restored"] == told

    def test_what_could_not_be_restored_comes_first(self) -> None:
        ctx = a_look(journal=self.FENCED, held=True, lease=None, left=("it stays",))
        assert conclude(ctx, "failed").values["not_restored"] == ["it stays", self.SENTENCE]


@pytest.mark.parametrize(
    ("status", "after"),
    [
        pytest.param(
            "complete", "gone: replaced by ami-new\nw: ami-old\nx: ami-older\n", id="what was done"
        ),
        pytest.param(
            "planned",
            "gone: replaced by ami-new\nw: replaced by ami-new\nx: replaced by ami-new\n",
            id="what would be",
        ),
    ],
)
def test_the_difference_shows_images_before_and_after(status: Any, after: str) -> None:
    result = conclude(a_look(records={"i-gone": DONE}), status)
    assert diff(result) == {"before": "gone: ami-old\nw: ami-old\nx: ami-older\n", "after": after}
