# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An outdated instance in standby keeps a rotation from being complete."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import standby
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    RUNNING,
    a_context,
)

NEW = an_instance("n", fresh=True)


def a_look(name: str = "w", fresh: bool = False, journal: Any = RUNNING, **fields: Any) -> Any:
    """A look at a group of one new node, with another instance aside."""
    given = {"lifecycle": "Standby", **fields}
    aside = dataclasses.replace(an_instance(name, fresh=fresh), **given)
    group: Group = a_group(NEW, aside)
    return a_context(group, [a_node("n"), a_node(name)], journal)


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


def test_an_outdated_one_that_an_earlier_run_kept_is_told() -> None:
    assert standby.kept_and_outdated(a_look()) == []
    (told,) = standby.kept_and_outdated(a_look(kept=True))
    assert told.startswith("Instance i-w, which an earlier run has kept in standby, is outdated")
    ours = dataclasses.replace(RUNNING, kept=("i-w",))
    assert standby.kept_and_outdated(a_look(kept=True, journal=ours)) == [], "told elsewhere"
