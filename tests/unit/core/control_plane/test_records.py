# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom the DNS records of the API servers have to name."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    Component,
    Components,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.records import (
    Records,
    kept_names,
    untold,
    why_not_named,
)
from ansible_collections.nodeops.rotator.tests.unit.core.control_plane.builders import (
    a_plane_node,
)

NAME = "api.internal.prod.example.com"
SERVER = Component(
    "kube-apiserver", "kube-apiserver-a", "a", dns_names=(NAME, "api.prod.example.com")
)
KEEPER = Component("dns-controller", "dns-controller-1", "a")
NEW = dataclasses.replace(a_plane_node("a"), addresses=frozenset({"10.0.0.9", "1.2.3.4"}))
OTHER = dataclasses.replace(a_plane_node("b"), addresses=frozenset({"10.0.0.2"}))


@pytest.mark.parametrize(
    ("pods", "names"),
    [
        ((SERVER, KEEPER), (NAME, "api.prod.example.com")),
        ((SERVER, SERVER, KEEPER), (NAME, "api.prod.example.com")),
        ((SERVER,), ()),
        ((KEEPER,), ()),
        ((dataclasses.replace(SERVER, app="web"), KEEPER), ()),
    ],
)
def test_the_names_are_those_that_api_servers_ask_dns_controller_for(
    pods: tuple[Component, ...], names: tuple[str, ...]
) -> None:
    assert kept_names(Components(pods=pods)) == tuple(sorted(names))


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ({}, ""),
        ({NAME: frozenset({"10.0.0.9", "10.0.0.2"})}, ""),
        ({NAME: frozenset({"1.2.3.4"})}, ""),
        ({NAME: frozenset({"10.0.0.2"})}, f"DNS record {NAME} to name it"),
        ({NAME: frozenset()}, f"DNS record {NAME} to name it"),
        (
            {NAME: frozenset({"10.0.0.9", "10.0.0.1"})},
            f"DNS record {NAME} to name 10.0.0.1 no longer",
        ),
        ({NAME: None}, ""),
        ({"a": None, NAME: frozenset()}, f"DNS record {NAME} to name it"),
    ],
)
def test_a_record_has_to_name_the_new_node_and_nobody_who_has_gone(
    records: Records, why: str
) -> None:
    assert why_not_named(NEW, [OTHER], records) == why


def test_of_what_cannot_be_told_the_names_are() -> None:
    assert untold({"b": None, "a": None, "c": frozenset()}) == ("a", "b")
