# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every combination of things that a control plane node can lack."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    Components,
    EtcdVolume,
    Health,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.whole import (
    Asked,
    Place,
    why_not_whole,
)
from ansible_collections.nodeops.rotator.tests.unit.core.control_plane.builders import (
    READ_AT,
    a_plane_node,
    changed,
    components,
    volumes,
)


@dataclasses.dataclass
class Seen:
    """What is seen of node a."""

    place: Place = dataclasses.field(
        default_factory=lambda: Place("g", "i-a", "a", a_plane_node("a"))
    )
    components: Components = dataclasses.field(default_factory=components)
    volumes: list[EtcdVolume] = dataclasses.field(default_factory=volumes)
    stale: frozenset[str] = frozenset()

    def why(self, unanswered: bool = False) -> str:
        return why_not_whole(
            self.place, self.components, self.volumes, Asked(unanswered, stale=self.stale)
        )


def not_ready(seen: Seen) -> None:
    seen.place = dataclasses.replace(seen.place, node=a_plane_node("a", ready=False))


def unlabelled(seen: Seen) -> None:
    seen.place = dataclasses.replace(seen.place, node=a_plane_node("a", labels={"x": "y"}))


def silent(seen: Seen) -> None:
    seen.stale = frozenset("a")


def without_events_volume(seen: Seen) -> None:
    seen.volumes = [one for one in seen.volumes if (one.etcd, one.zone) != ("events", "a")]


def scheduler_down(seen: Seen) -> None:
    seen.components = changed(seen.components, "kube-scheduler", "a", ready=False)


def etcd_down(seen: Seen) -> None:
    seen.components = changed(seen.components, "etcd-manager-main", "a", ready=False)


def etcd_restarted(seen: Seen) -> None:
    seen.components = changed(seen.components, "etcd-manager-events", "a", started=READ_AT - 30)


def api_not_ready(seen: Seen) -> None:
    health = {**seen.components.health, "a": Health(False, "500")}
    seen.components = dataclasses.replace(seen.components, health=health)


Flaw = Callable[[Seen], None]
FLAWS: tuple[Flaw, ...] = (
    not_ready,
    unlabelled,
    silent,
    without_events_volume,
    scheduler_down,
    etcd_down,
    etcd_restarted,
    api_not_ready,
)
PAIRS = [
    pytest.param(pair, id=" ".join(f.__name__ for f in pair))
    for pair in itertools.combinations(FLAWS, 2)
]


@pytest.mark.parametrize("flaw", FLAWS, ids=lambda flaw: flaw.__name__)
@pytest.mark.parametrize("unanswered", [False, True])
def test_each_flaw_alone_is_enough(flaw: Flaw, unanswered: bool) -> None:
    seen = Seen()
    flaw(seen)
    assert seen.why(unanswered) != ""


@pytest.mark.parametrize("pair", PAIRS)
def test_no_flaw_hides_another(pair: tuple[Flaw, Flaw]) -> None:
    seen = Seen()
    for flaw in pair:
        flaw(seen)
    assert seen.why() != ""


@pytest.mark.parametrize("flaw", FLAWS, ids=lambda flaw: flaw.__name__)
def test_a_flaw_of_one_node_is_none_of_another(flaw: Flaw) -> None:
    seen = Seen()
    flaw(seen)
    seen.place = Place("h", "i-b", "b", a_plane_node("b"))
    assert seen.why() == ""


@pytest.mark.parametrize("unanswered", [False, True])
def test_without_a_flaw_it_is_whole_however_it_is_judged(unanswered: bool) -> None:
    assert Seen().why(unanswered) == ""
