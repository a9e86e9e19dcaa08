# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a group launches, and when that is asked for again."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.resolve import (
    Resolver,
    Sources,
    sources_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    Use,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import Recorded, refusal
from ansible_collections.nodeops.rotator.tests.unit.core.builders import an_instance

NOW = 5000.0
LATEST, OLD, NEW = (Use("lt-1", "$Latest"),), ("lt-1", "1"), ("lt-1", "2")


def version(number: int, image: str = "") -> dict[str, Any]:
    """A version of template lt-1 with an image of its own."""
    return {
        "VersionNumber": number,
        "LaunchTemplateName": "web",
        "LaunchTemplateData": {"ImageId": image or f"ami-{number}"},
    }


def answers(*versions: dict[str, Any]) -> Recorded:
    """AWS that answers with one version after the other."""
    return Recorded(
        DescribeLaunchTemplateVersions=[{"LaunchTemplateVersions": [one]} for one in versions]
    )


def asked(raw: Recorded) -> list[list[str]]:
    return [params["Versions"] for params in raw.asked("DescribeLaunchTemplateVersions")]


MAX_AGE = 300.0
USED = {OLD: 0.0}
"""Sources of instances, and when the last was launched from each."""


@pytest.mark.parametrize(
    ("source", "used", "later", "max_age", "again"),
    [
        pytest.param(LATEST, USED, 1, 0.0, True, id="nothing serves twice"),
        pytest.param(LATEST, USED, 1, MAX_AGE, False, id="young enough"),
        pytest.param(LATEST, {}, 1, MAX_AGE, False, id="an instance is gone"),
        pytest.param(LATEST, USED | {NEW: 0.0}, 1, MAX_AGE, True, id="something new was launched"),
        pytest.param((Use("lt-1", "2"),), USED, 1, MAX_AGE, True, id="the group points elsewhere"),
        pytest.param(LATEST, USED, MAX_AGE - 1, MAX_AGE, False, id="not too old"),
        pytest.param(LATEST, USED, MAX_AGE, MAX_AGE, True, id="too old"),
    ],
)
def test_it_is_resolved_again_where_it_may_have_moved(
    source: tuple[Use, ...], used: Sources, later: float, max_age: float, again: bool
) -> None:
    raw, resolver = answers(version(2), version(1), version(3), version(2)), Resolver()
    resolver.resolve(Aws(raw), LATEST, USED, NOW, 0.0)
    found = resolver.resolve(Aws(raw), source, used, NOW + later, max_age)
    assert found is not None
    assert found.version == ("3" if again else "2")
    assert found.resolved_at == (NOW + later if again else NOW)


@pytest.mark.parametrize(
    ("launched", "max_age", "again"),
    [
        pytest.param(NOW + 50, MAX_AGE, True, id="too long ago"),
        pytest.param(NOW + 51, MAX_AGE, False, id="within that time"),
        pytest.param(NOW + 999, MAX_AGE, False, id="by a clock that is fast"),
        pytest.param(NOW + 999, 0.0, True, id="nothing serves twice, by a clock that is fast"),
    ],
)
def test_an_instance_launched_from_it_shows_that_it_has_not_moved(
    launched: float, max_age: float, again: bool
) -> None:
    raw, resolver = answers(version(2), version(2)), Resolver()
    resolver.resolve(Aws(raw), LATEST, {NEW: NOW - 9}, NOW, 0.0)
    resolver.resolve(Aws(raw), LATEST, {NEW: launched}, NOW + 50 + MAX_AGE, max_age)
    assert len(asked(raw)) == (2 if again else 1)


def test_an_instance_launched_from_another_version_shows_nothing() -> None:
    raw, resolver = answers(version(2), version(1), version(2)), Resolver()
    for later in (0.0, MAX_AGE):
        resolver.resolve(Aws(raw), LATEST, {OLD: NOW + later}, NOW + later, MAX_AGE)
    assert asked(raw) == [["$Latest"], ["1"], ["$Latest"]]


def test_the_last_launch_from_each_source_counts() -> None:
    found = [
        dataclasses.replace(an_instance(name), launched_at=at, source=source)
        for name, at, source in (("a", 5.0, OLD), ("b", 9.0, NEW), ("c", 7.0, NEW))
    ]
    assert sources_of(found, False) == {OLD: 5.0, NEW: 9.0}


def test_the_start_of_an_instance_of_a_warm_pool_is_no_launch() -> None:
    started = dataclasses.replace(an_instance("a"), launched_at=9.0, source=OLD)
    assert sources_of([started], True) == {OLD: 0.0}


def test_a_version_in_use_is_read_once() -> None:
    raw, resolver = answers(version(2), version(1), version(2)), Resolver()
    for _time in range(2):
        resolver.resolve(Aws(raw), LATEST, USED, NOW, 0.0)
    assert asked(raw) == [["$Latest"], ["1"], ["$Latest"]]


def test_a_version_with_the_same_content_is_equivalent() -> None:
    raw = answers(version(2, "ami-9"), version(1, "ami-9"))
    found = Resolver().resolve(Aws(raw), LATEST, USED, NOW, 0.0)
    assert found is not None
    assert found.equivalent_versions == {"1"}


def test_what_was_deleted_is_asked_for_at_every_read() -> None:
    gone = refusal("InvalidLaunchTemplateId.NotFound")
    raw, resolver = Recorded(DescribeLaunchTemplateVersions=gone), Resolver()
    for _time in range(2):
        assert resolver.resolve(Aws(raw), LATEST, USED, NOW, MAX_AGE) is None
    assert len(asked(raw)) == 2


class TestOverridesWithTemplatesOfTheirOwn:
    EVERY = (
        Use("lt-1", "$Latest", ("m5.large",)),
        Use("lt-9", "4", ("m5.xlarge",)),
        Use("lt-8", "$Default", ("c5.large",)),
    )

    def test_are_resolved_each_in_a_fixed_order(self) -> None:
        raw = answers(version(2), version(7, "ami-arm"), version(4, "ami-2"))
        found = Resolver().resolve(Aws(raw), self.EVERY, {}, NOW, 0.0)
        assert found is not None
        assert [(way.source, way.image_id, way.types) for way in found.ways] == [
            (("lt-1", "2"), "ami-2", ("m5.large",)),
            (("lt-8", "7"), "ami-arm", ("c5.large",)),
            (("lt-9", "4"), "ami-2", ("m5.xlarge",)),
        ]
        named = [one["LaunchTemplateId"] for one in raw.asked("DescribeLaunchTemplateVersions")]
        assert named == ["lt-1", "lt-8", "lt-9"]

    def test_or_images_of_their_own_are_resolved_with_one_read_of_each_version(self) -> None:
        raw, pointers = (
            answers(version(2)),
            (*LATEST, Use(*LATEST[0].key, ("m5.large",), "ami-own")),
        )
        found = Resolver().resolve(Aws(raw), pointers, {}, NOW, 0.0)
        assert found is not None
        assert [(way.source, way.image_id, way.types) for way in found.ways] == [
            (("lt-1", "2"), "ami-2", ()),
            (("lt-1", "2"), "ami-own", ("m5.large",)),
        ]
        assert len(asked(raw)) == 1

    def test_are_named_if_they_do_not_exist(self) -> None:
        gone = refusal("InvalidLaunchTemplateId.NotFound")
        first = {"LaunchTemplateVersions": [version(2)]}
        raw, resolver = Recorded(DescribeLaunchTemplateVersions=[first, gone]), Resolver()
        assert resolver.resolve(Aws(raw), self.EVERY, {}, NOW, 0.0) is None
        assert resolver.missing == ("lt-8", "$Default")

    @pytest.mark.parametrize(("launched", "again"), [(NOW + 60, False), (NOW, True)])
    def test_hold_as_long_as_an_instance_of_each_shows_it(
        self, launched: float, again: bool
    ) -> None:
        raw, resolver = answers(*(version(2), version(4)) * 2, version(2), version(4)), Resolver()
        used = {NEW: NOW + 60, ("lt-9", "4"): launched}
        for at, age in ((NOW, 0.0), (NOW + 10 + MAX_AGE, MAX_AGE)):
            resolver.resolve(Aws(raw), self.EVERY[:2], used, at, age)
        assert len(asked(raw)) == (4 if again else 2)

    def test_are_resolved_again_when_the_group_points_elsewhere(self) -> None:
        raw, resolver = answers(*(version(2), version(4)) * 2), Resolver()
        moved = (self.EVERY[0], Use("lt-9", "5", ("m5.xlarge",)))
        for pointers in (self.EVERY[:2], moved):
            resolver.resolve(Aws(raw), pointers, {}, NOW, MAX_AGE)
        assert len(asked(raw)) == 4
