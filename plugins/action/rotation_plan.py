# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show the plan of a rotation and write it down, on the control node."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from ansible import constants as C
from ansible.utils.display import Display

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.plan import (
    PLAN_DUE,
    PLAN_FAILED,
    plan_document,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.plan_files import (
    markdown,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.plan_files import (
    variables as plan_variables,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.plan_lines import (
    Tone,
    plan_lines,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.controller import (
    ControllerAction,
    Values,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.narrator import (
    may_show,
    screen,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.reports import whole_path
from ansible_collections.nodeops.rotator.plugins.plugin_utils.signed import options_of

TONE_COLORS: Mapping[Tone, str | None] = {
    "": None,
    "head": C.COLOR_HIGHLIGHT,
    "bad": C.COLOR_ERROR,
    "wait": C.COLOR_WARN,
    "good": C.COLOR_OK,
}


class ActionModule(ControllerAction):
    """Does all of the work of the module of the same name."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        "hosts": {"type": "list", "elements": "str"},
        "file": {"type": "str"},
        "fail_if_due": {"type": "bool", "default": False},
        "show": {"type": "bool", "default": True},
    }

    def act(self, options: Values, variables: Values) -> Values:
        """Show the plan, write it, and hand it to what comes next."""
        names = options["hosts"] or variables["ansible_play_hosts_all"]
        hosts = {name: variables["hostvars"][name] for name in names}
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        given = {name: options_of(of_host) for name, of_host in hosts.items()}
        document = plan_document(hosts, now, given)
        fails = document["outcome"] == PLAN_FAILED or (
            document["outcome"] == PLAN_DUE and options["fail_if_due"]
        )
        if not options["show"]:
            why = _said(document, hosts)
            return {"fails": fails, "failed": fails, "msg": why}
        try:
            files = _write(document, options["file"] or "")
        except OSError as error:
            raise InputError(f"plan: failed, the plan cannot be written: {error}") from error
        shown = may_show(variables)
        if shown:
            _show(plan_lines(document, screen(0).width))
        told = {"plan": document, "files": files, "shown": shown, "fails": fails}
        statistics = {"ansible_stats": _statistics(document)}
        return {"msg": document["line"], **told, **statistics}


def _statistics(document: dict[str, Any]) -> dict[str, Any]:
    """Return what ansible.builtin.set_stats would hand on."""
    data = {"rotation_plan_outcome": document["outcome"], "rotation_plan_data": document}
    return {"data": data, "per_host": False, "aggregate": False}


def _said(document: Mapping[str, Any], hosts: Mapping[str, Mapping[str, Any]]) -> str:
    """Return why a plan fails.

    It names the groups that are due, which the last line leaves out, and does not repeat the
    message of a task that has failed before.
    """
    due = ", ".join(group["node_group"] for group in document["node_groups"] if group["due"])
    if document["outcome"] == PLAN_DUE:
        return f"{document['line']} ({due})"
    told = [name for name, variables in hosts.items() if variables.get("_plan_failed")]
    if len(told) == len(hosts):
        return f"plan: failed, {', '.join(told)}: see the failed task above"
    return str(document["line"])


def _show(lines: list[tuple[str, Tone]]) -> None:
    display = Display()
    display.display("")
    for text, tone in lines:
        display.display(text, color=TONE_COLORS[tone])


def _write(document: dict[str, Any], path: str) -> list[str]:
    """Write the plan in its three forms, and return the paths."""
    if not path:
        return []
    stem = Path(whole_path(path))
    stem = stem.with_suffix("") if stem.suffix in (".json", ".md", ".env") else stem
    stem.parent.mkdir(parents=True, exist_ok=True)
    texts = {
        ".json": json.dumps(document, indent=2) + "\n",
        ".md": markdown(document),
        ".env": plan_variables(document),
    }
    for suffix, text in texts.items():
        Path(f"{stem}{suffix}").write_text(text, encoding="utf-8")
    return [f"{stem}{suffix}" for suffix in texts]
