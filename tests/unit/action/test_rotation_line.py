# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rotation_line: the line of a fleet, and where it is."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest

from ansible_collections.nodeops.rotator.plugins.action import rotation_line

AMI = {"family": "al2023", "release_version": "1.33.1-20260501"}
DONE: dict[str, Any] = {
    "_rotation_done": True,
    "_line_ended": 1e12,
    "_prepare_ami": AMI,
    "_rotate_result": {"status": "complete", "changed": True, "replaced": 2},
    "_verify_info": {"nodes": [], "problems": []},
}
RINGS = ["dev", {"name": "production", "parallel": 2}]


class Screen:
    """Collects what is shown."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def display(self, text: str) -> None:
        """Show a line."""
        self.shown.append(text)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Return what the action shows."""
    found = Screen()
    monkeypatch.setattr(rotation_line, "Display", lambda: found)
    return found


def fleet(**more: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """One cluster in dev, two in production, one of which has two node groups."""
    homes = {"d1": "d", "p1": "p", "p2": "p", "q1": "q"}
    return {
        host: {
            "cluster_name": name,
            "ring": "dev" if name == "d" else "production",
            **more.get(host, {}),
        }
        for host, name in homes.items()
    }


def at(here: str, hosts: dict[str, Any], check: bool = False, **options: Any) -> dict[str, Any]:
    """Run the action for a host."""
    args = {"hosts": list(hosts), "rings": RINGS, **options}
    task = mock.Mock(args=args, check_mode=check, async_val=0, diff=False)
    action = rotation_line.ActionModule(
        task, mock.Mock(), mock.Mock(), mock.Mock(), mock.Mock(), mock.Mock()
    )
    groups = {"all": list(hosts), "ungrouped": list(hosts)}
    variables = {
        "inventory_hostname": here,
        "hostvars": hosts,
        "groups": groups,
        "rotation_progress": "always",
        "ansible_forks": 5,
    }
    result: dict[str, Any] = action.run(task_vars=variables)
    return result


def test_a_run_of_some_rings_says_which_one_comes_next() -> None:
    assert at("d1", fleet(), only=["dev"])["next_ring"] == "production"
    assert at("d1", fleet())["next_ring"] == ""


def test_the_line_is_an_order_and_the_sizes_of_its_batches() -> None:
    found = at("d1", fleet())
    assert found["order"] == ["d1", "p1", "q1", "p2"]
    assert found["serial"] == [1, 2, 1]
    assert found["rings"] == [
        {"name": "dev", "clusters": 1, "node_groups": 1, "batches": 1},
        {"name": "production", "clusters": 2, "node_groups": 3, "batches": 2},
    ]
    assert not found["changed"]


def test_before_anything_is_rotated_the_line_itself_is_shown(screen: Screen) -> None:
    found = at("d1", fleet(), show=True)
    assert found["table"][0] == "Ring dev: 1 clusters, 1 node groups in 1 batches"
    assert screen.shown == ["\n" + "\n".join(found["table"]) + "\n"]


@pytest.mark.parametrize(
    ("here", "ring", "begins", "ends"),
    [
        ("d1", "dev", True, False),
        ("p1", "production", True, False),
        ("q1", "production", True, False),
        ("p2", "production", False, True),
    ],
)
def test_it_knows_where_it_is(here: str, ring: str, begins: bool, ends: bool) -> None:
    found = at(here, fleet())
    assert (found["ring"]["name"], found["begins"], found["ends"]) == (ring, begins, ends)


def test_no_ring_begins_before_the_one_before_is_known_to_be_done() -> None:
    assert at("d1", fleet())["not_yet"] == ""
    assert "outdated nodes are left in d1" in at("p1", fleet())["not_yet"]
    known = at("d1", fleet(d1=DONE))["states"]
    assert at("p1", fleet(), known=known)["not_yet"] == ""
    assert at("p1", fleet(), check=True)["not_yet"] == "", "a plan leaves all as it is"


def test_a_ring_is_soaked_and_gated_by_the_one_before() -> None:
    rings = [{"name": "dev", "soak": 600, "gate": "g.yml"}, "production"]
    known = at("d1", fleet(d1=DONE))["states"]
    found = at("p1", fleet(), rings=rings, known=known)
    assert found["gate"] == "g.yml"
    assert found["soak_left"] > 0
    first = at("d1", fleet(), rings=rings)
    assert (first["gate"], first["soak_left"]) == ("", 0.0)
    later = at("p2", fleet(), rings=["dev", {"name": "production", "gate": "h.yml"}])
    assert (later["gate"], later["soak_left"]) == ("", 0.0), "only where a ring begins"


def test_a_failure_stops_the_line_and_the_rest_of_its_cluster_is_passed_over() -> None:
    hosts = fleet(p1={"_line_failed": "No."})
    found = at("p1", hosts)
    assert found["stop"].startswith("The line stops in ring production: 1 of 3 node groups")
    assert found["lost"] == ["p1"]
    borne = ["dev", {"name": "production", "parallel": 2, "max_failed": 70}]
    assert at("p1", hosts, rings=borne)["stop"] == ""
    later = at("p2", fleet(), rings=borne, known=found["states"])
    assert later["passed_over"] == ["p2"]


def test_what_halts_the_line_is_why_it_stops() -> None:
    assert at("p1", fleet(), halted="The gate is closed.")["stop"] == "The gate is closed."


def test_the_release_of_the_first_is_pinned() -> None:
    found = at("d1", fleet(d1=DONE))
    assert found["pins"] == {"al2023": "20260501"}
    newer = {**DONE, "_prepare_ami": {**AMI, "release_version": "1.33.1-20260601"}}
    assert at("p1", fleet(p1=newer), pins=found["pins"])["pins"] == {"al2023": "20260501"}


def test_a_ring_can_be_rotated_alone() -> None:
    found = at("p1", fleet(), only=["production"])
    assert found["order"] == ["p1", "q1", "p2"]
    assert (found["begins"], found["not_yet"]) == (True, "")


def test_members_of_an_earlier_call_are_not_read_again() -> None:
    found = at("d1", fleet())
    bare: dict[str, Any] = {host: {} for host in found["order"]}
    again = at("p1", bare, members=found["members"])
    assert again["serial"] == found["serial"]


def test_the_table_is_made_at_the_end(screen: Screen) -> None:
    found = at("p2", fleet(p2=DONE), show=True, known={})
    assert found["table"][0].startswith("RING")
    assert found["table"][-1].endswith("3 node groups not reached.")
    assert len(screen.shown) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rings": []}, "rotation_rings is empty"),
        ({"rings": ["dev"]}, "p1 belongs to ring production, which is not in rotation_rings"),
        ({"only": ["prod"]}, "There is no ring prod"),
        ({"rings": [{"name": "dev", "policy": {"x": 1}}]}, "policy of ring dev has x"),
    ],
)
def test_what_cannot_be_right_fails_in_one_line(options: dict[str, Any], message: str) -> None:
    found = at("d1", fleet(), **options)
    assert found["failed"] is True
    assert found["msg"].startswith(message)
