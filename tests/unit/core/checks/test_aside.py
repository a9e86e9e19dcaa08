# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What waits outdated in a warm pool or in standby is named."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks import aside
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.preflight import (
    blockers,
    warnings,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.verify import problems
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Instance,
    WarmPool,
)
from ansible_collections.nodeops.rotator.tests.unit.core.checks.builders import (
    fresh,
    instance,
    look,
    node,
)


def pooled(*instances: Instance, **changes: Any) -> Look:
    """A look at a current node, with these instances in the warm pool."""
    return look(fresh(1), warm_pool=WarmPool(instances), **changes)


def standing(one: Instance, **changes: Any) -> Look:
    """A look at a current node, with this instance beside it."""
    return look(fresh(1), one, desired=1, **changes)


def test_without_a_pool_and_standby_there_is_nothing_to_say() -> None:
    assert list(aside.to_come(look(fresh(1)))) == list(aside.left(look(fresh(1)))) == []
    assert list(aside.to_come(pooled())) == list(aside.left(pooled())) == []


def test_preflight_says_what_a_rotation_does_with_an_outdated_instance_of_the_pool() -> None:
    found = pooled(instance(7, lifecycle="Warmed:Stopped", state="stopped"), fresh(8))
    said = (
        "The warm pool of Auto Scaling group blue has 1 outdated instance: i-7. A rotation ends"
        " what is outdated there first, and the group fills the pool again"
    )
    assert warnings(found) == (said,)
    assert blockers(found) == ()


def test_afterwards_it_is_a_problem() -> None:
    found = pooled(instance(7, lifecycle="Warmed:Stopped"), instance(9, lifecycle="Warmed:Running"))
    said = "The warm pool of Auto Scaling group blue has 2 outdated instances: i-7, i-9"
    assert problems(found, None) == (said,)


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(fresh(7, lifecycle="Warmed:Stopped"), id="current"),
        pytest.param(instance(7, lifecycle="Warmed:Terminating"), id="ending"),
        pytest.param(instance(7, lifecycle="Warmed:Terminating:Wait"), id="held while it ends"),
        pytest.param(instance(7, lifecycle="Warmed:Terminated"), id="ended"),
        pytest.param(instance(7, lifecycle="Warmed:Stopped", state="terminated"), id="gone"),
    ],
)
def test_what_is_current_or_on_its_way_out_is_not_named(one: Instance) -> None:
    assert list(aside.left(pooled(one))) == list(aside.to_come(pooled(one))) == []


def test_an_instance_that_was_taken_from_the_pool_counts_as_a_node_alone() -> None:
    found = look(instance(7), warm_pool=WarmPool((instance(7, lifecycle="Warmed:Stopped"),)))
    assert list(aside.to_come(found)) == []
    assert problems(found, None) == ("1 of 1 nodes do not run the target: node-7",)


def test_age_makes_an_instance_of_the_pool_outdated_too() -> None:
    found = pooled(fresh(7, launched_at=500.0), max_age=100.0, read_at=1000.0)
    assert "i-7" in next(aside.to_come(found))
    young = pooled(fresh(7, launched_at=950.0), max_age=100.0, read_at=1000.0)
    assert list(aside.to_come(young)) == []


def test_preflight_says_that_a_rotation_leaves_an_outdated_instance_in_standby() -> None:
    found = standing(instance(7, lifecycle="Standby"))
    said = (
        "Auto Scaling group blue has 1 outdated instance in standby: i-7. A rotation does"
        " nothing to what is in standby, and is not complete while it is outdated"
    )
    assert warnings(found) == (said,)
    assert blockers(found) == ()
    assert list(aside.to_come(standing(fresh(7, lifecycle="Standby")))) == []


def test_what_a_rotation_has_left_in_standby_on_purpose_is_no_problem() -> None:
    one = instance(7, lifecycle="Standby")
    assert list(aside.left(standing(one, left_outdated=frozenset(("i-7",))))) == []
    assert len(list(aside.left(standing(one, left_outdated=frozenset(("i-8",)))))) == 1


def test_an_outdated_instance_in_standby_is_a_problem_since_it_comes_back_as_it_is() -> None:
    said = "Auto Scaling group blue has 1 outdated instance in standby: i-7"
    assert problems(standing(instance(7, lifecycle="Standby")), None) == (said,)
    assert problems(standing(instance(7, lifecycle="EnteringStandby")), None) == (said,)


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(fresh(7, lifecycle="Standby"), id="current"),
        pytest.param(instance(7, lifecycle="Standby", state="terminated"), id="ended"),
        pytest.param(instance(7, lifecycle="Standby", kept=True), id="kept by a run"),
        pytest.param(instance(7, lifecycle="Terminating"), id="terminating"),
    ],
)
def test_what_is_in_standby_for_a_reason_or_current_is_no_problem(one: Instance) -> None:
    assert list(aside.left(standing(one))) == []


def test_a_node_that_asks_for_an_update_is_outdated_in_standby_too() -> None:
    marked = {"i-1": node(1), "i-7": node(7, annotations={"kops.k8s.io/needs-update": ""})}
    found = standing(fresh(7, lifecycle="Standby"), nodes=marked)
    assert "i-7" in next(aside.left(found))


def test_where_it_is_not_known_what_the_group_launches_nothing_is_called_outdated() -> None:
    one = instance(7, lifecycle="Warmed:Stopped")
    assert list(aside.left(pooled(one, resolved=None))) == []
    assert list(aside.left(standing(instance(7, lifecycle="Standby"), resolved=None))) == []
