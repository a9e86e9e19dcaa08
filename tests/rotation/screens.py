# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Render what people see of fixed worlds; run as a program, write it to `golden`.

Everything is rendered in memory by the code that shows it in production, in virtual time and UTC.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
import yaml
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.utils.color import parsecolor

from ansible_collections.nodeops.rotator.plugins.action.rotation_plan import TONE_COLORS
from ansible_collections.nodeops.rotator.plugins.filter.aftermath import aftermath
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.objects import lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.holdings import holding
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.holdings import (
    table as table_of_leases,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.lines import Screen, line
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.plan_lines import (
    plan_lines,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.summary import (
    row,
    summarize,
    table,
    totals,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.event_log import EventLog
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.progress import entry_of
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.report import write_reports
from ansible_collections.nodeops.rotator.plugins.plugin_utils.narrator import (
    COLORS,
    SILENCE,
    Narrator,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.reports import TEMPLATE_FOLDER
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, due
from ansible_collections.nodeops.rotator.tests.simulation.kernel import EPOCH
from ansible_collections.nodeops.rotator.tests.simulation.runs import (
    ManagedRun,
    Run,
    prepare,
    rotate,
)
from ansible_collections.nodeops.rotator.tests.simulation.world import NEVER_JOINS
from ansible_collections.nodeops.rotator.tests.unit.core.report.plan_builders import (
    a_host,
    a_node,
    a_plan,
    a_result,
    an_info,
    current,
)
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

ROLE = yaml.safe_load((ROOT / "roles/rotate/vars/main.yml").read_text(encoding="utf-8"))
"""Of what the role makes its messages."""
GOLDEN = Path(__file__).parent / "golden"
WIDTHS = (80, 120, 200)
LOG = 0
"""The width of a log, such as that of a CI system: its lines are never cut."""
BEGAN = EPOCH.timestamp()
WINDOW = "sat, sun 22:00 to 04:00 UTC; it opens on Sat 2026-12-05 22:00 UTC"
Colored = tuple[str, str | None]
"""Text, and the name of its color."""
Told = Run | ManagedRun
"""What has events and a result."""


def screens() -> dict[str, str]:
    """Return the text of each screen by the name of its file."""
    whole, failing = well(), badly()
    found = {"report.md": report(whole, failing), "status.txt": status()}
    for width in (*WIDTHS, LOG):
        shown = {
            "plan": list(plan(width)),
            "progress": [*progress(whole, width), *closing(whole, width)],
            "failure": [
                *progress(failing, width),
                *failure(failing, width),
                *closing(failing, width),
            ],
        }
        for name, lines in shown.items():
            kind = f"{name}-{width or 'log'}"
            found[f"{kind}.txt"] = plain(lines)
            if width:
                found[f"{kind}.ansi"] = colored(lines)
    return found


def plan(width: int) -> Iterator[Colored]:
    """Yield the plan of a group that is due, and of others that are not."""
    foreseen = {"surge": 2, "unavailable": 0, "canaries": 1, "soak": 300, "maintenance": WINDOW}
    planned = a_result(left={"i-3": "beyond the limit of 2"})
    planned["foreseen"] = {**planned["foreseen"], **foreseen}
    waits = ["PodDisruptionBudget shop/cart allows no eviction now"]
    mixed = [a_node(1), a_node(2, pods=11, volumes=["shop/data-0"], in_the_way=["shop/db-0: bare"])]
    hopeless = "PodDisruptionBudget shop/never can never allow an eviction of shop/never-0"
    holder = "runner-7_4711_20261129T081500Z-1a2b"
    hosts = {
        "blue": a_host(_rotate_result=planned, _prepare_info=an_info(waits=waits)),
        "a-node-group-with-a-rather-long-name": current(),
        "green": a_host(
            _prepare_info=an_info(nodes=mixed, blockers=[hopeless]), _rotate_result={"skipped": 1}
        ),
        "storage": a_host(_prepare_info=an_info(locked_by=holder)),
        "red": {"_prepare_ami": {"msg": "Cannot read Auto Scaling group red: access denied"}},
    }
    for text, tone in plan_lines(a_plan(**hosts), width):
        yield text, TONE_COLORS[tone]


def well() -> Run:
    """Return a rotation of four nodes during which a budget blocks for a while."""
    world = due(seed=3, max_unavailable=1)
    return rotate(world, BLUE, soak=120)


def badly() -> Run:
    """Return a rotation whose canary never joins the cluster."""
    world = due(seed=3)
    world.bad_images[world.facts["new_image"]] = NEVER_JOINS
    return rotate(world, BLUE, boot_timeout=300, drain=DrainPolicy(timeout=600))


def status() -> str:
    """Return what status shows while a rotation is at work, and after it was stopped."""
    run = prepare(due(seed=3), BLUE, "night-7", soak=60)
    run.inbox.stop_at(340, "signal SIGTERM")
    shown: list[str] = []
    run.world.kernel.after(215, lambda: shown.extend(_leases(run)))
    run()
    return "\n".join([*shown, "", *_leases(run), ""])


def _leases(run: Run) -> list[str]:
    return table_of_leases(
        holding(lease(raw)) for raw in run.world.cluster.objects("leases", "kube-system")
    )


def records(run: Told) -> list[dict[str, Any]]:
    """Return the records that the module would have written."""
    began = run.events[0][0]
    return [{**entry_of(event, now, began), "at": BEGAN + now} for now, event in run.events]


def progress(run: Run, width: int) -> Iterator[Colored]:
    """Yield the lines of a rotation, with reminders where nothing happens."""
    told = records(run)
    narrator = Narrator(BLUE, told[0]["at"], fitted(width))
    for record in told:
        yield from _silence(narrator, record["at"])
        for text, event in narrator.take(json.dumps(record).encode() + b"\n", record["at"]):
            yield text, COLORS.get(event["phase"])


def _silence(narrator: Narrator, until: float) -> Iterator[Colored]:
    """Yield the reminders before the next record."""
    at = narrator.spoke + SILENCE
    while at < until:
        yield narrator.remind(at, at), COLORS["waiting"]
        at += SILENCE


def failure(run: Run, width: int) -> Iterator[Colored]:
    """Yield the one message of a rotation that failed, as role and callback make it."""
    at, _event = run.events[-1]
    assert run.result is not None
    result = {**run.result.values, "msg": str(run.result.error)}
    text = message({"_rotate_result": result})
    yield line(BLUE, {"at": BEGAN + at, "phase": "failed", "text": text}, fitted(width)), "red"


def message(registered: dict[str, Any]) -> str:
    """Return the message of the role rotate, made of what its tasks have registered."""
    environment, known = jinja2.Environment(), dict(registered)
    environment.filters |= {"nodeops.rotator.aftermath": aftermath, "bool": boolean}
    for name in ("store_written", "restored", "rolled_back", "failure"):
        template = environment.from_string(ROLE[f"_rotate_{name}"])
        known[f"_rotate_{name}"] = template.render(known)
    return str(known["_rotate_failure"])


def closing(run: Run, width: int) -> Iterator[Colored]:
    """Yield the closing table."""
    assert run.result is not None
    values = {**run.result.values, **({"msg": "failed"} if run.result.error else {})}
    summary = summarize(BLUE, {"_rotate_result": values}, plan=False)
    assert summary is not None
    yield from ((text, None) for text in ("", *table([row(summary)], width), ""))
    yield totals([summary], plan=False), None


def report(*runs: Run) -> str:
    """Return the report in Markdown of some runs."""
    with tempfile.TemporaryDirectory() as folder:
        reports(Path(folder), *runs)
        return Path(folder, "report.md").read_text(encoding="utf-8")


def reports(folder: Path, *runs: Told) -> None:
    """Write the reports of some runs, each a day after the one before, in UTC."""
    zone = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    try:
        for number, run in enumerate(runs, 1):
            _log(folder, f"night-{number}", run, 86400.0 * number)
        write_reports(str(folder), TEMPLATE_FOLDER)
    finally:
        os.environ.pop("TZ") if zone is None else os.environ.update(TZ=zone)
        time.tzset()


def _log(folder: Path, name: str, run: Told, after: float) -> None:
    """Write the event log of a run, so many seconds later than it was."""
    assert run.result is not None
    log = EventLog(str(folder), name, run.result.values["autoscaling_group_name"])
    for record in records(run):
        log.append({**record, "at": record["at"] + after})
    values = {name: value for name, value in run.result.values.items() if name != "nodes"}
    values["api_calls"] = dict(run.world.gate.calls)
    ended = BEGAN + run.events[-1][0] + after
    log.append({"result": {**values, "error": str(run.result.error or "")}, "at": ended})


def fitted(width: int) -> Screen:
    """Return a screen of this width."""
    return Screen(width, len(BLUE), lambda at: time.strftime("%H:%M:%S", time.gmtime(at)), BEGAN)


def plain(lines: list[Colored]) -> str:
    """Return lines without colors."""
    return "".join(f"{text}\n" for text, _color in lines)


def colored(lines: list[Colored]) -> str:
    """Return lines with the escape sequences that Ansible writes."""
    return "".join(_painted(text, color) for text, color in lines)


def _painted(text: str, color: str | None) -> str:
    before, after = (f"\033[{parsecolor(color)}m", "\033[0m") if color else ("", "")
    return "".join(f"{before}{one}{after}\n" for one in text.split("\n"))


def main() -> None:
    """Write all screens, and remove files that are none."""
    GOLDEN.mkdir(exist_ok=True)
    found = screens()
    for path in GOLDEN.iterdir():
        if path.name not in found:
            path.unlink()
    for name, text in found.items():
        (GOLDEN / name).write_text(text, encoding="utf-8")
    print(f"golden: {len(found)} screens in {GOLDEN}")


if __name__ == "__main__":
    main()
