# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The volumes of etcd that a new node has to take over."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    EtcdVolume,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.volumes import (
    held_by,
    left_behind,
)

MAIN = EtcdVolume("vol-1", "main", 3, "eu-west-1a", "i-old")
EVENTS = EtcdVolume("vol-2", "events", 3, "eu-west-1a", "i-old")
OTHER = EtcdVolume("vol-3", "main", 3, "eu-west-1b", "i-other")
ALL = (EVENTS, OTHER, MAIN)


def attached(volume: EtcdVolume, instance: str) -> EtcdVolume:
    return dataclasses.replace(volume, instance=instance)


def test_volumes_are_those_of_an_instance() -> None:
    assert held_by(ALL, ["i-old"]) == (MAIN, EVENTS)
    assert held_by(ALL, ["i-old", "i-other"]) == (MAIN, EVENTS, OTHER)
    assert held_by(ALL, ["i-none"]) == held_by(ALL, []) == ()


def test_one_that_is_attached_nowhere_is_nobodys() -> None:
    assert held_by((attached(MAIN, ""), EVENTS), ["i-old"]) == (EVENTS,)


def test_a_node_that_has_all_of_them_lacks_nothing() -> None:
    now = [attached(one, "i-new") for one in (MAIN, EVENTS)]
    assert left_behind((MAIN, EVENTS), [*now, OTHER], "i-new") == ""
    assert left_behind((), [OTHER], "i-new") == ""


@pytest.mark.parametrize("where", ["", "i-old", "i-other"], ids=["nowhere", "old", "elsewhere"])
def test_one_that_is_not_attached_to_the_new_node_is_named(where: str) -> None:
    now = (attached(MAIN, where), attached(EVENTS, "i-new"), OTHER)
    said = left_behind((MAIN, EVENTS), now, "i-new")
    assert said.startswith("volume vol-1 of etcd cluster main, which the old node had, is not")


def test_another_one_of_the_same_etcd_cluster_is_not_the_same() -> None:
    copy = EtcdVolume("vol-9", "main", 3, "eu-west-1a", "i-new")
    now = (copy, attached(MAIN, ""), attached(EVENTS, "i-new"))
    assert "volume vol-1" in left_behind((MAIN, EVENTS), now, "i-new")
    assert "volume vol-1" in left_behind((MAIN, EVENTS), now[:1] + now[2:], "i-new")
