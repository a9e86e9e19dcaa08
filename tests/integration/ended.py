# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""End the real playbook at a random moment and see that nothing goes on.

The playbook runs in a pseudo-terminal on a world on the wire. One that stops in time terminates at
most the node that was on its way when it was ended, and leaves no process behind.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import random
import signal
import tempfile
import time
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.tests.integration.terminal import Terminal
from ansible_collections.nodeops.rotator.tests.integration.warm import HANGS
from ansible_collections.nodeops.rotator.tests.integration.wire import (
    PROGRAMS,
    QUICK,
    WorldOnWire,
    world_on_wire,
)

GROUP, PLAYBOOK = "demo-blue", "nodeops.rotator.rotate_eks"
NOTHING: Mapping[str, str] = types.MappingProxyType({})
VARIABLES = {
    **QUICK,
    "rotate_max_surge": 1,
    "rotate_lease_duration": 10,
    "prepare_handover_timeout": 20,
    "rotate_stop_timeout": 120,
}
LINES = 60
"""About how many lines a rotation of four nodes shows."""
BEFORE_FIRST_LINE, BETWEEN_LINES = 3.0, 1.0
"""Seconds within which the end comes: after the start, and after a line."""


def ctrl_c(terminal: Terminal) -> None:
    """Press Ctrl-C."""
    terminal.press(b"\x03")


def terminate(terminal: Terminal) -> None:
    """Send SIGTERM, as a pipeline does whose job is canceled, and AWX."""
    terminal.process.terminate()


def hang_up(terminal: Terminal) -> None:
    """Close the terminal."""
    terminal.close()


def power_cut(terminal: Terminal) -> None:
    """Kill all processes at once, as a crash of the machine does."""
    members = processes(terminal.folder)
    for pid in members:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    for pid in members:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@dataclasses.dataclass(frozen=True)
class End:
    """A way to end a run.

    `runner`: ansible-runner has started the run, and is what kills it.
    """

    name: str
    act: Callable[[Terminal], None]
    runner: bool = False


CTRL_C = End("Ctrl-C", ctrl_c)
TERMINATE = End("SIGTERM", terminate)
HANG_UP = End("a closed terminal", hang_up)
CANCEL = End("a cancel in AWX", terminate, runner=True)
POWER_CUT = End("a power cut", power_cut)
ENDS = (CTRL_C, TERMINATE, HANG_UP, CANCEL)


@dataclasses.dataclass(frozen=True)
class Moment:
    """When a run is ended: so many seconds after it has shown so many lines."""

    lines: int
    seconds: float

    @classmethod
    def draw(cls, chance: random.Random) -> Moment:
        """Return any moment of a run."""
        lines = chance.randrange(LINES)
        return cls(lines, chance.uniform(0, BETWEEN_LINES if lines else BEFORE_FIRST_LINE))


def until(
    what: str, holds: Callable[[], bool], limit: float = HANGS, between: float = 0.02
) -> None:
    """Wait until `holds` returns True; fail after `limit` seconds.

    `between`: seconds from look to look.
    """
    end = time.monotonic() + limit
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"not within {limit:.0f} s: {what}")
        time.sleep(between)


def processes(folder: Path) -> list[int]:
    """Return the IDs of all processes that were started for a world in this folder."""
    mark, found = f"TMPDIR={folder}\0".encode(), []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if mark in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
            except OSError:  # it has ended
                continue
    return found


def terminated(world: WorldOnWire) -> int:
    """Return how many terminations were requested."""
    return int(world.report()["calls"].get("autoscaling:TerminateInstanceInAutoScalingGroup", 0))


def start(
    world: WorldOnWire,
    runner: bool = False,
    environment: Mapping[str, str] = NOTHING,
    **variables: Any,
) -> Terminal:
    """Start a rotation to the image that most of the nodes do not run.

    `runner`: by ansible-runner, as AWX does. `environment`: variables besides the world's.
    """
    report = world.report()
    images, facts = report["groups"][GROUP]["images"], report["facts"]
    old = images.count(facts["old_image"]) * 2 >= len(images)
    given = {
        **VARIABLES,
        "prepare_image_id": facts["new_image" if old else "old_image"],
        **variables,
    }
    values = world.folder / "variables.json"
    values.write_text(json.dumps(given))
    inventory, extra = str(world.inventory), f"@{values}"
    command = ["ansible-playbook", PLAYBOOK, "-i", inventory, "-e", extra]
    if runner:
        command = ["ansible-runner", "run", str(world.folder / "runner"), "-p", PLAYBOOK]
        command += ["--inventory", inventory, "--cmdline", f"-e {extra}"]
    return Terminal(
        [str(PROGRAMS / command[0]), *command[1:]],
        world.folder,
        world.environment(
            PATH=f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
            **world.reach(world.next_run()),
            **environment,
        ),
    )


def interrupted(world: WorldOnWire, end: End, moment: Moment) -> Terminal | None:
    """Start a rotation and end it at this moment; None if it ended before."""
    terminal = start(world, end.runner)
    until(
        f"{moment.lines} lines shown",
        lambda: terminal.text.count("\n") >= moment.lines or not terminal.running,
    )
    time.sleep(moment.seconds)
    if not terminal.running or "PLAY RECAP" in terminal.text:
        terminal.process.wait()
        terminal.close()
        return None
    end.act(terminal)
    return terminal


def went_on(world: WorldOnWire, terminal: Terminal) -> str:
    """Return what shows that a run went on after its end, "" if it stopped."""
    before = terminated(world)
    try:
        until("every process gone", lambda: not processes(world.folder), between=0.2)
    except AssertionError as error:
        return str(error)
    terminal.close()
    if terminal.process.wait() == 0:
        return "it ended as if nothing had happened"
    more = terminated(world) - before
    # Of one node at a time, one may have been on its way.
    return f"{more} nodes were terminated afterwards" if more > 1 else ""


def handed_over(report: Mapping[str, Any]) -> set[str]:
    """Return the Leases that are held for a rotation that has not begun.

    An end between two tasks meets no process that could give them up. They expire by themselves.
    """
    records = {
        name: json.loads(notes.get("nodeops.rotator/journal") or "{}")
        for name, notes in report["records"].items()
    }
    return {name for name, journal in records.items() if journal.get("handover")}


def attempt(world: WorldOnWire, chance: random.Random) -> tuple[str, str]:
    """End a rotation at a random moment and check that it stops.

    Returns when and how it was ended, and why that did not stop it.
    """
    end = chance.choice(ENDS)
    while True:
        moment = Moment.draw(chance)
        if terminal := interrupted(world, end, moment):
            break
    why = went_on(world, terminal)
    report = world.report()
    if not why and (held := report["leases"].keys() - handed_over(report)):
        why = f"the Lease is still held: {held}"
    if not why and report["breaches"]:
        why = f"breaches: {report['breaches']}"
    if why:
        (world.folder / "terminal.txt").write_text(terminal.text)
    return f"{end.name} {moment.seconds:.2f} s after line {moment.lines}", why


@contextmanager
def small_world() -> Iterator[WorldOnWire]:
    """Serve a small world in a folder of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="interrupts-") as name,
        world_on_wire("small", Path(name)) as world,
    ):
        yield world
