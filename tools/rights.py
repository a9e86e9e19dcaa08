# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the shipped rights against those that a test run made use of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from make_permissions import Table, read_table
from steps import BUILD, Tally

USED = BUILD / "used.txt"
VARIABLE = "NODEOPS_ROTATOR_USED"
"""Environment variable that names the file to the simulation (tests/simulation/used.py)."""


def compare(path: Path = USED) -> Tally:
    """Return how many rights are both shipped and used.

    Those that are only one of it are printed, and count as failed.
    """
    noted = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    used = {*noted, *map(twin, noted)}
    shipped = set(needed(read_table()))
    for right in sorted(shipped - used):
        print(f"unused: {right}: no test makes use of it; take it out of tools/permissions.yml")
    missing = set(noted) - shipped - implied(read_table()) - ALWAYS
    for right in sorted(missing):
        print(f"missing: {right}: add it to tools/permissions.yml")
    return Tally(len(shipped & used), len(shipped - used) + len(missing))


ALWAYS = {"aws sts:GetCallerIdentity"}
"""What nobody needs a permission for (STS API reference)."""


def twin(right: str) -> str:
    """Return what another server is asked for instead.

    One without streaming lists is asked to list before it is asked to watch.
    """
    what, _space, verb = right.rpartition(" ")
    other = {"list": "watch", "watch": "list"}.get(verb, verb)
    return f"{what} {other}"


def implied(table: Table) -> set[str]:
    """Return the rights that AWS itself asks for, or a library."""
    entries = (entry for entry in table["iam"] if "implied" in entry)
    return {f"aws {action}" for entry in entries for action in entry["actions"]}


def needed(table: Table) -> Iterator[str]:
    """Yield the rights that calls of ours need, as the simulation notes them.

    Those that AWS itself asks for, and no call of ours has the name of, are left out.
    """
    for entry in table["iam"]:
        if "implied" not in entry:
            yield from (f"aws {action}" for action in entry["actions"])
    for rule in table["rbac"]:
        group = f".{rule['group']}" if rule["group"] else ""
        for resource in rule["resources"]:
            yield from (f"kubernetes {resource}{group} {verb}" for verb in rule["verbs"])
