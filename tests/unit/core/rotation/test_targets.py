# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a group is known to have of targets."""

from __future__ import annotations

from unittest import mock

from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.targets import (
    ReadTargets,
    draining,
    with_targets,
    with_targets_of,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    INGRESS,
    a_group,
    a_target,
)

W, X, OTHER = a_target("w"), a_target("x"), a_target("w", group="other")
GROUP = a_group(targets=(W, X, OTHER))


def test_the_command_makes_one_call() -> None:
    cloud = mock.Mock()
    assert ReadTargets(INGRESS).apply(Ports(cloud, mock.Mock())) is cloud.read_targets.return_value
    assert cloud.mock_calls == [mock.call.read_targets(INGRESS)]
    assert ReadTargets.service == "aws"


def test_targets_of_one_target_group_take_the_place_of_those_before() -> None:
    found = with_targets(GROUP, INGRESS, (a_target("y"),)).targets
    assert found == (OTHER, a_target("y"))
    assert with_targets(GROUP, INGRESS, ()).targets == (OTHER,)


def test_targets_are_kept_where_their_target_group_is_still_attached() -> None:
    assert with_targets_of(a_group(target_groups=(INGRESS,)), GROUP).targets == (W, X)
    assert with_targets_of(a_group(target_groups=(INGRESS,)), None).targets == ()
    assert with_targets_of(a_group(), GROUP).targets == ()


def test_what_was_deregistered_drains_and_nothing_else() -> None:
    assert draining(GROUP, INGRESS, (("i-w", 30080),)) == (a_target("w", "draining"), X, OTHER)
    assert draining(GROUP, INGRESS, (("i-w", 1), ("i-z", 30080))) == (W, X, OTHER)


def test_what_drains_already_goes_on_to() -> None:
    group = a_group(targets=(a_target("w", "draining"), a_target("x", "unused")))
    both = (("i-w", 30080), ("i-x", 30080))
    assert {target.state for target in draining(group, INGRESS, both)} == {"draining"}
    assert draining(group, "other", both) == group.targets
