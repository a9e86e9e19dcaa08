# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Node groups of several Regions, some of which cannot be read."""

from __future__ import annotations

import collections
from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    CredentialsError,
    ForbiddenError,
    NotFoundError,
    RotatorError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.identity import (
    NodeGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import discovery
from ansible_collections.nodeops.rotator.plugins.module_utils.engine import access
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.fleet.kops import (
    KopsGroups,
)

CLUSTERS = {"eu": ["demo", "shop"], "us": ["demo"], "ap": []}
KOPS = {"eu": ["blue.example.com"], "us": [], "ap": ["blue.example.com"]}
PASSING: dict[str, list[RotatorError]] = collections.defaultdict(list)
"""Errors that a Region answers with before it answers."""
CLOSED = CredentialsError("not opted in", code="UnrecognizedClientException")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> dict[str, RotatorError]:
    """An account with clusters in three Regions; an error by Region closes it."""
    closed: dict[str, RotatorError] = {}
    monkeypatch.setattr(access, "ASK_AGAIN", 0.0)
    monkeypatch.setattr(access, "ACCESS_GRACE", 0.02)

    def clusters(_aws: Any, region: str) -> list[str]:
        if region in closed:
            raise closed[region]
        if PASSING[region]:
            raise PASSING[region].pop()
        return CLUSTERS[region]

    def instance_groups(
        _aws: Any, region: str, wanted: list[str], tags: dict[str, str]
    ) -> KopsGroups:
        if region in closed:
            raise closed[region]
        named = [name for name in KOPS[region] if name in (wanted or KOPS[region])]
        made = [NodeGroup(name, region, f"nodes.{name}", tags=tags) for name in named]
        unnamed = (f"of {region}",) if region == "ap" else ()
        return KopsGroups(frozenset(KOPS[region]), tuple(made), unnamed)

    def groups(_aws: Any, region: str, wanted: list[str], tags: dict[str, str]) -> list[NodeGroup]:
        return [NodeGroup(name, region, f"{name}-blue", tags=tags) for name in wanted]

    monkeypatch.setattr(discovery, "list_clusters", clusters)
    monkeypatch.setattr(discovery, "list_node_groups", groups)
    monkeypatch.setattr(discovery, "list_kops_groups", instance_groups)
    monkeypatch.setattr(discovery.Region, "client", lambda *_args, **_options: None)
    return closed


def found(regions: tuple[str, ...] = ("eu", "us", "ap"), *clusters: str) -> discovery.Discovery:
    return discovery.discover(None, regions, clusters, {"team": "web"})


def places(result: discovery.Discovery) -> list[tuple[str, str]]:
    return [(group.region, group.cluster) for group in result.node_groups]


def test_all_clusters_of_all_regions_are_read(account: dict[str, RotatorError]) -> None:
    result = found()
    assert result.clusters == {"demo", "shop", "blue.example.com"}
    assert places(result) == [
        ("eu", "demo"),
        ("eu", "shop"),
        ("eu", "blue.example.com"),
        ("us", "demo"),
        ("ap", "blue.example.com"),
    ]
    assert result.unnamed == ("of ap",)
    assert result.unread == {}
    assert {dict(group.tags)["team"] for group in result.node_groups} == {"web"}


def test_only_the_clusters_that_are_named_are_read(account: dict[str, RotatorError]) -> None:
    result = found(("eu", "us"), "shop")
    assert places(result) == [("eu", "shop")]
    assert result.clusters == {"demo", "shop", "blue.example.com"}


def test_a_cluster_of_kops_is_named_like_one_of_eks(account: dict[str, RotatorError]) -> None:
    result = found(("eu", "us"), "blue.example.com", "shop")
    assert places(result) == [("eu", "shop"), ("eu", "blue.example.com")]


@pytest.mark.parametrize(
    ("types", "clusters"),
    [(["kops"], {"blue.example.com"}), (["eks"], {"demo", "shop"}), ([], set())],
)
def test_only_the_types_that_are_asked_for_are_looked_for(
    types: list[str], clusters: set[str], account: dict[str, RotatorError]
) -> None:
    result = discovery.discover(None, ("eu", "us"), (), {}, types)
    assert result.clusters == clusters


def test_a_cluster_that_is_nowhere_is_an_error(account: dict[str, RotatorError]) -> None:
    with pytest.raises(NotFoundError, match="bank"):
        found(("eu", "us"), "shop", "bank")


@pytest.mark.parametrize(
    "error", [CLOSED, ForbiddenError("no", code="OptInRequired")], ids=["credentials", "code"]
)
def test_a_region_that_lets_nobody_in_does_not_hide_the_others(
    error: RotatorError, account: dict[str, RotatorError]
) -> None:
    account["eu"] = error
    result = found()
    assert places(result) == [("us", "demo"), ("ap", "blue.example.com")]
    assert result.unread == {"eu": error}


def test_credentials_that_are_bad_everywhere_are_the_error(
    account: dict[str, RotatorError],
) -> None:
    account |= dict.fromkeys(CLUSTERS, CLOSED)
    with pytest.raises(CredentialsError, match="not opted in"):
        found()


@pytest.mark.parametrize(
    "error",
    [
        ForbiddenError("no", code="AccessDeniedException"),
        UnreachableError("no answer"),
        CredentialsError("they expired meanwhile", code="ExpiredTokenException"),
        CredentialsError("there are none any more"),
    ],
    ids=["denied", "unreachable", "expired", "gone"],
)
def test_any_other_error_ends_it(error: RotatorError, account: dict[str, RotatorError]) -> None:
    """A Region that was not read must not look as if it had no node groups."""
    account["us"] = error
    with pytest.raises(type(error)):
        found()


@pytest.mark.parametrize(
    "error", [CLOSED, ForbiddenError("no", code="AccessDeniedException")], ids=["closed", "denied"]
)
@pytest.mark.parametrize("regions", [("eu",), ("eu", "us")], ids=["alone", "of two"])
def test_a_single_denial_is_no_verdict(
    error: RotatorError, regions: tuple[str, ...], account: dict[str, RotatorError]
) -> None:
    told: list[str] = []
    PASSING["eu"] = [error]
    result = discovery.discover(None, regions, (), {}, tell=told.append)
    assert [region for region, _cluster in places(result)] == [
        region for region in regions for _group in (*CLUSTERS[region], *KOPS[region])
    ]
    assert result.unread == {}
    assert told == [f"Not let in yet, asked again for 60 s at most: {error.message}"]


def test_a_region_counts_as_closed_once_it_has_said_so_twice(
    account: dict[str, RotatorError],
) -> None:
    PASSING["eu"] = [CLOSED, CLOSED]
    assert found().unread == {"eu": CLOSED}
    PASSING["eu"] = [CLOSED, CLOSED, CLOSED]
    assert found(("eu",)).unread == {}, "the only one is asked for as long as all that is denied"


def test_the_clients_of_a_region_are_the_plugin_s() -> None:
    class Plugin:
        def client(self, *args: Any, **options: Any) -> tuple[Any, Any]:
            return args, options

    region = discovery.Region(Plugin(), "eu")
    assert region.client("eks", aws_config="c") == (("eks",), {"region": "eu", "aws_config": "c"})
    assert dict(region.params) == {}
