# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotate one node group with our playbook and with what others use, side by side.

`make bench-peers` runs it. Each tool gets new worlds on the wire: six nodes, sixty pods, and a
budget that spares six. It runs twice in the first, and is killed and started again in a second. In
a third, some of the pods have volumes and a budget that spares one; in a fourth, there are twenty
nodes. The World judges all by the same rules. The tables go into docs/peers.md.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import resource
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.tests.bench.peers.tools import (
    GROUP,
    OURS,
    TOOLS,
    NotHere,
    versions,
)
from ansible_collections.nodeops.rotator.tests.integration.wire import (
    PROGRAMS,
    WorldOnWire,
    world_on_wire,
)
from ansible_collections.nodeops.rotator.tests.simulation.identities import PEER

SCENARIO, VOLUMES, TWENTY = "peers", "peers_volumes", "peers_twenty"
PODS = {SCENARIO: 60, VOLUMES: 60, TWENTY: 200}
ONCE = {"volumes": VOLUMES, "twenty": TWENTY}
"""Tables of one rotation each, by name."""
LIMIT = 2400.0
"""Seconds after which a tool counts as stuck."""
LAST_LINES = 8
"""Of a tool that has failed."""
COLUMNS = (
    *("a rotation", "processor", "AWS calls", "Kubernetes requests per pod", "breaches"),
    *("a second run", "killed and started again"),
)
TERMINATE = "autoscaling:TerminateInstanceInAutoScalingGroup"


@dataclasses.dataclass(frozen=True)
class Run:
    """What one run of a tool needed and left behind.

    `busy`: seconds of the processor. `aws`, `kube`: requests. `left`: what is not as before, "" for
    nothing. `pods`: how many the node group has.
    """

    ok: bool
    seconds: float
    busy: float
    aws: int
    kube: int
    breaches: int
    left: str
    pods: int


class Bench:
    """A tool in a world of its own."""

    def __init__(self, name: str, world: WorldOnWire, pods: int) -> None:
        self._tool, self._world, self._pods = TOOLS[name], world, pods
        self._ours = is_ours(name)
        self._before = world.report()
        new = self._before["facts"]["new_image"]
        point_to(world, new)

    def run(self, kill: bool = False) -> Run:
        """Start the tool and wait for its end; `kill`: end it at its first termination."""
        before, start, busy = self._world.report(), time.monotonic(), processor_seconds()
        process = self._start()
        try:
            while process.poll() is None and time.monotonic() < start + LIMIT:
                if kill and self._count(TERMINATE) > before["calls"].get(TERMINATE, 0):
                    break
                time.sleep(0.05 if kill else 0.2)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
        seconds, busy = time.monotonic() - start, processor_seconds() - busy
        time.sleep(5)  # what the cloud still does with what was asked
        return self._judged(code == 0 or kill, seconds, busy, before)

    def _start(self) -> subprocess.Popen[bytes]:
        program, *options = self._tool(self._world)
        # Our playbooks have the rights that we ship, and no others.
        identity = self._world.who(self._world.next_run() if self._ours else PEER.name)
        with (self._world.folder / "tool.log").open("ab") as output:
            return subprocess.Popen(
                [str(PROGRAMS / program), *options],
                cwd=self._world.folder,
                env=self._world.environment(**identity),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _count(self, call: str) -> int:
        return int(self._world.report()["calls"].get(call, 0))

    def _judged(self, ok: bool, seconds: float, busy: float, before: Mapping[str, Any]) -> Run:
        after = self._world.report()
        calls = {
            name: count - before["calls"].get(name, 0) for name, count in after["calls"].items()
        }
        kube = sum(count for name, count in calls.items() if name.startswith("kubernetes:"))
        breaches = len(after["breaches"]) - len(before["breaches"])
        if not ok:
            print("\n".join(f"# {line}" for line in self._last_words()), flush=True)
        aws = sum(calls.values()) - kube
        return Run(ok, seconds, busy, aws, kube, breaches, self._left(after), self._pods)

    def _last_words(self) -> list[str]:
        """Return the end of what the tool has printed."""
        text = (self._world.folder / "tool.log").read_text(errors="replace")
        return [line[:300] for line in text.splitlines()[-LAST_LINES:]]

    def _left(self, after: Mapping[str, Any]) -> str:
        """Return what is not as it was before, and what is still old."""
        then, now = self._before["groups"][GROUP], after["groups"][GROUP]
        found = [
            f"{name} {then[name]} is {now[name]}"
            for name in ("desired", "max", "suspended", "protected")
            if now[name] != then[name]
        ]
        old = sum(image != after["facts"]["new_image"] for image in now["images"])
        if old:
            found.append(f"{counted(old, 'node')} not replaced")
        return ", ".join(found + sorted(f"lock {name}" for name in after["leases"]))


def processor_seconds() -> float:
    """Return what all tools so far have taken of the processor.

    It hardly depends on what else the machine does. Worlds do not count: they are no children of
    this process.
    """
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def point_to(world: WorldOnWire, image: str) -> None:
    """Give the group's template a version with this image.

    Our playbook would do so by itself; the others need it.
    """
    world.aws("ec2").create_launch_template_version(
        LaunchTemplateName=GROUP,
        SourceVersion="$Latest",
        LaunchTemplateData={"ImageId": image},
    )


@contextmanager
def bench(name: str, scenario: str = SCENARIO) -> Iterator[Bench]:
    """Serve a new world for a tool."""
    with (
        tempfile.TemporaryDirectory(prefix="peers-") as folder,
        world_on_wire(scenario, Path(folder)) as world,
    ):
        yield Bench(name, world, PODS[scenario])


def is_ours(name: str) -> bool:
    """Return whether a row is of our playbook."""
    return "rotator" in name


def told(run: Run) -> str:
    """Return in a few words how a run ended."""
    how = "" if run.ok else "fails, "
    return f"{how}{run.seconds:.0f} s" + (f"; left: {run.left}" if run.left else "")


def figures(run: Run) -> tuple[str, ...]:
    """Return the cells about one run, as of COLUMNS."""
    requests = str(run.aws), f"{run.kube / run.pods:.1f}"
    return told(run), f"{run.busy:.1f} s", *requests, str(run.breaches)


def line(*cells: str) -> str:
    """Return a line of a table."""
    return "| " + " | ".join(cells) + " |"


def whole(name: str) -> tuple[str, Run | None]:
    """Measure a tool; return its row of the table, and its first run."""
    try:
        with bench(name) as world:
            first, second = world.run(), world.run()
        with bench(name) as world:
            killed, again = world.run(kill=True), world.run()
    except NotHere as missing:
        return line(name, f"not measured: {missing}", *[""] * (len(COLUMNS) - 1)), None
    return line(
        name,
        *figures(first),
        told(second) + f", {counted(second.aws + second.kube, 'request')}",
        told(again) + f", {counted(killed.breaches + again.breaches, 'breach', 'es')}",
    ), first


def once(name: str, scenario: str) -> str:
    """Measure one rotation of a tool in this scenario; return the row."""
    try:
        with bench(name, scenario) as world:
            return line(name, *figures(world.run()))
    except NotHere as missing:
        return line(name, f"not measured: {missing}", *[""] * 4)


def counted(number: int, thing: str, plural: str = "s") -> str:
    """Return a number with its noun."""
    return f"{number} {thing}{'' if number == 1 else plural}"


def head(*columns: str) -> str:
    """Return the first two lines of a table."""
    return line("tool", *columns) + "\n" + "|---" * (len(columns) + 1) + "|"


def main() -> None:
    """Measure the tools and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tools", nargs="*", help="rows by a part of their names; all without")
    parser.add_argument("--only", choices=("whole", *ONCE), help="one of the tables")
    given = parser.parse_args()
    names = [name for name in TOOLS if not given.tools or any(part in name for part in given.tools)]
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {versions()}", flush=True)
    for table, scenario in ONCE.items():
        if given.only in (None, table):
            print(f"\n{table}:\n" + head(*COLUMNS[:5]), flush=True)
            for name in names:
                print(once(name, scenario), flush=True)
    if given.only in (None, "whole"):
        everything(names)


def everything(names: list[str]) -> None:
    """Print the table of the whole comparison, and the last line."""
    print("\n" + head(*COLUMNS), flush=True)
    found: dict[str, Run] = {}
    for name in names:
        row, first = whole(name)
        print(row, flush=True)
        if first is not None and first.ok:
            found[name] = first
    others = [run.seconds for name, run in found.items() if not is_ours(name)]
    if OURS in found and others:
        print(f"\npeers: ours {found[OURS].seconds / min(others):.2f} of the fastest")


if __name__ == "__main__":
    main()
