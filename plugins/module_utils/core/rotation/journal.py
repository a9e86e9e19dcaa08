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
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)

VERSION = 1
"""The form of the record that this release writes."""
READER = 1
"""The least version whose release can read what is written here."""


@dataclasses.dataclass(frozen=True)
class Journal:
    """`run` is "" while there is nothing to put back.

    `base`, `expected`, `raise_from` (-1: no raise) and `decrements` are the account of desired (see
    core.rotation.accounting). `max_size`: as found and every value we set, while MaxSize is raised.
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
    expected: int = 0
    raise_from: int = -1
    decrements: tuple[str, ...] = ()
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
    unknown: tuple[tuple[str, str], ...] = ()
    """Fields of a later release, with their JSON: kept when the record is written back."""

    @property
    def account(self) -> Account:
        """Return what is recorded of desired."""
        raised = None if self.raise_from < 0 else self.raise_from
        return Account(self.base, self.expected, raised, self.decrements)

    def accounted(self, account: Account) -> Journal:
        """Return the journal with this account of desired."""
        raised = -1 if account.raise_from is None else account.raise_from
        return dataclasses.replace(
            self,
            base=account.base,
            expected=account.expected,
            raise_from=raised,
            decrements=account.decrements,
        )

    @property
    def clean(self) -> bool:
        """Return whether nothing is left to put back."""
        return not (
            self.expected != self.base
            or self.raise_from >= 0
            or self.decrements
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
    later = {name: json.loads(text) for name, text in fields.pop("unknown", ())}
    whole = {**later, "version": VERSION, "reader": READER, **fields}
    return json.dumps(whole, separators=(",", ":"), sort_keys=True)


def load(text: str) -> Journal:
    """The journal from an annotation; an empty one for "". Raises RefusedError for one that cannot
    be understood."""
    if not text:
        return Journal()
    try:
        data: dict[str, Any] = json.loads(text)
        version = data.pop("version")
        reader = data.pop("reader", version)
        if not (_is_number(version) and _is_number(reader)) or reader > VERSION:
            raise ValueError(f"a release that writes version {version} wrote it")
        return _checked(_read(data))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise RefusedError(
            f"The record of an earlier rotation cannot be read: {error}",
            "Go on with the version of nodeops.rotator that wrote it, or put the group back"
            " by hand and delete the Lease",
        ) from error


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _read(data: dict[str, Any]) -> Journal:
    names = {field.name for field in dataclasses.fields(Journal)} - {"unknown"}
    later = {name: value for name, value in data.items() if name not in names}
    known = {name: _frozen(value) for name, value in data.items() if name in names}
    kept = tuple(sorted((name, json.dumps(value)) for name, value in later.items()))
    return Journal(**known, unknown=kept)


def _checked(journal: Journal) -> Journal:
    """Return the journal; raise TypeError for a field of another kind than its default."""
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
