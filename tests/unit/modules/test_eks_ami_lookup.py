# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""eks_ami_lookup from stdin to stdout."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE
from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.modules.running import Runner

KIND = {"family": "al2023", "kubernetes_version": "1.33"}


def test_the_recommended_image_is_found(run: Runner, world: World) -> None:
    outcome = run("eks_ami_lookup", **KIND)
    assert outcome.code == 0, outcome.result
    result = outcome.result
    assert result["image_id"] == world.facts["new_image"]
    assert (result["family"], result["architecture"]) == ("al2023", "x86_64")
    assert result["kubernetes_version"] == "1.33"
    assert result["changed"] is False
    assert "update_available" not in result


@pytest.mark.parametrize("check", [False, True])
def test_it_is_compared_with_what_a_node_group_runs(run: Runner, world: World, check: bool) -> None:
    compared = {"autoscaling_group_name": BLUE}
    result = run("eks_ami_lookup", check=check, **KIND, compare_to=compared).result
    assert result["update_available"] is True
    assert sorted(result["current_image_ids"]) == sorted(
        {world.facts["old_image"], world.facts["new_image"]}
    )
    assert result["current"]["image_id"] == world.facts["old_image"]
    assert result["behind_days"] > 0
    assert run.writes() == []


def test_the_version_of_the_cluster_is_the_one_looked_for(run: Runner, world: World) -> None:
    result = run("eks_ami_lookup", family="al2023", eks_cluster=world.name).result
    assert result["image_id"] == world.facts["new_image"]
    assert (result["kubernetes_version"], result["control_plane_version"]) == ("1.33", "1.33")


def test_all_releases_are_listed_newest_first(run: Runner, world: World) -> None:
    result = run("eks_ami_lookup", **KIND, releases=True).result
    found = [release["image_id"] for release in result["releases"]]
    assert found.index(world.facts["new_image"]) < found.index(world.facts["old_image"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param({"family": "al2024"}, "family must be one of", id="no family"),
        pytest.param({**KIND, "variant": "tiny"}, "has no variant tiny", id="no variant"),
        pytest.param({**KIND, "os_release": "9"}, "takes no os_release", id="no release of an OS"),
        pytest.param(
            {**KIND, "kubernetes_version": "1.12"}, "Kubernetes 1.12", id="no image of that version"
        ),
        pytest.param({**KIND, "release_version": "1.33.0-19990101"}, "19990101", id="no release"),
        pytest.param(
            {**KIND, "compare_to": {"autoscaling_group_name": "demo-bleu"}},
            "There is no Auto Scaling group demo-bleu",
            id="no group",
        ),
        pytest.param(
            {**KIND, "compare_to": {}}, "one of the following is required", id="compared to nothing"
        ),
        pytest.param(
            {"family": "custom", "kubernetes_version": "1.33"},
            "Set name_pattern, tags or filters",
            id="a custom image that nobody describes",
        ),
        pytest.param({**KIND, "min_age": "soon"}, "min_age", id="no number"),
    ],
)
def test_bad_input_is_told_in_one_line(
    run: Runner, world: World, options: dict[str, Any], words: str
) -> None:
    assert words in run("eks_ami_lookup", **options).message
    assert run.writes() == []
