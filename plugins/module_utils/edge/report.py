# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write reports from the event log of a directory."""

from __future__ import annotations

import dataclasses
import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.document import document
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.lines import shortened
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.event_log import (
    EventLog,
    read,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.templating import environment

TEMPLATES = "NODEOPS_ROTATOR_TEMPLATES"
"""Environment variable with the directory of the templates, set by the action plugin for its
module: Ansible ships only Python with a module."""
UNREPORTED = frozenset(("nodes",))
"""Results that the events tell already."""
ESCAPED = ("html", "xml")
"""Reports in which the text of events is escaped."""


def open_log(params: Mapping[str, Any], run: str, check_mode: bool, name: str) -> EventLog | None:
    """Return the event log of a rotation, None if none is kept.

    `name`: of the node group. None is kept without `report_dir` and in check mode.
    """
    if not params["report_dir"] or check_mode:
        return None
    return EventLog(params["report_dir"], run, name)


def close_log(
    log: EventLog | None, directory: str, values: Mapping[str, Any], error: RotatorError | None
) -> tuple[str, ...]:
    """Write how a rotation ended, and the reports.

    Returns what went wrong with that. It never makes the rotation fail.
    """
    if log is None:
        return ()
    kept = {name: value for name, value in values.items() if name not in UNREPORTED}
    log.append({"result": {**kept, "error": str(error) if error else ""}})
    lost = [log.lost] if log.lost else []
    templates = os.environ.get(TEMPLATES)
    if templates:
        try:
            write_reports(directory, templates)
        except (OSError, ImportError, RotatorError) as problem:
            lost.append(f"no report was written in {directory}: {problem}")
    return tuple(lost)


def write_reports(directory: str, templates: str) -> list[str]:
    """Write report.json and one report for each template; return their paths.

    Each replaces the one before as a whole. InputError: the directory has no event log, or a
    template is wrong.
    """
    report = json.loads(json.dumps(document(read(directory)), default=dataclasses.asdict))
    texts = {"report.json": json.dumps(report, indent=2) + "\n", **_rendered(templates, report)}
    return [_replace(Path(directory, name), text) for name, text in texts.items()]


def _rendered(templates: str, report: Mapping[str, Any]) -> dict[str, str]:
    import jinja2

    found = environment([templates], FILTERS, _makes_html)
    try:
        return {
            name.removesuffix(".j2"): found.get_template(name).render(report=report)
            for name in found.list_templates(extensions=["j2"])
        }
    except jinja2.TemplateError as error:
        raise InputError(f"a template in {templates} is wrong: {error}") from error


def _makes_html(name: str | None) -> bool:
    return name is not None and name.rsplit(".", 2)[-2] in ESCAPED


def _clock(at: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at))


def _moment(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def _day(at: float) -> str:
    """Return date and time in the zone of `clock`, with its name."""
    return time.strftime("%Y-%m-%d %H:%M:%S %Z", time.localtime(at))


def _cell(text: object) -> str:
    """Return text as a cell of a Markdown table."""
    return " ".join(str(text).split()).replace("\\", "\\\\").replace("|", "\\|")


def _metric(text: object) -> str:
    """Return text as the value of a label of OpenMetrics."""
    return str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _replace(path: Path, text: str) -> str:
    """Write a file as a whole; return its path."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)
    return str(path)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "clock": _clock,
    "moment": _moment,
    "day": _day,
    "cell": _cell,
    "metric": _metric,
    "shortened": shortened,
}
"""The filters of the templates of reports, beside those of all templates."""
