# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotate one node group with our playbook and with what others use, side by side.

`make bench-peers` runs it. Each tool gets new worlds on the wire: six nodes, sixty pods, and a
budget that spares six. It runs twice in the first, and is killed and started again in a second. The
World judges all by the same rules. The table goes into docs/peers.md.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
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
    Command,
)
from ansible_collections.nodeops.rotator.tests.integration.wire import (
    PROGRAMS,
    WorldOnWire,
    world_on_wire,
)

SCENARIO, PODS = "peers", 60
LIMIT = 1200.0
"""Seconds after which a tool counts as stuck."""
TERMINATE = "autoscaling:TerminateInstanceInAutoScalingGroup"


@dataclasses.dataclass(frozen=True)
class Run:
    """What one run of a tool needed and left behind.

    `aws`, `kube`: requests. `left`: what is not as before, "" for nothing.
    """

    ok: bool
    seconds: float
    aws: int
    kube: int
    breaches: int
    left: str


class Bench:
    """A tool in a world of its own."""

    def __init__(self, tool: Command, world: WorldOnWire) -> None:
        self._tool, self._world = tool, world
        self._before = world.report()
        new = self._before["facts"]["new_image"]
        point_to(world, new)

    def run(self, kill: bool = False) -> Run:
        """Start the tool and wait for its end; `kill`: end it at its first termination."""
        before, start = self._world.report(), time.monotonic()
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
        seconds = time.monotonic() - start
        time.sleep(5)  # what the cloud still does with what was asked
        return self._judged(code == 0, seconds, before)

    def _start(self) -> subprocess.Popen[bytes]:
        program, *options = self._tool(self._world)
        identity = self._world.who(self._world.next_run())
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

    def _judged(self, ok: bool, seconds: float, before: Mapping[str, Any]) -> Run:
        after = self._world.report()
        calls = {
            name: count - before["calls"].get(name, 0) for name, count in after["calls"].items()
        }
        kube = sum(count for name, count in calls.items() if name.startswith("kubernetes:"))
        breaches = len(after["breaches"]) - len(before["breaches"])
        return Run(ok, seconds, sum(calls.values()) - kube, kube, breaches, self._left(after))

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
            found.append(f"{old} old")
        return ", ".join(found + sorted(f"lock {name}" for name in after["leases"]))


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
def bench(name: str) -> Iterator[Bench]:
    """Serve a new world for a tool."""
    with (
        tempfile.TemporaryDirectory(prefix="peers-") as folder,
        world_on_wire(SCENARIO, Path(folder)) as world,
    ):
        yield Bench(TOOLS[name], world)


def told(run: Run) -> str:
    """Return in a few words how a run ended."""
    how = "" if run.ok else "fails, "
    return f"{how}{run.seconds:.0f} s" + (f"; left: {run.left}" if run.left else "")


def row(name: str) -> tuple[str, Run]:
    """Measure a tool; return its row of the table, and its first run."""
    with bench(name) as whole:
        first, second = whole.run(), whole.run()
    with bench(name) as broken:
        killed, again = broken.run(kill=True), broken.run()
    cells = (
        name,
        told(first),
        str(first.aws),
        f"{first.kube / PODS:.1f}",
        str(first.breaches),
        told(second) + f", {second.aws + second.kube} requests",
        told(again) + f", {killed.breaches + again.breaches} breaches",
    )
    return "| " + " | ".join(cells) + " |", first


def main() -> None:
    """Measure the tools and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tools", nargs="*", help="rows by a part of their names; all without")
    given = parser.parse_args().tools
    names = [name for name in TOOLS if not given or any(part in name for part in given)]
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    print("| tool | a rotation | AWS calls | Kubernetes requests per pod | breaches |", end="")
    print(" a second run | killed and started again |\n|---|---|---|---|---|---|---|", flush=True)
    found: dict[str, Run] = {}
    for name in names:
        line, found[name] = row(name)
        print(line, flush=True)
    others = [run.seconds for name, run in found.items() if run.ok and "rotator" not in name]
    if OURS in found and others:
        print(f"peers: ours {found[OURS].seconds / min(others):.2f} of the fastest")


if __name__ == "__main__":
    main()
