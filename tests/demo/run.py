# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotate a simulated cluster twice and report what the World saw.

`make demo` runs it with the real playbook. All waiting is real; only the durations of the World are
short.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.serve import serving

HERE = Path(__file__).parent
REPORTS = HERE.parents[1] / "build" / "demo"
SURGE = 2
"""Surge that the judge of the World allows, as in pace.yml."""
CHANGE = re.compile(
    r"(?!sts)\w+:(?!Describe|Get|List|Batch)[A-Z]"
    r"|kubernetes:(?!get|list|watch|.*( leases|reviews)$)"
)
"""Calls of the World that change something. Leases are only locks here."""


@dataclasses.dataclass(frozen=True)
class Scenario:
    """A scenario of the World, and how it is rotated.

    `surges`: glob of the Auto Scaling groups that may be larger for a while. `kops`: whether the
    image gets there by kops.
    """

    what: str
    playbook: str = "rotate_eks"
    surges: str = "*"
    kops: bool = False

    def command(self, world: dict[str, str]) -> list[str]:
        """Return the words after ansible-playbook."""
        words = [f"nodeops.rotator.{self.playbook}", "-i", str(HERE / "demo.node_groups.yml")]
        words += ["-e", f"@{HERE / 'pace.yml'}", "-e", "rotation_report_dir=build/demo"]
        if self.kops:
            words += ["-e", f"@{HERE / 'kops.yml'}", "-e", f"kops_executable={world['WORLD_KOPS']}"]
        return words


SCENARIOS = {
    "eks": Scenario("an EKS cluster: three node groups, twelve nodes, all on last month's AMI"),
    "kops": Scenario(
        "a kops cluster: a control plane of three nodes, two node groups, all on last month's AMI",
        "rotate_kops",
        "nodes-*",
        kops=True,
    ),
    "mixed": Scenario(
        "an EKS cluster: a self-managed node group, two managed ones, nodes of Karpenter and of"
        " Fargate"
    ),
}
"""What there is, by the name of the scenario."""


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


def play(world: dict[str, str], words: list[str]) -> tuple[int, float]:
    """Run a playbook on the caller's screen; return its exit code and seconds."""
    environment = {**os.environ, **world, "ANSIBLE_STDOUT_CALLBACK": "nodeops.rotator.rotation"}
    # The cluster is reached as a real one: by its name and the AWS credentials.
    del environment["KUBECONFIG"]
    command = [str(Path(sys.executable).with_name("ansible-playbook")), *words]
    shown = (word.replace(f"{HERE}/", "tests/demo/") for word in words)
    print("$ ansible-playbook", *shown, flush=True)
    began = time.monotonic()
    code = subprocess.run(command, env=environment, cwd=REPORTS.parents[1], check=False).returncode
    return code, time.monotonic() - began


def changes(before: dict[str, Any], after: dict[str, Any]) -> int:
    """Return how many calls between two reports changed something."""
    return sum(
        number - before["calls"].get(name, 0)
        for name, number in after["calls"].items()
        if CHANGE.match(name)
    )


def outdated(seen: dict[str, Any]) -> int:
    """Return how many nodes of Auto Scaling groups do not run the new image.

    Bastions are no nodes.
    """
    groups, new = seen["groups"], seen["facts"]["new_image"]
    nodes = seen["figures"]["available_least"]
    return sum(image != new for name in nodes for image in groups[name]["images"])


def conclusion(
    before: dict[str, Any], after: dict[str, Any], codes: list[int], again: int
) -> tuple[bool, str]:
    """Return True if all went well, and the last line."""
    old, still = outdated(before), outdated(after)
    sizes = all(
        after["groups"][name]["desired"] == group["desired"]
        for name, group in before["groups"].items()
    )
    breaches = len(after["breaches"])
    good = codes == [0, 0] and still == 0 and old > 0 and sizes and breaches == 0 and again == 0
    line = f"{old - still} nodes replaced, {breaches} breaches, second run changed {again}"
    return good, f"demo: {'ok' if good else 'failed'}, {line}"


def main(name: str = "eks") -> int:
    """Run the demo in a scenario; return the exit status."""
    scenario = SCENARIOS[name]
    say(f"A simulated AWS account with {scenario.what}")
    shutil.rmtree(REPORTS, ignore_errors=True)
    with (
        tempfile.TemporaryDirectory(prefix="demo-") as folder,
        serving(name, Path(folder)) as world,
    ):
        before = report(world)
        allow(world, fnmatch.filter(before["groups"], scenario.surges))
        say(
            "First run: every node is replaced, node group by node group, while the World"
            " judges every command"
        )
        first, seconds = play(world, scenario.command(world))
        between = report(world)
        print("Report with a timeline of each node: build/demo/report.html")
        say(f"Second run, after {seconds:.0f} s: nothing is left to do")
        second, _seconds = play(world, scenario.command(world))
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
        good, line = conclusion(before, after, [first, second], changes(between, after))
    print(f"\n{line}", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
