# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kill the playbook rotate_kops before any of its writes, and start it again.

`make kops-deaths` runs it.
A write is one to AWS, the state store or Kubernetes, by kops or by us. The World answers nothing
from there on, and every process is killed. What the second run leaves has to be what a run leaves
that nobody kills.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import LEASE_PREFIX
from ansible_collections.nodeops.rotator.tests.integration import kops_wire
from ansible_collections.nodeops.rotator.tests.integration.ended import (
    POWER_CUT,
    processes,
    until,
)
from ansible_collections.nodeops.rotator.tests.integration.kops_wire import CLUSTER, STORE
from ansible_collections.nodeops.rotator.tests.integration.terminal import Terminal
from ansible_collections.nodeops.rotator.tests.integration.wire import (
    PROGRAMS,
    QUICK,
    WorldOnWire,
    world_on_wire,
)

PACE = {
    **QUICK,
    "rotate_lease_duration": 6,
    "rotate_etcd_settle": 1,
    "rotate_max_surge": 1,
    "prepare_kops_handover_timeout": 60,
    "rotate_lock_wait": 600,
}
"""Variables with which the Lease of a run that was killed ends soon."""
PATIENT = {"prepare_kops_handover_timeout": 600}
"""Variables of a run that nobody kills, which has the time that a slow machine takes."""


@dataclasses.dataclass(frozen=True)
class Workflow:
    """One instance group that is due. `bad`: its new nodes take longer than they may."""

    group: str
    auto_scaling_group: str
    bad: bool = False

    def variables(self, world: WorldOnWire) -> dict[str, Any]:
        """Return what the playbook is given."""
        kops = {"kops_state_store": f"s3://{STORE}", "kops_executable": world.env["WORLD_KOPS"]}
        return {
            **PACE,
            **kops,
            "prepare_image_id": kops_wire.image_name(world),
            **({"rotate_boot_timeout": 8} if self.bad else {}),
        }


WORKFLOWS: Mapping[str, Workflow] = {
    "nodes": Workflow("nodes-b", f"nodes-b.{CLUSTER}"),
    "failing": Workflow("nodes-b", f"nodes-b.{CLUSTER}", bad=True),
    "plane": Workflow("control-plane-eu-west-1a", f"control-plane-eu-west-1a.masters.{CLUSTER}"),
    "bastions": Workflow("bastions", f"bastions.{CLUSTER}"),
}


class Attempts:
    """Runs of a workflow in one world."""

    def __init__(self, world: WorldOnWire, flow: Workflow) -> None:
        """Prepare the world for the workflow."""
        self.world, self.flow = world, flow
        world.rules(flow.auto_scaling_group, 1)
        if flow.bad:
            world.behavior(aws={"boot": [25, 25]})

    def start(self, **death: Any) -> Terminal:
        """Start the playbook as somebody new, who dies as said."""
        world, who = self.world, self.world.next_run()
        world.dies(who, **death)
        values = world.folder / "variables.json"
        pace = {} if death else PATIENT
        values.write_text(json.dumps({**self.flow.variables(world), **pace}))
        command = [str(PROGRAMS / "ansible-playbook"), "nodeops.rotator.rotate_kops"]
        command += ["-i", str(world.inventory), "-e", f"@{values}"]
        command += ["--limit", f"{self.flow.auto_scaling_group},localhost"]
        path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
        return Terminal(command, world.folder, world.environment(PATH=path, **world.reach(who)))

    def ended(self, terminal: Terminal) -> int:
        """Wait for the end of a run; return its exit code."""
        until("the end of the run", lambda: not terminal.running, between=0.2)
        terminal.close()
        return terminal.process.wait()

    def killed(self, **death: Any) -> bool:
        """Kill a run at its death; return False if it ended before."""
        terminal = self.start(**death)
        until(
            "the death of the run",
            lambda: self.death()["dead"] or not terminal.running,
            between=0.2,
        )
        dead = bool(self.death()["dead"])
        POWER_CUT.act(terminal)
        until("every process gone", lambda: not processes(self.world.folder))
        terminal.process.wait()
        terminal.close()
        return dead

    def death(self) -> dict[str, Any]:
        """Return what is known of the last one who was to die."""
        return dict(self.world.report()["deaths"][-1])

    def state(self) -> dict[str, Any]:
        """Return what has to be the same however often a run was killed."""
        report, name = self.world.report(), self.flow.auto_scaling_group
        facts, group = report["facts"], dict(report["groups"][name])
        names = {kops_wire.image_name(self.world, one): one for one in ("old_image", "new_image")}
        images = {facts[one]: one for one in ("old_image", "new_image")}
        ours = [tag for tag in group.pop("tags") if tag.startswith("nodeops.rotator/")]
        return {
            **group,
            "ours": ours,
            "images": [images[one] for one in group["images"]],
            "stored": names[kops_wire.stored(self.world, self.flow.group)["spec"]["image"]],
            "launched": images[kops_wire.versions(self.world, name)[-1]["ImageId"]],
            "leases": [one for one in report["leases"] if one.startswith(LEASE_PREFIX)],
            "breaches": report["breaches"],
        }


@contextmanager
def attempts(flow: Workflow) -> Iterator[Attempts]:
    """Serve a world in which the workflow is due."""
    with (
        tempfile.TemporaryDirectory(prefix="deaths-") as folder,
        world_on_wire("kops", Path(folder)) as world,
    ):
        yield Attempts(world, flow)


def undisturbed(flow: Workflow) -> tuple[list[str], int, dict[str, Any]]:
    """Return writes, exit code and remains of a run that nobody kills."""
    with attempts(flow) as tried:
        code = tried.ended(tried.start())
        return tried.death()["writes"], code, tried.state()


def twice(flow: Workflow, **death: Any) -> tuple[int, dict[str, Any], str]:
    """Kill a run, and start it again.

    Returns the exit code of the second, what it leaves, and what it has told.
    """
    with attempts(flow) as tried:
        dead = tried.killed(**death)
        terminal = tried.start()
        code = tried.ended(terminal)
        note = "" if dead else "it ended before its death\n"
        return code, tried.state(), note + terminal.text


def chosen(writes: Sequence[str], first: int, last: int | None, kinds: bool) -> list[int]:
    """Return the numbers of the writes before which a run is killed.

    Which renewal of a Lease it is does not matter. `kinds`: only before the first and the last of
    each kind.
    """
    renewal = "kubernetes:update leases"
    found = [
        at
        for at in range(first, len(writes) if last is None else min(last, len(writes)))
        if not at or (writes[at - 1], writes[at]) != (renewal, renewal)
    ]
    if not kinds:
        return found
    by_kind = {name: [at for at in found if writes[at] == name] for name in writes}
    return sorted({at for those in by_kind.values() if those for at in (those[0], those[-1])})


def try_all(name: str, first: int, last: int | None, kinds: bool) -> int:
    """Kill a workflow at each write; return how often it came to another end."""
    flow, wrong = WORKFLOWS[name], 0
    writes, code, state = undisturbed(flow)
    print(f"{name}: {len(writes)} writes, exit code {code}, {state}", flush=True)
    for at in chosen(writes, first, last, kinds):
        began = time.monotonic()
        found, left, told = twice(flow, at=at)
        differs = {key: value for key, value in left.items() if value != state[key]}
        good = found == code and not differs
        wrong += not good
        took = f"{time.monotonic() - began:.0f} s"
        how = "as undisturbed" if good else f"exit code {found}, {differs}"
        print(f"{name} {at} {writes[at]}: {how} ({took})", flush=True)
        if not good:
            print(told, flush=True)
    return wrong


def main() -> int:
    """Kill runs of the workflows that are named; return 1 if one came to another end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workflows", nargs="*", default=list(WORKFLOWS))
    parser.add_argument("--first", type=int, default=0, help="number of the first write")
    parser.add_argument("--last", type=int, help="number of the write after the last")
    parser.add_argument(
        "--kinds", action="store_true", help="only the first and last write of each kind"
    )
    given = parser.parse_args()
    wrong = sum(try_all(name, given.first, given.last, given.kinds) for name in given.workflows)
    print(f"kops-deaths: {wrong} came to another end")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
