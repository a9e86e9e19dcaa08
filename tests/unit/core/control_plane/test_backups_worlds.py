# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random stores of backups: the newest whole one counts, whatever lies beside it."""

from __future__ import annotations

import datetime
import random

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.backups import (
    newest,
    outdated_backups,
)

PREFIX = "prod.example.com/backups/etcd/main/"
BEGAN = datetime.datetime(2026, 5, 6, tzinfo=datetime.UTC)


def a_store(dice: random.Random) -> tuple[list[str], list[float]]:
    """Return the keys of a store, and when its whole backups were made."""
    keys = [f"{PREFIX}control/etcd-cluster-spec"]
    whole = []
    for number in range(dice.randint(0, 12)):
        at = BEGAN + datetime.timedelta(seconds=dice.randint(0, 86400))
        folder = f"{PREFIX}{at:%Y-%m-%dT%H:%M:%SZ}-{number:06d}"
        keys.append(f"{folder}/etcd.backup.gz")
        if dice.random() < 0.7:
            keys.append(f"{folder}/_etcd_backup.meta")
            whole.append(at.timestamp())
    dice.shuffle(keys)
    return keys, whole


@pytest.mark.parametrize("seed", range(40))
def test_the_newest_whole_backup_is_found_in_any_order(seed: int) -> None:
    keys, whole = a_store(random.Random(seed))
    assert newest(keys) == max(whole, default=None)


@pytest.mark.parametrize("seed", range(40))
def test_a_store_is_good_while_its_newest_backup_is_young(seed: int) -> None:
    dice = random.Random(seed)
    keys, whole = a_store(dice)
    now = BEGAN.timestamp() + dice.randint(0, 2 * 86400)
    young = any(now - at <= 3600 for at in whole)
    found = outdated_backups({"main": "s"}, {"s": newest(keys)}, now, 3600)
    assert (found == []) is young
