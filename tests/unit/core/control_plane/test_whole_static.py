# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Static pods of a control plane node: those that all others have."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    Component,
    Components,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.whole import (
    Asked,
    Place,
    why_not_whole,
)
from ansible_collections.nodeops.rotator.tests.unit.core.control_plane.builders import (
    a_plane_node,
    components,
    volumes,
)

WELL = components()


def why(found: Components) -> str:
    return why_not_whole(Place("g", "i-a", "a", a_plane_node("a")), found, volumes(), Asked())


def a_static(app: str, on: str, **fields: Any) -> Component:
    """A static pod that is none of every control plane."""
    return Component(app, f"{app}-{on}", on, static=True, **fields)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ([("kube-proxy", "b"), ("kube-proxy", "c")], "kube-proxy is not Ready on it"),
        ([("kube-proxy", "b")], ""),
        ([("kube-proxy", "a")], ""),
        ([("kube-proxy", "w")], ""),
    ],
)
def test_static_pods_that_all_others_have_have_to_be_there(
    more: list[tuple[str, str]], words: str
) -> None:
    found = (*WELL.pods, *(a_static(app, on) for app, on in more))
    assert why(dataclasses.replace(WELL, pods=found)) == words


def test_a_static_pod_that_all_have_has_to_be_ready() -> None:
    found = (*WELL.pods, *(a_static("kms", on, ready=on != "a") for on in "abc"))
    assert why(dataclasses.replace(WELL, pods=found)) == "kms is not Ready on it"


def test_of_a_daemonset_others_may_have_more() -> None:
    more = tuple(Component("agent", f"agent-{on}", on) for on in "bc")
    assert why(dataclasses.replace(WELL, pods=(*WELL.pods, *more))) == ""
