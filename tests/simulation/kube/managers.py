# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep metadata.managedFields, and apply configurations on the server's side.

Source: apimachinery pkg/util/managedfields/internal; sigs.k8s.io/structured-merge-diff merge. An
object without managedFields, as scenarios make them, is not tracked until the first apply.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube import field_sets
from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import ApiError
from ansible_collections.nodeops.rotator.tests.simulation.kube.field_sets import Path, Paths
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import Object

APPLY, UPDATE, FIRST = "Apply", "Update", "before-first-apply"
EMPTY: Object = {"metadata": {}}


@dataclasses.dataclass(frozen=True)
class Manager:
    """Who writes: name, operation (Apply or Update), version of the API, subresource."""

    name: str
    operation: str
    version: str
    subresource: str = ""

    @property
    def text(self) -> str:
        """Return the manager as conflicts name it."""
        where = f' with subresource "{self.subresource}"' if self.subresource else ""
        using = f" using {self.version}" if self.operation == UPDATE else ""
        return f'"{self.name}"{where}{using}'


Owned = dict[Manager, Paths]


def owned(obj: Mapping[str, Any]) -> Owned:
    """Return the managers of an object and their fields."""
    found: Owned = {}
    for entry in obj["metadata"].get("managedFields") or ():
        if entry:
            parts = (entry["manager"], entry["operation"], entry["apiVersion"])
            manager = Manager(*parts, entry.get("subresource", ""))
            found[manager] = field_sets.decoded(entry.get("fieldsV1") or {})
    return found


def updated(old: Object | None, new: Object, manager: Manager, now: str) -> Object:
    """Return the object with the managers that it has after a write that is no apply.

    `old`: None for a new object.
    """
    given = new["metadata"].get("managedFields")
    bare = without(new)
    if old is not None and _is_reset(given):
        return bare
    sets = owned(new) or (owned(old) if old is not None else {})
    if old is not None and not sets:
        return bare
    written, removed = field_sets.changed(old or EMPTY, bare)
    changed = {who: paths - written - removed for who, paths in sets.items() if who != manager}
    changed[manager] = (sets.get(manager, frozenset()) | written) - removed
    return _with(bare, changed, old, now)


def applied(
    old: Object | None, config: Object, manager: Manager, force: bool, now: str
) -> tuple[Object, Owned]:
    """Return the object that a configuration makes, and its managers then.

    Raises ApiError 409 with a cause for each field that others own and have otherwise.
    """
    live = without(old) if old is not None else EMPTY
    sets = owned(old) if old is not None else {}
    if old is not None and not sets:
        first = field_sets.changed(EMPTY, live)[0]
        sets = {dataclasses.replace(manager, name=FIRST, operation=UPDATE): first}
    before, names = sets.get(manager, frozenset()), field_sets.applied(config)
    others = {who: paths for who, paths in sets.items() if who != manager}
    kept = frozenset().union(names, *others.values())
    made = overlaid(field_sets.managed_part(live), field_sets.managed_part(config), "", "")
    for path in sorted(before - names, key=len):  # An item before its key.
        if not field_sets.covers(kept, path):
            made = {"metadata": {}, **_dropped(made, path, "", "")}
    written, removed = field_sets.changed(live, made)
    if old is not None and not force:
        _refuse_conflicts(others, written)
    left = {who: paths - written - removed for who, paths in others.items()}
    return made, {**left, manager: names}


def _refuse_conflicts(others: Owned, written: Paths) -> None:
    found = [(who.text, field_sets.shown(path)) for who in others for path in others[who] & written]
    found.sort()
    if not found:
        return
    if len(found) == 1:
        text = f"1 conflict: conflict with {found[0][0]}: {found[0][1]}"
    else:
        lines = []
        for who in dict.fromkeys(name for name, _path in found):
            lines.append(f"conflicts with {who}:")
            lines += [f"- {path}" for name, path in found if name == who]
        text = f"{len(found)} conflicts: " + "\n".join(lines)
    causes = [
        {"reason": "FieldManagerConflict", "message": f"conflict with {who}", "field": path}
        for who, path in found
    ]
    raise ApiError(409, f"Apply failed with {text}", causes=causes)


def overlaid(live: Any, config: Any, owner: str, name: str) -> Any:
    """Return a configuration laid over what is there."""
    if isinstance(config, Mapping) and isinstance(live, Mapping) and name not in field_sets.ATOMIC:
        result = dict(live)
        for key, value in config.items():
            if value is not None:
                result[key] = overlaid(live.get(key), value, name, key)
        return result
    if isinstance(config, list) and isinstance(live, list) and field_sets.is_merged(owner, name):
        items = {field_sets.key_of_item(owner, name, item): item for item in live}
        for item in config:
            key = field_sets.key_of_item(owner, name, item)
            items[key] = overlaid(items.get(key), item, owner, name)
        return list(items.values())
    return config


def _dropped(value: Any, path: Path, owner: str, name: str) -> Any:
    """Return the value without what is at the path, nor what is then empty."""
    result: Any = []
    for element, part, item in field_sets.children(value, owner, name):
        left = item
        if element == path[0]:
            above = owner if element[0] in "kv" else name
            left = _dropped(item, path[1:], above, part) if path[1:] else None
        if left is None or (left in ({}, []) and left is not item):
            continue
        result.append((element[2:], left))
    return dict(result) if isinstance(value, Mapping) else [item for _key, item in result]


def without(obj: Object) -> Object:
    """Return the object without its managers."""
    meta = {key: value for key, value in obj["metadata"].items() if key != "managedFields"}
    return {**obj, "metadata": meta}


def _is_reset(given: Sequence[Any] | None) -> bool:
    return given is not None and (list(given) == [] or list(given) == [{}])


def with_managers(obj: Object, sets: Owned, old: Object | None, now: str) -> Object:
    """Return the object with these managers.

    The time of one whose fields stay the same stays. Where nothing but managers changes there is
    none.
    """
    return _with(without(obj), sets, old, now)


def _with(bare: Object, sets: Owned, old: Object | None, now: str) -> Object:
    before = old or EMPTY
    former, entries = owned(before), before["metadata"].get("managedFields") or ()
    times = dict(zip(former, (entry.get("time") for entry in entries), strict=False))
    moment = None if old is not None and without(old) == bare else now
    made = []
    for who in sorted((one for one in sets if sets[one]), key=lambda one: one.operation):
        entry: Object = {"manager": who.name, "operation": who.operation, "apiVersion": who.version}
        entry["time"] = times.get(who) if former.get(who) == sets[who] else moment
        entry |= {"fieldsType": "FieldsV1", "fieldsV1": field_sets.encoded(sets[who])}
        if who.subresource:
            entry["subresource"] = who.subresource
        made.append({key: value for key, value in entry.items() if value is not None})
    meta = {**bare["metadata"], "managedFields": made} if made else bare["metadata"]
    return {**bare, "metadata": meta}
