# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An event knows which instance it is about."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import NOBODY, About
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodeRecord,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.subjects import about

RECORD = NodeRecord("ip-10-0-0-4", "i-old", "a", "version 1, target is 2")


def a_member(identity: str, outdated: str = "") -> Member:
    instance = Instance(identity, zone="b", lifecycle="InService")
    return Member(instance, None, outdated, leaving=False, marked=False, joined=False)


MEMBERS = (a_member("i-new"), a_member("i-next", "version 1, target is 2"))


@pytest.mark.parametrize(
    ("subject", "meant"),
    [
        ("ip-10-0-0-4", About("i-old", "a", True)),
        ("i-old", About("i-old", "a", True)),
        ("i-new", About("i-new", "b", False)),
        ("i-next", About("i-next", "b", True)),
        ("blue", NOBODY),
        ("ip-10-0-0-44", NOBODY),
    ],
)
def test_a_name_or_an_id_means_one_instance(subject: str, meant: About) -> None:
    assert about(subject, [RECORD], MEMBERS) == meant


def ended(identity: str, at: float) -> NodeRecord:
    return dataclasses.replace(RECORD, instance_id=identity, ended=at)


def test_a_name_that_is_used_again_means_the_instance_that_is_there() -> None:
    node = Node(RECORD.name, "uid", "1")
    again = dataclasses.replace(MEMBERS[0], node=node)
    assert about(RECORD.name, [ended("i-old", 5.0)], [again]) == About("i-new", "b", False)
    surplus = dataclasses.replace(RECORD, instance_id="i-new")
    assert about(RECORD.name, [ended("i-old", 5.0), surplus], [again]) == About("i-new", "a", True)


def test_a_name_of_instances_that_have_gone_means_the_one_that_went_last() -> None:
    gone = [ended("i-first", 5.0), ended("i-last", 9.0), ended("i-second", 7.0)]
    assert about(RECORD.name, gone, MEMBERS) == About("i-last", "a", True)
    assert about("i-first", gone, MEMBERS) == About("i-first", "a", True)
