# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Grant the rotator the rights that the collection ships, to the letter."""

from __future__ import annotations

from pathlib import Path

import yaml

from ansible_collections.nodeops.rotator.tests.realcluster.stage import Reach

ROLES = Path(__file__).parents[2] / "extensions" / "rbac" / "rotate.yaml"


def grant(reach: Reach) -> None:
    """Create the roles and their bindings, as `kubectl apply` does."""
    for item in yaml.safe_load(ROLES.read_text(encoding="utf-8"))["items"]:
        space = item["metadata"].get("namespace", "")
        place = f"namespaces/{space}/" if space else ""
        reach.ask("POST", f"/apis/{item['apiVersion']}/{place}{item['kind'].lower()}s", item)
