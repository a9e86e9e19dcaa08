# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read specifications of instance groups from a state store, without kops."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.yaml import HAS_YAML, yaml_load
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kops.state_store import (
    read_text,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    RefusedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.instance_group import (
    parse_cluster,
    parse_groups,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.rolling_update import (
    resolve_rolling_update,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import check_given
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kops import store_of
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result


def read_groups(module: AnsibleAWSModule) -> Result:
    """Return what the state store says of each instance group; nothing is changed."""
    rows: list[dict[str, Any]] = []
    try:
        reading = _Reading(module)
        rows.extend(reading.row(name) for name in module.params["instance_groups"])
    except RotatorError as error:
        return Result({"status": "refused", "instance_groups": rows}, error=error)
    return Result({"status": "unchanged", "instance_groups": rows})


class _Reading:
    """Reads objects of the state store, which are YAML."""

    def __init__(self, module: AnsibleAWSModule) -> None:
        params = module.params
        self._cluster = check_given("kops_cluster", params["kops_cluster"], "the cluster's name")
        self._store, self._aws = store_of(params), Aws(RawAws(module))

    def row(self, name: str) -> dict[str, Any]:
        doing = f"read instance group {name} of kops cluster {self._cluster}"
        found = parse_groups(self._json(f"instancegroup/{name}", doing), doing)
        if [one.name for one in found] != [name]:
            raise RefusedError(f"Cannot {doing}: the state store has another one in its place")
        cluster = parse_cluster(self._json("config", doing), self._cluster, doing)
        said = resolve_rolling_update(
            found[0].rolling_update, cluster.get("rollingUpdate") or {}, name
        )
        rolling = dataclasses.asdict(said)
        skipped = {"skips_image": found[0].skips, "image": found[0].image}
        return {"name": name, "status": "unchanged", "rolling_update": rolling, **skipped}

    def _json(self, name: str, doing: str) -> str:
        """Return an object as JSON, which is what kops prints of it."""
        if not HAS_YAML:
            raise InputError(missing_required_lib("PyYAML").rstrip("."))
        text = read_text(self._aws, self._store, f"{self._cluster}/{name}")
        try:
            return json.dumps(yaml_load(text), default=str)
        except Exception as error:  # the parser has a hierarchy of its own
            raise RefusedError(f"Cannot {doing}: the state store has no YAML there") from error
