# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the news of a rotation into words, by templates."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.edge.templating import environment

BODY = "webhook.json"
"""The template of what a webhook gets, unless its variable names another."""
OWN = "rotation_notify_templates"
"""The variable that names one's own folder."""


def words(name: str, told: Mapping[str, Any], ours: str, own: str = "") -> tuple[str, str]:
    """Return the text that a template makes, and what is wrong with one's own.

    `name`: of the template, without its suffix. `ours`: folder of the templates of the collection.
    `own`: folder of templates that have precedence, "" for none. If one of them is wrong, the text
    is that of the collection.
    """
    there = Path(ours, f"{name}.j2").exists()
    problem = "" if there or own else f"there is no template {name}.j2: set {OWN}"
    if own:
        try:
            return _rendered([own, ours], name, told), ""
        except Exception as error:  # whatever a template does
            problem = f"template {name}.j2 in {own} is wrong: {type(error).__name__}: {error}"
    # One that we do not have can only be a body.
    return _rendered([ours], name if there else BODY, told), problem


def _rendered(folders: list[str], name: str, told: Mapping[str, Any]) -> str:
    # What receives it is escaped for it.
    found = environment(folders, {"clock": _clock}, lambda name: False)
    return found.get_template(f"{name}.j2").render(**told).strip()


def _clock(at: float) -> str:
    """Return a moment as HH:MM UTC."""
    return time.strftime("%H:%M UTC", time.gmtime(at))
