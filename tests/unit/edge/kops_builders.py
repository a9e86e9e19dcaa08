# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else who works on the same instance group as the module."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import kops_images
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kops_images import (
    SPEC,
    set_images,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.change import (
    ChangeMade,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LeaseClaim,
    LockOrder,
)
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import kops
from ansible_collections.nodeops.rotator.tests.unit.edge.builders import a_module
from ansible_collections.nodeops.rotator.tests.unit.operations.kops.conftest import (
    CLUSTER,
    GROUP,
    KopsCluster,
)

Meanwhile = Callable[[], None]


class Waiting:
    """A Lease that somebody holds, who does something meanwhile, once or each time."""

    def __init__(self, meanwhile: Iterable[Meanwhile] = (), recorded: Journal = Journal()) -> None:
        self._meanwhile, self.recorded = iter(meanwhile), recorded
        self.orders: list[LockOrder] = []
        self.left: tuple[LeaseClaim, ...] = ()

    def __call__(self, _module: Any) -> Waiting:
        return self

    def journal(self, arn: str) -> Journal:
        return self.recorded

    def check_cluster(self, groups: Any, named: str, aws: Any) -> str:
        return "uid"

    def elsewhere(self, groups: Any, run_id: str) -> tuple[()]:
        return ()

    def change(self, order: LockOrder, act: Callable[[float], ChangeMade[Any]], keep: bool) -> Any:
        self.orders.append(order)
        next(self._meanwhile, lambda: None)()
        made = act(float("inf"))
        self.left = made.claims
        if made.error is not None:
            raise made.error
        return made.answer


def reached(monkeypatch: pytest.MonkeyPatch) -> KopsCluster:
    """A kops cluster that the module reaches, whose Lease is free."""
    made = KopsCluster.built()
    monkeypatch.setattr(kops_images, "RawAws", lambda _module: made.call)
    monkeypatch.setattr(kops_images, "RawKops", lambda _module: made.raw)
    monkeypatch.setattr(kops_images, "Locks", Waiting())
    return made


def done(cluster: KopsCluster, **params: Any) -> Any:
    given = {
        "kops_cluster": CLUSTER,
        "kops_state_store": f"s3://{kops.BUCKET}",
        "instance_groups": [GROUP],
        "image": cluster.named("new_image"),
        "run_id": "night-7",
        **params,
    }
    return set_images(a_module(SPEC, **given))


def waits(monkeypatch: pytest.MonkeyPatch, *meanwhile: Meanwhile, **recorded: Any) -> Waiting:
    """Let each of these happen while the Lease is waited for, one after the other."""
    found = Waiting(meanwhile, Journal(**recorded))
    monkeypatch.setattr(kops_images, "Locks", found)
    return found


def by_hand(cluster: KopsCluster) -> None:
    """Update the whole cluster with kops, as somebody else does."""
    words = ["update", "cluster", "--name", CLUSTER, "--state", f"s3://{kops.BUCKET}"]
    ran = cluster.raw([*words, "--create-kube-config=false", "--yes"], "")
    assert ran.code == 0, ran.errors


class Between:
    """Lets something happen right after a command of kops, once."""

    def __init__(self, cluster: KopsCluster, after: str, act: Meanwhile) -> None:
        self._raw, self._after, self._act = cluster.raw, after, act
        self._done = False

    def __call__(self, words: Any, given: str) -> Any:
        ran = self._raw(words, given)
        what = "yes" if "--yes" in words else "preview" if "update" in words else words[0]
        if what == self._after and "--help" not in words and not self._done:
            self._done = True
            self._act()
        return ran


def between(
    cluster: KopsCluster, monkeypatch: pytest.MonkeyPatch, after: str, act: Meanwhile
) -> None:
    found = Between(cluster, after, act)
    monkeypatch.setattr(kops_images, "RawKops", lambda _module: found)
