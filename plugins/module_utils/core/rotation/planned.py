# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a group will launch after a planned update of its template."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Target


def planned_target(target: Target, update: Mapping[str, Any]) -> Target:
    """Return the target after the update.

    `update` are return values of launch_template_update. Without a template or configuration in
    them, the target stays.
    """
    template = update.get("launch_template_id") or update.get("launch_configuration_name")
    if not template:
        return target
    parts = {str(one["launch_template_id"]): one for one in update.get("templates") or ()}
    others = tuple(_planned(way, parts.get(way.template)) for way in target.others)
    return dataclasses.replace(_planned(target, update), others=others)


def _planned(way: Target, update: Mapping[str, Any] | None) -> Target:
    """Return one way of launching after the update of its template, if it has one."""
    if update is None:
        return way
    template = update.get("launch_template_id") or update.get("launch_configuration_name")
    source = (str(template), str(update.get("version") or ""))
    image = str(update.get("image_id") or "")
    if source == way.source:
        return way
    return dataclasses.replace(
        way,
        template=source[0],
        version=source[1],
        image_id=image if image.startswith("ami-") else "",
        template_name=str(update.get("launch_template_name") or source[0]),
        equivalent_versions=frozenset(),
    )
