# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of etcd: where they are, which are whole, and how old the newest is."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.backups import (
    bucket_of,
    moment_of,
    newest,
    outdated_backups,
    stores,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    Component,
)
from ansible_collections.nodeops.rotator.tests.unit.core.control_plane.builders import (
    STORE,
    components,
)

FOLDER = "prod.example.com/backups/etcd/main/2026-05-06T07:08:09Z-000012"
AT = datetime.datetime(2026, 5, 6, 7, 8, 9, tzinfo=datetime.UTC).timestamp()


@pytest.mark.parametrize(
    ("store", "place"),
    [
        ("s3://b/c/backups/etcd/main", ("b", "c/backups/etcd/main/")),
        ("s3://b/c/backups/etcd/main/", ("b", "c/backups/etcd/main/")),
        ("gs://b/c", None),
        ("s3://b", None),
        ("", None),
    ],
)
def test_only_a_store_in_s3_can_be_looked_into(store: str, place: tuple[str, str] | None) -> None:
    assert bucket_of(store) == place


@pytest.mark.parametrize(
    ("key", "at"),
    [
        (f"{FOLDER}/_etcd_backup.meta", AT),
        (f"{FOLDER}/etcd.backup.gz", None),
        (f"{FOLDER}/_etcd_backup.meta.tmp", None),
        ("prod.example.com/backups/etcd/main/control/etcd-cluster-spec", None),
        ("prod.example.com/backups/etcd/main/control/_etcd_backup.meta", None),
    ],
)
def test_a_backup_counts_by_the_file_that_is_written_last(key: str, at: float | None) -> None:
    assert moment_of(key) == at


def test_the_newest_backup_is_told_by_its_name() -> None:
    older = FOLDER.replace("2026", "2025")
    keys = [f"{FOLDER}/_etcd_backup.meta", f"{older}/_etcd_backup.meta"]
    assert newest(keys) == AT
    assert newest(reversed(keys)) == AT
    assert newest([f"{FOLDER}/etcd.backup.gz"]) is None


def test_the_pods_of_etcd_manager_say_where_they_back_up_to() -> None:
    assert stores(components().pods) == {"main": f"{STORE}main", "events": f"{STORE}events"}
    silent = Component("etcd-manager-cilium", "p", "a")
    assert stores([silent]) == {"cilium": ""}
    told = Component("etcd-manager-cilium", "q", "b", backup_store="s3://b/c")
    assert stores([silent, told]) == {"cilium": "s3://b/c"}


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (AT, []),
        (AT - 3600, []),
        (AT - 3601, ["the newest backup of etcd cluster main is 1 h old (s)"]),
        (None, ["etcd cluster main has no backup that can be found in s"]),
    ],
)
def test_a_backup_is_outdated_from_an_age_on(at: float | None, words: list[str]) -> None:
    assert outdated_backups({"main": "s"}, {"s": at}, AT, 3600) == words


def test_a_store_that_nobody_names_or_has_read_has_no_backup() -> None:
    assert outdated_backups({"main": ""}, {}, AT, 3600) == [
        "etcd cluster main has no backup that can be found: its pods do not say where"
    ]
    assert outdated_backups({"main": "s"}, {}, AT, 3600) == [
        "etcd cluster main has no backup that can be found in s"
    ]
