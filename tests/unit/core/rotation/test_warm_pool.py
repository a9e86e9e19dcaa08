# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instances of a warm pool have to go, and what is done about them."""

from __future__ import annotations

import dataclasses
from typing import Any
from unittest import mock

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Instance,
    Target,
    WarmPool,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.node_index import (
    by_instance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.overlay import overlay
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.warm_pool import (
    EndPooled,
    SetReuse,
    behind,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    TARGET,
    a_group,
    a_node,
    an_instance,
)

NOW = 2000.0


def waiting(name: str, fresh: bool = False, lifecycle: str = "Warmed:Stopped") -> Instance:
    """An instance of the pool."""
    return an_instance(name, fresh, lifecycle=lifecycle, state="stopped")


def names(
    *pool: Instance, group: Any = None, nodes: Any = (), target: Target = TARGET, age: Any = None
) -> dict[str, str]:
    """The instances of the pool that have to go, with the reason."""
    found = group or a_group(an_instance("n", True), warm_pool=WarmPool(pool))
    return {one.id: why for one, why in behind(found, by_instance(nodes), target, NOW, age)}


def test_a_group_without_a_pool_has_none() -> None:
    assert names(group=a_group(an_instance("w"))) == {}


def test_an_empty_pool_has_none() -> None:
    assert names() == {}


def test_what_was_launched_from_another_version_has_to_go() -> None:
    found = names(waiting("a"), waiting("b", fresh=True), waiting("c"))
    assert found == {"i-a": "version 1, target is 2", "i-c": "version 1, target is 2"}


@pytest.mark.parametrize(
    ("lifecycle", "goes"),
    [
        ("Warmed:Pending", True),
        ("Warmed:Pending:Wait", True),
        ("Warmed:Pending:Proceed", True),
        ("Warmed:Stopped", True),
        ("Warmed:Running", True),
        ("Warmed:Hibernated", True),
        ("Warmed:Terminating", False),
        ("Warmed:Terminating:Wait", False),
        ("Warmed:Terminating:Proceed", False),
        ("Warmed:Terminated", False),
    ],
)
def test_it_has_to_go_in_every_state_of_the_pool_but_on_its_way_out(
    lifecycle: str, goes: bool
) -> None:
    assert bool(names(waiting("a", lifecycle=lifecycle))) is goes


@pytest.mark.parametrize(
    ("state", "goes"),
    [("stopped", True), ("running", True), ("shutting-down", False), ("terminated", False)],
)
def test_what_ec2_ends_is_not_ended_again(state: str, goes: bool) -> None:
    one = an_instance("a", lifecycle="Warmed:Running", state=state)
    assert bool(names(one)) is goes


def test_none_of_the_pool_is_launched_or_ending_in_the_sense_of_the_group() -> None:
    assert not waiting("a").launched
    assert not waiting("a").ending
    assert waiting("a", lifecycle="Warmed:Terminating").ending


def test_what_the_group_has_taken_is_a_node_and_drained() -> None:
    """A read shows it in both places."""
    group = a_group(an_instance("a"), warm_pool=WarmPool((waiting("a"), waiting("b"))))
    assert list(names(group=group)) == ["i-b"]


def test_an_instance_of_the_pool_is_measured_like_a_node() -> None:
    assert names(waiting("a", fresh=True), age=100.0) == {"i-a": mock.ANY}
    assert names(waiting("a", fresh=True), age=5000.0) == {}
    marked = a_node("a", annotations={"kops.k8s.io/needs-update": ""})
    before = dataclasses.replace(waiting("a", fresh=True), launched_at=900.0)
    assert list(names(before, nodes=[marked])) == ["i-a"]


def test_it_is_held_against_the_target_that_is_given() -> None:
    """After a failed canary that is what the group launches again."""
    back = Target("lt-1", "1", "ami-old", "blue")
    assert list(names(waiting("a"), waiting("b", fresh=True), target=back)) == ["i-b"]


def sent(command: EndPooled | SetReuse) -> Any:
    """The call of a port that a command makes."""
    ports = mock.create_autospec(Ports, instance=True, spec_set=False)
    ports.cloud, ports.cluster = mock.Mock(), mock.Mock()
    command.apply(ports)
    assert ports.cluster.mock_calls == []
    (call,) = ports.cloud.mock_calls
    return call


def test_each_command_makes_its_call_of_aws() -> None:
    assert sent(EndPooled("blue", "i-a")) == mock.call.end_pooled("blue", "i-a")
    assert sent(SetReuse("blue", False)) == mock.call.set_reuse("blue", False)
    assert EndPooled.service == SetReuse.service == "aws"
    assert EndPooled("blue", "i-a") == EndPooled("blue", "i-a") != EndPooled("blue", "i-b")


@pytest.mark.parametrize("reuses", [True, False])
def test_our_change_of_the_reuse_shows_at_once(reuses: bool) -> None:
    pool = WarmPool((waiting("a"),), not reuses)
    group = a_group(an_instance("w"), warm_pool=pool)
    found = overlay(group, [SetReuse("blue", reuses)]).warm_pool
    assert found == WarmPool(pool.instances, reuses)


def test_it_makes_no_pool_where_there_is_none() -> None:
    group = a_group(an_instance("w"))
    assert overlay(group, [SetReuse("blue", True)]) == group


def test_to_end_an_instance_of_the_pool_changes_nothing_else_of_the_group() -> None:
    group = a_group(an_instance("w"), warm_pool=WarmPool((waiting("a"),)))
    assert overlay(group, [EndPooled("blue", "i-a")]) == group
