# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in standby is left and named, or nothing begins beside it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import standby
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    RUNNING,
    a_context,
    a_policy,
)

NEW = an_instance("n", fresh=True)


def a_look(
    name: str = "w",
    fresh: bool = False,
    journal: Any = RUNNING,
    does: str = "refuse",
    **fields: Any,
) -> Any:
    """A look at a group of one new node, with another instance aside."""
    given = {"lifecycle": "Standby", **fields}
    aside = dataclasses.replace(an_instance(name, fresh=fresh), **given)
    group: Group = a_group(NEW, aside)
    nodes = [a_node("n"), a_node(name)]
    return a_context(group, nodes, journal, policy=a_policy(standby_instances=does))


@pytest.mark.parametrize(
    ("look", "named"),
    [
        pytest.param(a_look(), True, id="outdated"),
        pytest.param(a_look(lifecycle="EnteringStandby"), True, id="on its way"),
        pytest.param(a_look(fresh=True), False, id="current"),
        pytest.param(a_look(state="terminated"), False, id="ended"),
        pytest.param(a_look(kept=True), False, id="kept by an earlier run"),
        pytest.param(
            a_look(journal=dataclasses.replace(RUNNING, kept=("i-w",))), False, id="kept by us"
        ),
        pytest.param(a_look(lifecycle="InService"), False, id="a member like others"),
    ],
)
def test_an_outdated_one_that_somebody_put_there_is_named(look: Any, named: bool) -> None:
    error = standby.error_of_outdated(look)
    assert (error is not None) is named
    assert error is None or "i-w of blue is in standby and outdated (" in error.message


KEPT = dataclasses.replace(RUNNING, kept=("i-w",))
WHY = "version 1, target is 2"


@pytest.mark.parametrize("fresh", [False, True])
def test_nothing_begins_beside_one_in_standby_if_that_is_asked(fresh: bool) -> None:
    refused = standby.refusal(a_look(fresh=fresh))
    assert isinstance(refused, RefusedError)
    assert "Auto Scaling group blue has an instance in standby (i-w)" in refused.message
    assert "standby_instances: leave" in refused.hint
    assert standby.refusal(a_look(fresh=fresh, does="leave")) is None


@pytest.mark.parametrize(
    "look",
    [
        pytest.param(a_look(kept=True), id="kept by an earlier run"),
        pytest.param(a_look(journal=KEPT), id="kept by us"),
        pytest.param(a_look(lifecycle="InService"), id="in service"),
    ],
)
def test_what_a_rotation_keeps_itself_is_no_reason(look: Any) -> None:
    assert standby.refusal(look) is None
    assert standby.here(look) == []


def test_one_that_is_left_is_named_and_is_no_failure() -> None:
    look = a_look(does="leave")
    one = {"name": "w", "instance_id": "i-w"}
    assert standby.here(look) == [{**one, "outdated": WHY}]
    assert standby.left_outdated(look) == [{**one, "why": f"in standby, {WHY}"}]
    assert standby.error_of_outdated(look) is None
    assert standby.left_outdated(a_look()) == [], "not on purpose"


def test_a_current_one_is_named_too_and_leaves_nothing_outdated() -> None:
    look = a_look(fresh=True, does="leave")
    assert [one["outdated"] for one in standby.here(look)] == [""]
    assert standby.left_outdated(look) == []
    assert standby.here(a_look(state="terminated")) == []


def test_one_without_a_node_goes_by_its_id() -> None:
    aside = dataclasses.replace(an_instance("w"), lifecycle="Standby")
    look = a_context(a_group(NEW, aside), [a_node("n")], RUNNING)
    assert [one["name"] for one in standby.here(look)] == ["i-w"]


def test_a_control_plane_is_refused_whatever_is_asked() -> None:
    group = dataclasses.replace(
        a_group(NEW, dataclasses.replace(an_instance("w"), lifecycle="Standby")),
        tags={"k8s.io/role/control-plane": "1", "kops.k8s.io/instancegroup": "cp"},
    )
    look = a_context(group, [a_node("n"), a_node("w")], policy=a_policy(standby_instances="leave"))
    assert look.kind.serves_api
    refused = standby.refusal(look)
    assert refused is not None
    assert refused.hint == "Put it back into service or end it"


def test_an_outdated_one_that_an_earlier_run_kept_is_told() -> None:
    assert standby.kept_and_outdated(a_look()) == []
    (told,) = standby.kept_and_outdated(a_look(kept=True))
    assert told.startswith("Instance i-w, which an earlier run has kept in standby, is outdated")
    assert standby.kept_and_outdated(a_look(kept=True, journal=KEPT)) == [], "told elsewhere"


@pytest.mark.parametrize(
    ("more", "named"),
    [
        pytest.param({}, True, id="back in service"),
        pytest.param({"left_out": {"i-w": "beyond the limit of 1"}}, False, id="left on purpose"),
        pytest.param({"marks": Marks(gone=frozenset(("i-w",)))}, False, id="ended, by a late read"),
    ],
)
def test_an_outdated_one_that_comes_back_at_the_end_is_named(more: Any, named: bool) -> None:
    look = a_context(a_group(NEW, an_instance("w")), [a_node("n"), a_node("w")], RUNNING, **more)
    error = standby.error_of_returned(look)
    assert (error is not None) is named
    assert error is None or error.message.startswith(
        f"Node w of blue is outdated ({WHY}), and came"
    )
