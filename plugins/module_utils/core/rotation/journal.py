# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record what to restore, in an annotation of the Lease.

It is written before each change and holds only what cannot be read again. When a run dies, the next
one resumes from it.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Target
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.forms import (
    is_a,
    types_of,
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
    shielded: tuple[str, ...] = ()
    """Instances whose nodes we hide from Cluster Autoscaler's scale-down."""
    replacing: tuple[tuple[str, bool, bool], ...] = ()
    """Instances whose nodes we cordon (see core.rotation.recorded)."""
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
    target_others: tuple[tuple[str, str, str], ...] = ()
    """`target` of the launch templates that overrides of a mixed instances policy name."""
    previous_others: tuple[tuple[str, str], ...] = ()
    """`previous` of these, as far as it is known."""
    pointer_owed: bool = False
    """The canary failed, and what the group launches from has not gone back yet."""
    kept: tuple[str, ...] = ()
    """Instances among `decrements` that go into standby instead of being ended."""
    closing: tuple[str, ...] = ()
    """The closing words of a run that was stopped (see core.report.closing)."""
    served: tuple[str, ...] = ()
    """Target groups in which outdated instances were healthy at the beginning."""
    follows: tuple[str, ...] = ()
    """Target groups that followed pods at the beginning (see core.rotation.following)."""
    handover: str = ""
    """The run whose update of the template has left the Lease to the rotation that follows."""
    origin: tuple[str, str, str] = ("", "", "")
    """Who changed the image ("aws": only the launch template; "kops"), the instance group, and how
    its state store named the image before."""
    store_owed: bool = False
    """The launch template has gone back, and the state store still names the failed image."""
    boots: tuple[int, ...] = ()
    """Seconds from launch to ready of replacement nodes, the last ones of earlier runs."""
    drains: tuple[int, ...] = ()
    """Seconds from cordon to termination of replaced nodes, the last ones of earlier runs."""
    reused: bool = False
    """The warm pool took instances back before, and by us does not meanwhile."""
    unknown: tuple[tuple[str, str], ...] = ()
    """What this release does not understand, with its JSON: written back as it was found."""

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
    def target_sources(self) -> frozenset[tuple[str, str]]:
        """Return template and version of every way of launching that is recorded."""
        return frozenset(one[:2] for one in (self.target, *self.target_others))

    @property
    def ways_back(self) -> tuple[tuple[str, str], ...]:
        """Return what to point the group back at: templates with their versions."""
        return tuple(one for one in (self.previous, *self.previous_others) if one[0])

    @property
    def emptied(self) -> Journal:
        """Return the journal with nothing to restore but what others read."""
        return Journal(
            closing=self.closing,
            origin=self.origin if self.store_owed else ("", "", ""),
            store_owed=self.store_owed,
            boots=self.boots,
            drains=self.drains,
            unknown=self.unknown,
        )

    @property
    def not_understood(self) -> tuple[str, ...]:
        """Return the names of the fields that this release does not understand."""
        return tuple(name for name, _text in self.unknown if name not in ("version", "reader"))

    @property
    def unaccounted(self) -> bool:
        """Return whether the account of desired could not be understood."""
        return any(name in _ACCOUNT for name, _text in self.unknown)

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
            or self.shielded
            or self.replacing
            or self.reused
            or self.deregistered_targets
        )


def recorded_target(target: Target) -> dict[str, Any]:
    """Return the fields of the journal that say what the group launches."""
    main, *others = ((way.template, way.version, way.image_id) for way in target.ways)
    return {"target": main, "target_others": tuple(others)}


def store_sentence(journal: Journal) -> tuple[str, ...]:
    """Return a sentence about a state store that names a failed image, or ()."""
    if not journal.store_owed:
        return ()
    owner, group, image = journal.origin
    before = f", which was {image} before" if image else ""
    return (
        f"The state store of {owner} still names the failed image for instance group"
        f" {group}{before}: the next update of the cluster would launch it again",
    )


def dump(journal: Journal) -> str:
    """Return the journal as JSON for the Lease's annotation, without default values."""
    fields = {
        field.name: getattr(journal, field.name)
        for field in dataclasses.fields(journal)
        if getattr(journal, field.name) != field.default
    }
    later = {name: json.loads(text) for name, text in fields.pop("unknown", ())}
    whole = {"version": VERSION, "reader": READER, **fields, **later}
    return json.dumps(whole, separators=(",", ":"), sort_keys=True)


def load(text: str) -> Journal:
    """Return the journal in an annotation; an empty one for "".

    Raises RefusedError if the annotation cannot be read.
    """
    journal, error = salvage(text)
    if error is not None:
        raise error
    return journal


def salvage(text: str) -> tuple[Journal, RefusedError | None]:
    """Return what can be understood of an annotation, and the error if not all can.

    What is not understood is in `unknown`, a field of this release with a wrong value too. Raises
    RefusedError if it is no record at all.
    """
    try:
        data: Any = json.loads(text or "{}")
        if not isinstance(data, dict):
            raise ValueError(f"it is {data!r}")
    except ValueError as error:
        raise _unreadable(str(error)) from error
    return (Journal(), None) if not text else _understood(data)


def _understood(data: dict[str, Any]) -> tuple[Journal, RefusedError | None]:
    version = data.pop("version", None)
    reader = data.pop("reader", version)
    wrong = [name for name, value in data.items() if name in _DEFAULTS and not _fits(name, value)]
    odd = {name: value for name, value in data.items() if name not in _DEFAULTS or name in wrong}
    problem = f"{wrong[0]} is {data[wrong[0]]!r}" if wrong else ""
    if not (_is_number(version) and _is_number(reader)) or reader > VERSION:
        problem = f"a release that writes version {version} wrote it"
        odd |= {"version": version, "reader": reader}
    if _ACCOUNT & odd.keys():
        odd |= {name: data[name] for name in _ACCOUNT & data.keys()}
    known = {name: _frozen(value) for name, value in data.items() if name not in odd}
    kept = tuple(sorted((name, json.dumps(value)) for name, value in odd.items()))
    return Journal(**known, unknown=kept), _unreadable(problem) if problem else None


def _unreadable(why: str) -> RefusedError:
    return RefusedError(
        f"The record of an earlier rotation cannot be read: {why}",
        "Run the version of nodeops.rotator that wrote it, or state: restored, or restore the group"
        " by hand and delete the Lease",
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _fits(name: str, value: Any) -> bool:
    """Return whether a value is of the type that the field has in this release.

    So is everything in it.
    """
    return is_a(types_of(Journal)[name], value)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


_DEFAULTS: dict[str, Any] = {
    field.name: field.default for field in dataclasses.fields(Journal) if field.name != "unknown"
}
_ACCOUNT = frozenset(("base", "expected", "raise_from", "decrements"))
"""Fields that mean something only together."""
