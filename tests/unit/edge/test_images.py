# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of eks_ami_lookup, and when Kubernetes is connected to."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.families import FAMILIES
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.family import (
    ARCHITECTURES,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.request import (
    Search,
    from_params,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import images
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.images import (
    COMPARE_SPEC,
    COMPARED,
    SPEC,
    look_up,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, due
from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.edge.builders import a_module


def test_the_defaults_of_the_options_look_for_nothing_in_particular() -> None:
    assert from_params(a_module(SPEC).params) == Search()


def test_every_family_and_architecture_can_be_chosen() -> None:
    assert SPEC["family"]["choices"] == [*FAMILIES, "custom"]
    assert SPEC["architecture"]["choices"] == list(ARCHITECTURES)


def test_what_is_compared_with_is_one_thing() -> None:
    assert set(COMPARED) <= set(COMPARE_SPEC)
    assert SPEC["compare_to"]["mutually_exclusive"] == [COMPARED]
    assert SPEC["compare_to"]["required_one_of"] == [COMPARED]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A world that the lookup reaches; whoever connects to its cluster is counted."""
    found = due()
    found.facts["connected"] = 0

    def connect(_module: Any) -> Any:
        found.facts["connected"] += 1
        return kube_call(found.cluster)

    monkeypatch.setattr(images, "RawAws", lambda _module: aws_call(found.account))
    monkeypatch.setattr(images, "connect", connect)
    return found


COMPARE = {"autoscaling_group_name": BLUE, "version": "$Latest"}


def test_an_image_by_version_needs_no_connection(world: World) -> None:
    result = look_up(a_module(SPEC, family="al2023", kubernetes_version="1.33"))
    assert result.values["image_id"] == world.facts["new_image"]
    assert world.facts["connected"] == 0


def test_the_version_of_the_nodes_needs_one(world: World) -> None:
    result = look_up(a_module(SPEC, family="al2023", compare_to=COMPARE))
    assert result.values["kubernetes_version_source"] == "nodes"
    assert world.facts["connected"] > 0


def test_warnings_are_no_return_values(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(_module: Any) -> None:
        raise UnreachableError("no answer")

    monkeypatch.setattr(images, "connect", connect)
    params = {"kubernetes_version": "1.33", "eks_cluster": "demo"}
    result = look_up(a_module(SPEC, family="al2023", compare_to=COMPARE, **params))
    assert "warnings" not in result.values
    assert any("could not be asked" in line for line in result.warnings)
    assert (result.changed, result.error) == (False, None)


def test_what_cannot_be_meant_is_refused_before_anything_is_asked(world: World) -> None:
    before = dict(world.account.gate.calls)
    with pytest.raises(InputError, match="min_age is -1"):
        look_up(a_module(SPEC, family="al2023", min_age=-1))
    assert world.account.gate.calls == before
