# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts that objects of several kinds share."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube import parts
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Owner


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:01:40Z", 100.0),
        ("1970-01-01T01:01:40+01:00", 100.0),
        ("", None),
        (None, None),
    ],
)
def test_a_moment_is_in_seconds_since_the_epoch(text: str | None, seconds: float | None) -> None:
    assert parts.moment(text) == seconds


def test_of_annotations_those_asked_for_and_ours_are_kept() -> None:
    meta = {"annotations": {"a": "1", "b": "2", "nodeops.rotator/x": "3"}}
    assert parts.kept(meta, ("a",)) == {"a": "1", "nodeops.rotator/x": "3"}
    assert parts.kept({"annotations": None}, ("a",)) == {}


def test_the_owner_is_the_controller_with_the_group_of_its_kind() -> None:
    other = {"apiVersion": "v1", "kind": "Node", "name": "n"}
    owner = {"apiVersion": "batch/v1", "kind": "Job", "name": "j", "uid": "u", "controller": True}
    core = {**owner, "apiVersion": "v1", "kind": "ReplicationController"}
    assert parts.owner_of({"ownerReferences": [other, owner]}) == Owner("Job", "j", "u", "batch")
    assert parts.owner_of({"ownerReferences": [core]}) == Owner(
        "ReplicationController", "j", "u", ""
    )
    assert parts.owner_of({"ownerReferences": [other]}) is None


@pytest.mark.parametrize(("status", "true"), [("True", True), ("False", False), ("Unknown", False)])
def test_a_condition_is_true_only_if_it_says_so(status: str, true: bool) -> None:
    found = {"conditions": [{"type": "Ready", "status": status}]}
    assert parts.is_true(found, "Ready") is true
    assert not parts.is_true(found, "Other")
    assert not parts.is_true({}, "Ready")


def test_addresses_are_told_by_their_kinds() -> None:
    found = [("InternalIP", "10.0.0.1"), ("Hostname", "a"), ("ExternalIP", "1.2.3.4")]
    status = {"addresses": [{"type": kind, "address": text} for kind, text in found]}
    assert list(parts.addresses_of(status, "InternalIP")) == ["10.0.0.1"]
    assert list(parts.addresses_of(status, "InternalIP", "ExternalIP")) == ["10.0.0.1", "1.2.3.4"]
    assert list(parts.addresses_of({}, "InternalIP")) == []
