# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name the fields of an object, as managedFields and server-side apply do.

A path is a tuple of elements in the notation of FieldsV1: `f:name` of a field, `k:{...}` of an item
with that key, `v:...` of a plain value in a set. Which lists are merged by key and what is atomic
is said by the schema (listType, mapType in k8s.io/api); here for the kinds that are served.
Source: sigs.k8s.io/structured-merge-diff, fieldpath and typed.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Path = tuple[str, ...]
Paths = frozenset[Path]

KEYS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("metadata", "ownerReferences"): ("uid",),
    ("status", "conditions"): ("type",),
    ("status", "addresses"): ("type",),
    ("status", "podIPs"): ("ip",),
    **{("spec", name): ("name",) for name in ("containers", "initContainers", "volumes")},
    ("spec", "ephemeralContainers"): ("name",),
    ("spec", "imagePullSecrets"): ("name",),
    ("spec", "hostAliases"): ("ip",),
    ("spec", "topologySpreadConstraints"): ("topologyKey", "whenUnsatisfiable"),
    ("spec", "ports"): ("port", "protocol"),
    **{(owner, "env"): ("name",) for owner in ("containers", "initContainers")},
    **{(owner, "volumeMounts"): ("mountPath",) for owner in ("containers", "initContainers")},
    ("containers", "ports"): ("containerPort", "protocol"),
    ("containers", "volumeDevices"): ("devicePath",),
}
"""(field that holds the list's owner, list) -> the keys of its items."""
DEFAULTS = {"protocol": "TCP"}
"""What a key is that an item does not name."""
SETS = {("metadata", "finalizers"), ("spec", "podCIDRs")}
ATOMIC = {"selector", "nodeSelector", "claimRef", "required", "fieldRef", "resourceFieldRef"}
ATOMIC |= {"configMapKeyRef", "secretKeyRef", "ownerReferences"}
"""Maps, and items of these lists, that belong to one manager as a whole."""
STRUCTS = {"metadata", "spec", "status", "template", "strategy", "resources", "nodeInfo"}
"""Fields that a new object has in any case, so that nobody is said to have added them."""
IDENTITY = {"name", "namespace", "uid", "resourceVersion", "creationTimestamp", "generation"}
IDENTITY |= {"managedFields", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds"}
"""Metadata that has no manager (apimachinery managedfields, stripmeta.go)."""


def managed_part(obj: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of an object that managers may own."""
    meta = {key: value for key, value in obj["metadata"].items() if key not in IDENTITY}
    rest = {key: value for key, value in obj.items() if key not in ("kind", "apiVersion")}
    return {**rest, "metadata": meta}


def key_of_item(owner: str, name: str, item: Any) -> str:
    """Return the element of an item of a list that is merged by key, or of a set."""
    if (owner, name) in SETS:
        return f"v:{_json(item)}"
    names = KEYS[owner, name]
    return _element(*((key, item.get(key, DEFAULTS.get(key))) for key in sorted(names)))


@functools.lru_cache(maxsize=4096, typed=True)
def _element(*fields: tuple[str, Any]) -> str:
    return f"k:{_json(dict(fields))}"


def is_merged(owner: str, name: str) -> bool:
    """Return whether the items of that list have managers of their own."""
    return (owner, name) in KEYS or (owner, name) in SETS


def children(value: Any, owner: str, name: str) -> Iterator[tuple[str, str, Any]]:
    """Yield element, name and value of each part that has a manager of its own.

    Nothing for a scalar and for what is atomic.
    """
    if isinstance(value, Mapping) and name not in ATOMIC:
        for key, item in value.items():
            if item is not None:
                yield f"f:{key}", key, item
    elif isinstance(value, list) and is_merged(owner, name):
        for item in value:
            yield key_of_item(owner, name, item), name, item


def values(value: Any, path: Path = (), owner: str = "", name: str = "") -> dict[Path, Any]:
    """Return every path of an object with its value; None for what has parts."""
    found: dict[Path, Any] = {}
    has_parts = False
    for element, part, item in children(value, owner, name):
        has_parts = True
        above = owner if element[0] in "kv" else name
        found.update(values(item, (*path, element), above, part))
    if path:
        found[path] = None if has_parts else _comparable(value)
    return found


def _comparable(value: Any) -> str:
    """Return a text that is equal for equal values alone; most values are texts."""
    return f'"{value}' if isinstance(value, str) else _json(value)


def _named(obj: Mapping[str, Any]) -> dict[Path, Any]:
    """Return the paths of an object that managers may own."""
    found = values(managed_part(obj))
    found.pop(("f:metadata",), None)
    return found


def applied(config: Mapping[str, Any]) -> Paths:
    """Return what an applied configuration names: leaves, and items of lists."""
    found = _named(config)
    return frozenset(
        path for path, value in found.items() if value is not None or path[-1][0] == "k"
    )


def changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Paths, Paths]:
    """Return what a write added or modified, and what it removed.

    What is the same in both is not looked into.
    """
    written: set[Path] = set()
    removed: set[Path] = set()
    _compare(managed_part(old), managed_part(new), (), ("", ""), written, removed)
    meta = {("f:metadata",)}
    return frozenset(written - meta), frozenset(removed - meta)


def _compare(
    old: Any, new: Any, path: Path, place: tuple[str, str], written: set[Path], removed: set[Path]
) -> None:
    """Add the paths that only one of two values has, or that differ.

    `place`: the field that holds it, and its own name.
    """
    if old == new:
        return
    owner, name = place
    before, after = (
        {element: (part, item) for element, part, item in children(value, owner, name)}
        for value in (old, new)
    )
    if path and not after and (before or _comparable(old) != _comparable(new)):
        written.add(path)
    for element, (part, item) in after.items():
        here, above = (*path, element), owner if element[0] in "kv" else name
        if element in before:
            _compare(before[element][1], item, here, (above, part), written, removed)
        else:
            found = values(item, here, above, part).items()
            written.update(one for one, value in found if value is not None or not _is_struct(one))
    for element in before.keys() - after.keys():
        part, item = before[element]
        above = owner if element[0] in "kv" else name
        removed.update(values(item, (*path, element), above, part))


def _is_struct(path: Path) -> bool:
    """Return whether something with parts is there in any case."""
    return path[-1].removeprefix("f:") in STRUCTS


def covers(paths: Iterable[Path], path: Path) -> bool:
    """Return whether the path, or something in it, is among the paths."""
    return any(one[: len(path)] == path for one in paths)


def encoded(paths: Iterable[Path]) -> dict[str, Any]:
    """Return paths as FieldsV1."""
    root: dict[str, Any] = {}
    ordered = sorted(paths)
    for path in ordered:
        here = root
        for element in path:
            here = here.setdefault(element, {})
    for path in ordered:
        here = root
        for element in path:
            here = here[element]
        if here and "." not in here:
            here["."] = {}
    return root


def decoded(fields: Mapping[str, Any], path: Path = ()) -> Paths:
    """Return the paths of FieldsV1."""
    found = {path} if path and (not fields or "." in fields) else set()
    for element, inner in fields.items():
        if element != ".":
            found |= decoded(inner, (*path, element))
    return frozenset(found)


def shown(path: Sequence[str]) -> str:
    """Return a path as error messages have it: `.spec.containers[name="web"].image`."""
    text = ""
    for element in path:
        kind, rest = element[0], element[2:]
        if kind == "f":
            text += f".{rest}"
        elif kind == "v":
            text += f"[={rest}]"
        else:
            text += (
                f"[{','.join(f'{key}={_json(item)}' for key, item in json.loads(rest).items())}]"
            )
    return text


_json = json.JSONEncoder(separators=(",", ":"), sort_keys=True).encode
