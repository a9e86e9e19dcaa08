# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotate a simulated EKS cluster twice and report what the World saw.

`make demo` runs it with the real playbook. All waiting is real; only the durations of the World are
short.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.serve import serving

HERE = Path(__file__).parent
PLAYBOOK = (
    "nodeops.rotator.rotate_eks",
    "-i",
    str(HERE / "demo.node_groups.yml"),
    "-e",
    f"@{HERE / 'pace.yml'}",
)
SURGE = 2
"""Surge that the judge of the World allows, as in pace.yml."""
RECAP = re.compile(r"^(\S+)\s+: .*\bchanged=(\d+)\b", re.MULTILINE)


def say(text: str) -> None:
    """Print a heading."""
    print(f"\n=== {text}", flush=True)


def allow(world: dict[str, str], groups: list[str]) -> None:
    """Tell the judge of the World what the playbook may do."""
    for group in groups:
        rules = json.dumps({"group": group, "surge": SURGE}).encode()
        urllib.request.urlopen(f"{world['WORLD_URL']}/rules", rules).close()


def report(world: dict[str, str]) -> dict[str, Any]:
    """Return what the World has seen so far."""
    with urllib.request.urlopen(f"{world['WORLD_URL']}/report") as answer:
        return dict(json.load(answer))


def play(world: dict[str, str]) -> tuple[int, str, float]:
    """Run the playbook, show its output, and return exit code, output and seconds."""
    environment = {
        **os.environ,
        **world,
        "ANSIBLE_FORCE_COLOR": "1" if sys.stdout.isatty() else "0",
        "PYTHONUNBUFFERED": "1",
    }
    # The cluster is reached as a real one: by its name and the AWS credentials.
    del environment["KUBECONFIG"]
    command = [str(Path(sys.executable).with_name("ansible-playbook")), *PLAYBOOK]
    print(
        "$ ansible-playbook",
        *(word.replace(f"{HERE}/", "tests/demo/") for word in PLAYBOOK),
        flush=True,
    )
    began, lines = time.monotonic(), []
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    return process.returncode, "".join(lines), time.monotonic() - began


def changed(output: str) -> int:
    """Return the sum of `changed` in the recap, -1 without a recap."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    found = RECAP.findall(plain)
    return sum(int(number) for _host, number in found) if found else -1


def conclusion(
    before: dict[str, Any], after: dict[str, Any], codes: list[int], again: int
) -> tuple[bool, str]:
    """Return True if all went well, and the last line."""
    new = after["facts"]["new_image"]
    old = sum(image != new for group in before["groups"].values() for image in group["images"])
    still = sum(image != new for group in after["groups"].values() for image in group["images"])
    sizes = all(
        after["groups"][name]["desired"] == group["desired"]
        for name, group in before["groups"].items()
    )
    breaches = len(after["breaches"])
    good = codes == [0, 0] and still == 0 and old > 0 and sizes and breaches == 0 and again == 0
    line = f"{old - still} nodes replaced, {breaches} breaches, second run changed {again}"
    return good, f"demo: {'ok' if good else 'failed'}, {line}"


def main() -> int:
    """Run the demo; return the exit status."""
    say(
        "A simulated AWS account with an EKS cluster: three node groups, twelve nodes, all on"
        " last month's AMI"
    )
    with tempfile.TemporaryDirectory(prefix="demo-") as name, serving("eks", Path(name)) as world:
        before = report(world)
        allow(world, list(before["groups"]))
        say(
            "First run: every node is replaced, node group by node group, while the World"
            " judges every command"
        )
        first, _output, seconds = play(world)
        say(f"Second run, after {seconds:.0f} s: nothing is left to do")
        second, output, _seconds = play(world)
        after = report(world)
        figures = after["figures"]
        say("What the World saw")
        for group, least in figures["available_least"].items():
            print(
                f"{group}: never fewer than {least} nodes available, never more than"
                f" {figures['launched_most'][group]} launched"
            )
        for breach in after["breaches"]:
            print(f"breach at {breach['at']:.1f} s: {breach['command']}: {breach['why']}")
        good, line = conclusion(before, after, [first, second], changed(output))
    print(f"\n{line}", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
