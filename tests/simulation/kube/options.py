# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A request's options: how the server reads them, and which it refuses.

After apimachinery pkg/runtime/conversion.go, pkg/apis/meta/internalversion/validation and
pkg/apis/meta/v1/validation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube import fields
from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import (
    ApiError,
    bad_request,
    invalid_options,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.fields import Problem

Query = Mapping[str, str]
MATCHES = ("Exact", "NotOlderThan")
POLICIES = ("Foreground", "Background", "Orphan")
VALIDATIONS = ("", "Ignore", "Strict", "Warn")


def number(query: Mapping[str, Any], name: str) -> int:
    """Return a number of the query or a body, 0 where there is none.

    Raises ApiError 400.
    """
    text = str(query.get(name) or "0")
    if not text.lstrip("+-").isdigit():
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    return int(text)


def flag(query: Query, name: str) -> bool | None:
    """Return a boolean of the query, None where there is none.

    Every value but these two is true.
    """
    return query[name].lower() not in ("0", "false") if name in query else None


def version(query: Query) -> int:
    """Return the resourceVersion that a read asks for, 0 for any.

    Raises ApiError 500: the storage parses it, not the handler.
    """
    text = query.get("resourceVersion") or "0"
    if not text.isdigit():
        why = f'Invalid value: "{text}": strconv.ParseUint: parsing "{text}": invalid syntax'
        raise ApiError(500, f"resourceVersion: {why}", "")
    return int(text)


def check_list(query: Query, streaming: bool) -> None:
    """Refuse options of a list or a watch that do not go together.

    `streaming`: the server has the feature WatchList.
    """
    number(query, "limit")
    number(query, "timeoutSeconds")
    watch = flag(query, "watch")
    found = _of_watch(query, streaming) if watch else _of_list(query)
    if problems := list(found):
        raise invalid_options("ListOptions", *problems)


def _of_list(query: Query) -> Iterator[Problem]:
    field, match = "resourceVersionMatch", query.get("resourceVersionMatch")
    if match:
        if not query.get("resourceVersion"):
            why = "resourceVersionMatch is forbidden unless resourceVersion is provided"
            yield fields.forbidden(field, why)
        if query.get("continue"):
            why = "resourceVersionMatch is forbidden when continue is provided"
            yield fields.forbidden(field, why)
        if match not in MATCHES:
            yield fields.unsupported(field, match, (*MATCHES, ""))
        if match == "Exact" and query.get("resourceVersion") == "0":
            why = 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'
            yield fields.forbidden(field, why)
    if "sendInitialEvents" in query:
        why = "sendInitialEvents is forbidden for list"
        yield fields.forbidden("sendInitialEvents", why)


def _of_watch(query: Query, streaming: bool) -> Iterator[Problem]:
    field, match = "resourceVersionMatch", query.get("resourceVersionMatch")
    asked = "sendInitialEvents" in query
    if asked and match != "NotOlderThan":
        why = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
        yield fields.forbidden(field, why)
    if asked and not streaming:
        why = (
            "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled"
        )
        yield fields.forbidden("sendInitialEvents", why)
    if match and not asked:
        why = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
        yield fields.forbidden(field, why)
    if match and match != "NotOlderThan":
        yield fields.unsupported(field, match, ("NotOlderThan",))
    if match and query.get("continue"):
        yield fields.forbidden(field, "resourceVersionMatch is forbidden when continue is provided")


def check_write(kind: str, query: Query) -> None:
    """Refuse the options of a create, an update or a patch ("CreateOptions")."""
    problems = list(_dry_run(dry_runs(query)))
    given = query.get("fieldValidation", "")
    if given not in VALIDATIONS:
        problems.append(fields.unsupported("fieldValidation", given, VALIDATIONS))
    if problems:
        raise invalid_options(kind, *problems)


def check_patch(query: Query, applies: bool) -> None:
    """Refuse the options of a patch, or of an apply."""
    if applies and not query.get("fieldManager"):
        why = fields.missing("fieldManager", "is required for apply patch")
        raise invalid_options("PatchOptions", why)
    if not applies and "force" in query:
        why = fields.forbidden("force", "may not be specified for non-apply patch")
        raise invalid_options("PatchOptions", why)
    check_write("PatchOptions", query)


def check_deletion(propagation: Any, dry_run: Sequence[str]) -> None:
    """Refuse DeleteOptions that name a policy or a dry run that there is not."""
    problems = list(_dry_run(dry_run))
    if propagation is not None and propagation not in POLICIES:
        field = "propagationPolicy"
        problems.insert(0, fields.unsupported(field, propagation, (*POLICIES, "nil")))
    if problems:
        raise invalid_options("DeleteOptions", *problems)


def _dry_run(given: Sequence[str]) -> Iterator[Problem]:
    if set(given) - {"All"}:
        yield fields.unsupported("dryRun", list(given), ("All",))


def dry_runs(given: Mapping[str, Any]) -> list[str]:
    """dryRun of a body (a list) or of a query (a text)."""
    value = given.get("dryRun") or []
    return [value] if isinstance(value, str) else list(value)
