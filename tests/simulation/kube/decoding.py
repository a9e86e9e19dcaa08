# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decode bodies as the server does.

It drops fields that it does not know, with a warning, and refuses values of another type. Fields
and types are those of k8s.io/api; here for the metadata of every kind and for the kinds that a
rotation writes. What else is in a body is taken as it is.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import Object
from ansible_collections.nodeops.rotator.tests.simulation.kube.resources import Resource

MICRO = "MicroTime"
"""A time with six digits after the second (meta/v1 micro_time.go), no less and no more."""
MICRO_LAYOUT = "2006-01-02T15:04:05.000000Z07:00"
STRING, INTEGER, BOOLEAN, ANY = "string", "int32", "bool", "any"
GO = {bool: "bool", int: "number", float: "number", str: "string", list: "array", dict: "object"}
FITS: Mapping[str, tuple[type, ...]] = {
    STRING: (str,),
    MICRO: (str,),
    INTEGER: (int,),
    "int64": (int,),
    BOOLEAN: (bool,),
}


@dataclasses.dataclass(frozen=True)
class Struct:
    """A type of Go with its fields.

    Each field is a type's name, a Struct, or a list or map (`*`) of one.
    """

    name: str
    fields: Mapping[str, Any]


METADATA = Struct(
    "ObjectMeta",
    {
        **dict.fromkeys(("name", "generateName", "namespace", "selfLink", "uid"), STRING),
        **dict.fromkeys(("resourceVersion", "creationTimestamp", "deletionTimestamp"), STRING),
        "generation": "int64",
        "deletionGracePeriodSeconds": "int64",
        "labels": {"*": STRING},
        "annotations": {"*": STRING},
        "finalizers": [STRING],
        "ownerReferences": [ANY],
        "managedFields": [ANY],
    },
)
TAINT = Struct("Taint", dict.fromkeys(("key", "value", "effect", "timeAdded"), STRING))
SPECS = {
    "leases": Struct(
        "LeaseSpec",
        {
            **dict.fromkeys(("holderIdentity", "strategy", "preferredHolder"), STRING),
            **dict.fromkeys(("leaseDurationSeconds", "leaseTransitions"), INTEGER),
            **dict.fromkeys(("acquireTime", "renewTime"), MICRO),
        },
    ),
    "nodes": Struct(
        "NodeSpec",
        {
            **dict.fromkeys(("podCIDR", "providerID", "externalID"), STRING),
            "podCIDRs": [STRING],
            "unschedulable": BOOLEAN,
            "taints": [TAINT],
            "configSource": ANY,
        },
    ),
    "poddisruptionbudgets": Struct(
        "PodDisruptionBudgetSpec",
        {
            "unhealthyPodEvictionPolicy": STRING,
            **dict.fromkeys(("minAvailable", "maxUnavailable", "selector"), ANY),
        },
    ),
}


class Malformed(Exception):
    """A value that the server cannot decode; the text is its own."""


def decode(resource: Resource, body: Mapping[str, Any]) -> tuple[Object, list[str]]:
    """Return the body without what the server does not know, and warnings of that.

    Raises Malformed.
    """
    known = {"kind": ANY, "apiVersion": ANY, "metadata": METADATA, "status": ANY}
    spec = SPECS.get(resource.plural)
    if spec is not None:
        shape = Struct(resource.kind, {**known, "spec": spec})
    else:
        shape = Struct(resource.kind, {**dict.fromkeys(body, ANY), "metadata": METADATA})
    warnings: list[str] = []
    return _struct(shape, body, "", resource.kind, warnings), warnings


def _struct(
    shape: Struct, value: Any, path: str, owner: str, warnings: list[str]
) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _mismatch(value, owner, path, f"v1.{shape.name}")
    result = {}
    for name, item in value.items():
        inner = f"{path}.{name}" if path else name
        if name not in shape.fields:
            warnings.append(f'unknown field "{inner}"')
        elif item is None or shape.fields[name] == ANY:
            result[name] = item
        else:
            result[name] = _value(shape.fields[name], item, inner, shape.name, warnings)
    return result


def _value(shape: Any, value: Any, path: str, owner: str, warnings: list[str]) -> Any:
    if isinstance(shape, Struct):
        return _struct(shape, value, path, owner, warnings)
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise _mismatch(value, owner, path, "[]" + _name(shape[0]))
        return [
            _value(shape[0], item, f"{path}[{index}]", owner, warnings)
            for index, item in enumerate(value)
        ]
    if isinstance(shape, Mapping):
        if not isinstance(value, Mapping):
            raise _mismatch(value, owner, path, "map[string]string")
        return {key: _value(shape["*"], item, path, owner, warnings) for key, item in value.items()}
    if shape != ANY:
        _scalar(shape, value, path, owner)
    return value


def _scalar(shape: str, value: Any, path: str, owner: str) -> None:
    fits = isinstance(value, FITS[shape])
    if not fits or (isinstance(value, bool) and shape != BOOLEAN):
        raise _mismatch(value, owner, path, shape)
    if shape == MICRO:
        _micro(value)


def _micro(text: str) -> None:
    found = re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(.*)$", text)
    rest = found[1] if found else text
    if not re.fullmatch(r"\.\d{6}(Z|[+-]\d\d:\d\d)", rest):
        expected = ".000000" if found else MICRO_LAYOUT
        why = f'cannot parse "{rest}" as "{expected}"'
        raise Malformed(f'parsing time "{text}" as "{MICRO_LAYOUT}": {why}')


def _name(shape: Any) -> str:
    return f"v1.{shape.name}" if isinstance(shape, Struct) else str(shape)


def _mismatch(value: Any, owner: str, path: str, wanted: str) -> Malformed:
    """Return the error in the words of Go's encoding/json.

    Indexes are not part of its path.
    """
    field = re.sub(r"\[\d+\]", "", path)
    what = GO.get(type(value), "null")
    return Malformed(
        f"json: cannot unmarshal {what} into Go struct field {owner}.{field} of type {wanted}"
    )
