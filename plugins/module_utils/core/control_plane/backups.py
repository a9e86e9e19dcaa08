# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge the backups of etcd, which are in a store beside the cluster.

A backup is a folder of the store that is named by its moment and a counter, as in
2026-05-06T07:08:09Z-000012. Its file _etcd_backup.meta is written last (etcd-manager: docs, the
backup structure).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Literal, Union

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    Component,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import duration

BackupCheck = Literal["require", "warn", "off"]
"""What becomes of a control plane whose newest backup is too old."""
META = "_etcd_backup.meta"
"""The last file of a backup."""
_KEY = re.compile(r"(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)-[^/]*/" + re.escape(META) + r"$")
_STORE = re.compile(r"s3://(?P<bucket>[^/]+)/(?P<path>.+?)/*$")
Newest = Mapping[str, Union[float, None]]
"""The moment of the newest backup by store, None for none at all."""


def bucket_of(store: str) -> tuple[str, str] | None:
    """Return bucket and prefix of a store in S3, None for another kind of store."""
    found = _STORE.match(store)
    return (found["bucket"], found["path"] + "/") if found else None


def moment_of(key: str) -> float | None:
    """Return when a whole backup was made, by the key of its last file.

    None for other keys.
    """
    found = _KEY.search(key)
    if found is None:
        return None
    return datetime.datetime.fromisoformat(found["at"].replace("Z", "+00:00")).timestamp()


def newest(keys: Iterable[str]) -> float | None:
    """Return when the newest whole backup among these keys was made, None for none."""
    return max((at for key in keys if (at := moment_of(key)) is not None), default=None)


def stores(pods: Iterable[Component]) -> dict[str, str]:
    """Return where each etcd cluster is backed up to, by its name.

    "" if its pods do not say.
    """
    found: dict[str, str] = {}
    for pod in sorted(pods, key=lambda pod: pod.name):
        if pod.etcd:
            found[pod.etcd] = found.get(pod.etcd) or pod.backup_store
    return found


def outdated_backups(
    stores_: Mapping[str, str], known: Newest, now: float, max_age: float
) -> list[str]:
    """Return which etcd cluster has no backup that is young enough, a clause each.

    `now`: seconds since the epoch. `max_age`: seconds.
    """
    return [
        why
        for name, store in sorted(stores_.items())
        if (why := _why(name, store, known, now, max_age))
    ]


def _why(name: str, store: str, known: Newest, now: float, max_age: float) -> str:
    at = known.get(store)
    if at is None:
        where = f" in {store}" if store else ": its pods do not say where"
        return f"etcd cluster {name} has no backup that can be found{where}"
    age = now - at
    if age <= max_age:
        return ""
    return f"the newest backup of etcd cluster {name} is {duration(age)} old ({store})"
