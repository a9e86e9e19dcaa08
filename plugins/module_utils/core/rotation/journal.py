# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a rotation: what to put back, written before the act into the Lease's annotation.
Private.

It holds nothing that can be read from the world again. A run that dies leaves it there, and the
next one goes on.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError

VERSION = 1


@dataclasses.dataclass(frozen=True)
class Journal:
    """`run` is "" while there is nothing to put back.

    `surge`: how much we have raised desired and not taken back, counting the raise in `intent`
    (from, to) as done; `retiring`: instances that we terminate with decrement; each one gone takes
    1 off the surge. `max_size`: as found and every value we set, while MaxSize is raised.
    `suspended`: the processes that we suspended. `fenced`: protection is ours; `protected`:
    instances that had it before; `protects_new`: the group's setting before, and `bare`, where that
    is on, the instances without protection. `spread`: difference between fullest and emptiest zone
    as found. `tainted`: soft taints are ours. `canary`: "" (not judged), "passed", "failed".
    `pushed`: targets that we deregistered, by (target group, instance, port). `usual`: keys of the
    blocking taints that Ready nodes of the group carried at the beginning, and `broken`: DaemonSets
    (namespace/name) most of whose pods were not ready.
    """

    run: str = ""
    group: str = ""
    target: tuple[str, str, str] = ("", "", "")
    base: int = 0
    surge: int = 0
    intent: tuple[int, int] | None = None
    retiring: tuple[str, ...] = ()
    max_size: tuple[int, ...] | None = None
    suspended: tuple[str, ...] = ()
    fenced: bool = False
    protected: tuple[str, ...] = ()
    protects_new: bool = False
    bare: tuple[str, ...] = ()
    spread: int = 0
    tainted: bool = False
    canary: str = ""
    canaries: int = 0
    failures: tuple[str, ...] = ()
    pushed: tuple[tuple[str, str, int], ...] = ()
    usual: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing is left to put back."""
        return not (
            self.surge
            or self.max_size
            or self.suspended
            or self.fenced
            or self.tainted
            or self.pushed
        )


def dump(journal: Journal) -> str:
    """The journal as the Lease's annotation holds it: JSON without what has its default."""
    fields = {
        field.name: getattr(journal, field.name)
        for field in dataclasses.fields(journal)
        if getattr(journal, field.name) != field.default
    }
    return json.dumps({"version": VERSION, **fields}, separators=(",", ":"), sort_keys=True)


def load(text: str) -> Journal:
    """The journal from an annotation; an empty one for "". Raises RefusedError for one that cannot
    be understood."""
    if not text:
        return Journal()
    try:
        data: dict[str, Any] = json.loads(text)
        if data.pop("version") != VERSION:
            raise ValueError("another version wrote it")
        return _checked(Journal(**{name: _frozen(value) for name, value in data.items()}))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise RefusedError(
            f"The record of an earlier rotation cannot be read: {error}",
            "Go on with the version of nodeops.rotator that wrote it, or put the group back"
            " by hand and delete the Lease",
        ) from error


def _checked(journal: Journal) -> Journal:
    """Itself. Raises TypeError for a field of another kind than its default."""
    for field in dataclasses.fields(Journal):
        value = getattr(journal, field.name)
        kinds: Any = (tuple, type(None)) if field.default is None else type(field.default)
        if not isinstance(value, kinds) or isinstance(value, bool) is not isinstance(
            field.default, bool
        ):
            raise TypeError(f"{field.name} is {value!r}")
    return journal


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def lease_name(cluster: str, group: str) -> str:
    """The name of the Lease that is lock and record of a node group."""
    return "nodeops-rotator-" + hashlib.sha256(f"{cluster}/{group}".encode()).hexdigest()[:16]
