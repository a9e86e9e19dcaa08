# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Kubernetes version an image is looked up for, and from where it is taken."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    RefusedError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.image import (
    Image,
    parse_time,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.releases import Chosen
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami import current
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami.current import Current
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami.version import (
    VersionSource,
)

OF_GROUP = Current(instance_ids=("i-1",))
ALONE = Current()


def named(minor: str) -> Image:
    """An image whose name says its version."""
    name = f"amazon-eks-node-al2023-x86_64-standard-{minor}-v20260501"
    made = parse_time("2026-05-01T00:00:00Z")
    return Image("ami-1", name, "x86_64", made, owner_alias="amazon")


class Versions:
    """The versions that nodes and control plane would tell.

    None: they cannot be asked.
    """

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, nodes: tuple[str, ...] | None, control_plane: str
    ) -> None:
        self.nodes, self.asked = nodes, 0
        monkeypatch.setattr(current, "node_versions", self._nodes)
        monkeypatch.setattr(current, "control_plane_version", lambda *_args: control_plane)

    def _nodes(self, _call: Any, _ids: Any) -> list[str]:
        self.asked += 1
        if self.nodes is None:
            raise UnreachableError("no connection")
        return list(self.nodes)


def choose(
    wanted: str,
    in_use: Current = OF_GROUP,
    cluster: str = "",
    needed: bool = True,
    downgrade: bool = False,
) -> tuple[Chosen, VersionSource]:
    unused: Any = None
    source = VersionSource(Aws(unused), cluster, in_use, lambda: unused, downgrade)
    return source.choose(wanted, needed), source


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        ("", Chosen("1.33", "nodes")),
        ("nodes", Chosen("1.33", "nodes")),
        ("control_plane", Chosen("1.34", "control_plane")),
        ("1.34", Chosen("1.34", "given")),
        ("1.33.5", Chosen("1.33", "given")),
    ],
)
def test_a_version_comes_from_where_it_is_asked_for(
    wanted: str, chosen: Chosen, monkeypatch: pytest.MonkeyPatch
) -> None:
    Versions(monkeypatch, ("v1.33.1", "v1.33.4"), "1.34")
    assert choose(wanted, cluster="demo")[0] == chosen


@pytest.mark.parametrize(
    ("nodes", "in_use", "chosen"),
    [
        (("v1.33.1",), Current(instance_ids=("i-1",), nodegroup_version="1.32"), "nodes"),
        ((), Current(instance_ids=("i-1",), nodegroup_version="1.32"), "nodegroup"),
        ((), Current(found=(named("1.31"),), instance_ids=()), "image"),
        (None, Current(found=(named("1.31"),), instance_ids=("i-1",)), "image"),
        (None, Current(instance_ids=("i-1",), nodegroup_version="1.32"), "nodegroup"),
    ],
)
def test_without_a_wish_it_is_that_of_the_nodes_else_of_eks_else_of_the_image(
    nodes: tuple[str, ...] | None, in_use: Current, chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Versions(monkeypatch, nodes, "1.34")
    found, _source = choose("", in_use)
    versions = {"nodes": "1.33", "nodegroup": "1.32", "image": "1.31"}
    assert found == Chosen(versions[chosen], chosen)  # type: ignore[arg-type]


def test_what_belongs_to_no_version_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Versions(monkeypatch, ("v1.33.1",), "1.34")
    assert choose("", needed=False)[0] == Chosen("", "none")
    assert seen.asked == 0
    assert choose("1.33", needed=False)[0] == Chosen("1.33", "given")


def test_nothing_to_take_it_from_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    Versions(monkeypatch, (), "")
    with pytest.raises(InputError, match="No kubernetes_version is given"):
        choose("", ALONE)


@pytest.mark.parametrize("wanted", ["nodes", ""])
def test_nodes_of_several_versions_decide_nothing(
    wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Versions(monkeypatch, ("v1.32.1", "v1.33.1"), "")
    with pytest.raises(RefusedError, match="several Kubernetes versions: 1.32, 1.33"):
        choose(wanted)


def test_only_nodes_that_are_asked_for_by_name_have_to_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Versions(monkeypatch, None, "1.34")
    with pytest.raises(UnreachableError):
        choose("nodes")
    found, source = choose("1.33", cluster="demo")
    assert found.version == "1.33"
    assert "nodes could not be asked for their version" in source.warnings[0]


@pytest.mark.parametrize(
    ("wanted", "downgrade", "words"),
    [
        ("1.35", False, "newer than the control plane"),
        ("1.35", True, "newer than the control plane"),
        ("1.32", False, "older than the nodes"),
        ("1.32", True, ""),
        ("1.34", False, ""),
    ],
)
def test_a_version_fits_between_nodes_and_control_plane(
    wanted: str, downgrade: bool, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Versions(monkeypatch, ("v1.33.1",), "v1.34.2-eks-1")
    if not words:
        found, source = choose(wanted, cluster="demo", downgrade=downgrade)
        assert (found.version, source.control_plane) == (wanted, "1.34")
        return
    with pytest.raises(RefusedError, match=words):
        choose(wanted, cluster="demo", downgrade=downgrade)


def test_without_a_cluster_the_control_plane_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    Versions(monkeypatch, ("v1.33.1",), "1.20")
    assert choose("1.33")[1].control_plane == ""
