# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of a state store in S3."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kops.state_store import (
    read_text,
    split_store,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    NotFoundError,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.aws.records import StoredObject
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.world import World


@pytest.mark.parametrize(
    ("store", "parts"),
    [
        ("s3://state", ("state", "")),
        ("s3://state/", ("state", "")),
        ("s3://state/a/b", ("state", "a/b")),
        ("s3://state/a/b/", ("state", "a/b")),
    ],
)
def test_a_store_is_a_bucket_and_a_path(store: str, parts: tuple[str, str]) -> None:
    assert split_store(store) == parts


@pytest.mark.parametrize("store", ["", "state", "gs://state", "s3://", "s3:///a", "file:///a"])
def test_only_s3_is_a_store(store: str) -> None:
    with pytest.raises(InputError, match="Give one in S3"):
        split_store(store)


@pytest.fixture
def aws() -> Aws:
    world = World(Kernel())
    world.account.buckets["state"] = {
        "blue/kops-version.txt": StoredObject(b"1.33.0\n"),
        "a/blue/kops-version.txt": StoredObject(b"1.32.0\n"),
    }
    return Aws(aws_call(world.account))


@pytest.mark.parametrize(
    ("store", "text"), [("s3://state", "1.33.0\n"), ("s3://state/a/", "1.32.0\n")]
)
def test_an_object_is_read_as_text(aws: Aws, store: str, text: str) -> None:
    assert read_text(aws, store, "blue/kops-version.txt") == text


@pytest.mark.parametrize(
    ("store", "name"), [("s3://state", "red/kops-version.txt"), ("s3://gone", "x")]
)
def test_an_object_that_is_not_there_is_named(aws: Aws, store: str, name: str) -> None:
    with pytest.raises(NotFoundError, match=f"There is no {store}/{name}"):
        read_text(aws, store, name)
