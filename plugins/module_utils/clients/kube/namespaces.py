# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mark a namespace with labels and annotations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import (
    MERGE_PATCH,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.errors import (
    checked,
    reaching,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.closure import (
    missing_marks,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import KubeCall


def mark(
    call: KubeCall,
    name: str,
    labels: Mapping[str, Any],
    annotations: Mapping[str, Any],
    dry: bool = False,
) -> bool:
    """Let a namespace have these marks; return whether it did not have them.

    Raises core.errors. `labels`, `annotations`: see missing_marks. `dry`: write nothing.
    """
    path, doing = f"/api/v1/namespaces/{name}", f"read namespace {name}"
    with reaching(doing):
        found = checked(call.request("GET", path), doing)
    patch = missing_marks(found.get("metadata") or {}, labels, annotations)
    if patch and not dry:
        doing = f"mark namespace {name}"
        with reaching(doing):
            checked(call.request("PATCH", path, None, {"metadata": patch}, MERGE_PATCH), doing)
    return bool(patch)
