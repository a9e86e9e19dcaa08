# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply the three patch formats of the API: JSON, merge, strategic merge.

Strategic merge follows the patchStrategy and patchMergeKey tags of the core types (k8s.io/api);
MERGE_KEYS holds the lists that kubectl patches. A list that is not in it is atomic: it is replaced
whole, as node `spec.taints` and pod `spec.tolerations` are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jsonpatch
import jsonpointer

from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import (
    ApiError,
    bad_request,
    no_such_format,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import Object, merged
from ansible_collections.nodeops.rotator.tests.simulation.kube.resources import Resource

MERGE_KEYS: dict[tuple[str, str], str] = {
    ("metadata", "ownerReferences"): "uid",
    ("status", "conditions"): "type",
    ("status", "addresses"): "type",
    ("status", "podIPs"): "ip",
    ("spec", "containers"): "name",
    ("spec", "initContainers"): "name",
    ("spec", "ephemeralContainers"): "name",
    ("spec", "volumes"): "name",
    ("spec", "imagePullSecrets"): "name",
    ("spec", "hostAliases"): "ip",
    ("spec", "topologySpreadConstraints"): "topologyKey",
    ("spec", "ports"): "port",
    ("containers", "env"): "name",
    ("containers", "ports"): "containerPort",
    ("containers", "volumeMounts"): "mountPath",
    ("containers", "volumeDevices"): "devicePath",
    ("initContainers", "env"): "name",
    ("initContainers", "volumeMounts"): "mountPath",
}
"""(name of the field that holds the list's owner, name of the list) -> the key by which its items
are merged."""

PRIMITIVE = {("metadata", "finalizers"), ("spec", "podCIDRs")}
"""Lists of plain values that are merged as sets."""

JSON, MERGE, STRATEGIC = (
    f"application/{kind}-patch+json" for kind in ("json", "merge", "strategic-merge")
)
APPLY = "application/apply-patch+yaml"
"""Server-side apply, which is no patch; see managers.py."""


def patched(resource: Resource, obj: Object, patch: Any, content_type: str) -> Object:
    """Return the object with the patch applied.

    Raises ApiError 400, 415 or 422 as the server does.
    """
    kind = content_type.split(";")[0].strip()
    if kind == JSON:
        return _json_patched(obj, patch)
    if kind not in (MERGE, STRATEGIC) or (kind == STRATEGIC and resource.custom):
        raise no_such_format()
    if not isinstance(patch, Mapping):
        raise bad_request(
            "error decoding patch: json: cannot unmarshal array into Go value of type"
            " map[string]interface {}"
        )
    result: Object = merged(obj, patch) if kind == MERGE else strategic(obj, patch, "")
    return result


def _json_patched(obj: Object, patch: Any) -> Object:
    if not isinstance(patch, list):
        raise bad_request(
            "error decoding patch: json: cannot unmarshal object into Go value of type"
            " []handlers.jsonPatchOp"
        )
    try:
        result: Object = jsonpatch.apply_patch(obj, patch)
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException) as error:
        refused = ApiError(422, "the server rejected our request due to an error in our request")
        refused.body["details"] = {}
        raise refused from error
    return result


def strategic(target: Any, patch: Mapping[str, Any], here: str) -> Any:
    """Return the strategic merge of `patch` into `target`, the value of field `here`."""
    directive = patch.get("$patch")
    if directive == "delete":
        return {}
    base = target if isinstance(target, Mapping) and directive != "replace" else {}
    result = dict(base)
    for name, value in patch.items():
        if not name.startswith("$"):
            _merge_field(result, here, name, value)
    for name, value in patch.items():
        if name.startswith("$deleteFromPrimitiveList/"):
            field = name.partition("/")[2]
            result[field] = [item for item in result.get(field) or () if item not in value]
        elif name.startswith("$setElementOrder/"):
            field = name.partition("/")[2]
            result[field] = _ordered(result.get(field) or [], value, MERGE_KEYS.get((here, field)))
    keep = patch.get("$retainKeys")
    return {k: v for k, v in result.items() if keep is None or k in keep}


def _merge_field(result: Object, here: str, name: str, value: Any) -> None:
    if value is None:
        result.pop(name, None)
    elif isinstance(value, list) and (here, name) in MERGE_KEYS:
        result[name] = _merge_items(result.get(name) or [], value, MERGE_KEYS[here, name], name)
    elif isinstance(value, list) and (here, name) in PRIMITIVE:
        present = result.get(name) or []
        result[name] = [*present, *(item for item in value if item not in present)]
    elif isinstance(value, Mapping):
        result[name] = strategic(result.get(name), value, name)
    else:
        result[name] = value


def _merge_items(
    present: Sequence[Object], items: Sequence[Object], key: str, here: str
) -> list[Object]:
    if any(item.get("$patch") == "replace" for item in items):
        return [item for item in items if "$patch" not in item]
    result = {item.get(key): item for item in present}
    for item in items:
        if key not in item:
            raise bad_request(f"map: {item} does not contain declared merge key: {key}")
        if item.get("$patch") == "delete":
            result.pop(item[key], None)
        else:
            result[item[key]] = strategic(result.get(item[key]), item, here)
    return list(result.values())


def _ordered(items: list[Any], order: Sequence[Any], key: str | None) -> list[Any]:
    wanted = [entry.get(key) if key else entry for entry in order]
    rank = {value: place for place, value in enumerate(wanted)}
    return sorted(items, key=lambda item: rank.get(item.get(key) if key else item, len(rank)))
