# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read from the variables who is told of a rotation, and how."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.news import NEWS_KINDS
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.receivers import (
    READY,
    incomplete,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.reports import whole_path

NOTIFICATION_TEMPLATES = str(Path(__file__).parents[2] / "playbooks/templates/notifications")
"""They belong to the playbooks."""
HELD_UP_LIMIT = 600.0
"""Seconds after which people are told that something is held up, unless the variable says."""
ANSWER_LIMIT = 5.0
"""Seconds that a receiver has to answer, likewise."""
_SECRET: Mapping[str, Any] = {"type": "str", "no_log": True}
_TEXT: Mapping[str, Any] = {"type": "str"}
_COMMON: Mapping[str, Any] = {
    "url": _SECRET,
    "events": {"type": "list", "elements": "str", "choices": list(NEWS_KINDS)},
    "validate_certs": {"type": "bool"},
    "ca_path": {"type": "path"},
}
_WITH_TOKEN: Mapping[str, Any] = {**_COMMON, "token": _SECRET}
RECEIVER_SPECS: Mapping[str, Mapping[str, Any]] = {
    "webhook": {
        **_COMMON,
        "method": {"type": "str", "choices": ["POST", "PUT", "PATCH"]},
        "headers": {"type": "dict", "no_log": True},
        "template": _TEXT,
    },
    "slack": {**_WITH_TOKEN, "channel": _TEXT},
    "mattermost": {**_WITH_TOKEN, "channel": _TEXT},
    "grafana": {
        **_WITH_TOKEN,
        "dashboard": _TEXT,
        "panel": {"type": "int"},
        "tags": {"type": "list", "elements": "str"},
    },
}
"""How each receiver is reached, as options of an argument spec."""
VARIABLES: Mapping[str, Any] = {
    "rotation_notify": {"type": "list", "elements": "str"},
    **{
        f"rotation_notify_{name}": {"type": "dict", "options": dict(spec), "no_log": True}
        for name, spec in RECEIVER_SPECS.items()
    },
    "rotation_notify_templates": {"type": "path"},
    "rotation_notify_blocked_after": {"type": "float"},
    "rotation_notify_timeout": {"type": "float"},
}
Read = Callable[[str], Any]
"""Returns the value of a variable, None if it is not set."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """Who is told, and how.

    `receivers`: those of the ready task files, by name. `templates`: folder of one's own, "" for
    none. `blocked_after`: seconds, 0 for never. `timeout`: seconds. `folder`: where to remember
    what was told.
    """

    receivers: Mapping[str, Mapping[str, Any]]
    templates: str
    blocked_after: float
    timeout: float
    folder: str


def reader(templar: Any, variables: Mapping[str, Any]) -> Read:
    """Return a reader of the variables of a task.

    What cannot be evaluated counts as not set: it never fails a rotation.
    """

    def read(name: str) -> Any:
        try:
            return templar.template(variables[name]) if name in variables else None
        except AnsibleError:
            return None

    return read


def ready(hooks: Any) -> list[str]:
    """Return the receivers whose ready task files are among these."""
    names = hooks if isinstance(hooks, list) else [hooks]
    return [READY[str(name)] for name in names if str(name) in READY]


def settings(read: Read) -> Settings:
    """Return what the variables say.

    A receiver that is not reached by them is left out.
    """
    receivers = {}
    for name in ready(_value(read, "rotation_notify")):
        given = _value(read, f"rotation_notify_{name}")
        if isinstance(given, Mapping) and not incomplete(name, given):
            receivers[name] = given
    directory = str(_value(read, "rotation_report_dir", {"type": "path"}) or "")
    templates = str(_value(read, "rotation_notify_templates") or "")
    after, timeout = (
        _value(read, f"rotation_notify_{name}") for name in ("blocked_after", "timeout")
    )
    return Settings(
        receivers,
        whole_path(templates) if templates else "",
        HELD_UP_LIMIT if after in (None, "") else float(after),
        ANSWER_LIMIT if timeout in (None, "") else float(timeout),
        whole_path(directory) if directory else str(C.DEFAULT_LOCAL_TMP),
    )


def _value(read: Read, name: str, spec: Mapping[str, Any] | None = None) -> Any:
    """Return a variable as what it has to be, None if it is not set or wrong.

    check_variables has said before what is wrong.
    """
    given, wanted = read(name), VARIABLES[name] if spec is None else spec
    if isinstance(given, str) and wanted["type"] in ("list", "dict"):
        try:
            given = yaml.safe_load(given)
        except yaml.YAMLError:
            return None
    misfit = wanted["type"] == "dict" and not isinstance(given, Mapping)
    if misfit or given in (None, "", [], {}):
        return None
    checked = ArgumentSpecValidator({name: dict(wanted)}).validate({name: given})
    return None if checked.error_messages else checked.validated_parameters[name]
