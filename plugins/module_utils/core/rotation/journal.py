# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record what to restore, in an annotation of the Lease.

It is written before each change and holds only what cannot be read again. When a run dies, the next
one resumes from it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from typing import Any, Literal

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
    """What a rotation has changed and how it was before.

    `run`: the run that wrote it; "" while there is nothing to restore.
    `base`, `expected`, `raise_from` (-1: no raise), `decrements`: the account of desired (see
    core.rotation.accounting).
    `max_size`: the value found and every value we set, while MaxSize is raised.
    `suspended`: processes that we suspended.
    `fenced`: we protect the group's instances from scale-in. `protected`: instances that were
    protected before; `protects_new`: the group's setting before; `unprotected`: instances without
    protection although that setting was on.
    `spread`: difference between the fullest and the emptiest zone at the beginning.
    `tainted`: we have set soft taints.
    `canary`: "" (not judged), "passed" or "failed".
    `deregistered_targets`: what we deregistered, as (target group, instance, port).
    `expected_taints`: keys of the blocking taints that Ready nodes carried at the beginning.
    `broken`: DaemonSets (namespace/name) most of whose pods were not ready at the beginning.
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
    unprotected: tuple[str, ...] = ()
    spread: int = 0
    tainted: bool = False
    canary: Literal["", "passed", "failed"] = ""
    canaries: int = 0
    failures: tuple[str, ...] = ()
    deregistered_targets: tuple[tuple[str, str, int], ...] = ()
    expected_taints: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    """What most of the outdated nodes offered at the beginning (see core.rotation.offers)."""
    short: tuple[tuple[str, int], ...] = ()
    """Workloads that a run left short of pods, with their ready pods before it."""
    previous: tuple[str, str] = ("", "")
    """The template and version, or launch configuration, that the outdated nodes came from."""
    pointer_owed: bool = False
    """The canary failed, and what the group launches from has not gone back yet."""
    kept: tuple[str, ...] = ()
    """Instances among `decrements` that go into standby instead of being ended."""
    closing: tuple[str, ...] = ()
    """The closing words of a run that was stopped (see core.report.closing)."""
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
        """Return whether nothing is left to restore."""
        return not (
            self.expected != self.base
            or self.raise_from >= 0
            or self.decrements
            or self.pointer_owed
            or self.max_size
            or self.suspended
            or self.fenced
            or self.tainted
            or self.deregistered_targets
        )


def dump(journal: Journal) -> str:
    """Return the journal as JSON for the Lease's annotation, without default values."""
    fields = {
        field.name: getattr(journal, field.name)
        for field in dataclasses.fields(journal)
        if getattr(journal, field.name) != field.default
    }
    later = {name: json.loads(text) for name, text in fields.pop("unknown", ())}
    whole = {**later, "version": VERSION, "reader": READER, **fields}
    return json.dumps(whole, separators=(",", ":"), sort_keys=True)


def load(text: str) -> Journal:
    """Return the journal in an annotation; an empty one for "".

    Raises RefusedError if the annotation cannot be read.
    """
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
            "Run the version of nodeops.rotator that wrote it, or restore the group by hand"
            " and delete the Lease",
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
    """Return the journal; raise TypeError if a field is not of its default's type."""
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


def lease_name(arn: str) -> str:
    """Return the name of the Lease that is lock and record of an Auto Scaling group.

    It follows from the group's ARN alone, so that every run finds the same one whatever options it
    was given. The end of the ARN makes it readable.
    """
    group = arn.rsplit("autoScalingGroupName/", 1)[-1]
    return f"nodeops-rotator-{_fit(group.lower(), 30)}-{_digest(arn)}"


def label_value(text: str) -> str:
    """Return the text as a label value, which has 63 characters of a small alphabet.

    What does not fit is cut, and a hash keeps it distinct.
    """
    if re.fullmatch(r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?", text):
        return text
    return f"{_fit(text, 50)}-{_digest(text)}"


def _fit(text: str, length: int) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text)[:length].strip("-") or "x"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]
