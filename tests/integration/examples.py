# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the examples of the plugins, and run them with the names of a world."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.nodeops.rotator.tests.integration.wire import QUICK, Outcome, WorldOnWire
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

Task = dict[str, Any]
Names = Mapping[str, Any]
"""What stands for a value of the examples, by that value as text."""
QUICKER: Mapping[str, Mapping[str, Any]] = {
    "asg_node_replace": {
        name: QUICK[f"rotate_{name}"]
        for name in ("soak", "min_ready", "poll_interval", "max_surge")
    },
    "eks_nodegroup_replace": {"poll_interval": 1},
    "karpenter_wait": {"settle": 2},
}
"""Options that examples leave at defaults for real clusters, as short as a world needs them."""
ANSWER = re.compile(r"^(ok|changed|skipping|fatal|failed): \[", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Chosen:
    """Examples of a plugin.

    `begins`: how the titles of the tasks begin. `names`: beside those of the world.
    """

    plugin: str
    begins: tuple[str, ...] = ("",)
    names: Names = dataclasses.field(default_factory=dict)

    def tasks(self) -> list[Task]:
        """Return the tasks in their order, with these names."""
        found = [task for task in examples(self.plugin)[0] if self._has(task)]
        return [put(task, self.names) for task in found]

    def _has(self, task: Task) -> bool:
        return str(task["name"]).startswith(self.begins)


def documented() -> dict[str, Path]:
    """Return the files of all plugins with examples, by the names of these."""
    return {
        path.stem: path
        for path in ROOT.glob("plugins/*/*.py")
        if "\nEXAMPLES = " in path.read_text(encoding="utf-8")
    }


def examples(plugin: str) -> list[Any]:
    """Return the documents in the examples of a plugin.

    Of most that is one list of tasks.
    """
    text = documented()[plugin].read_text(encoding="utf-8")
    (found,) = re.findall(r'^EXAMPLES = (r?""".*?""")', text, re.MULTILINE | re.DOTALL)
    return list(yaml.safe_load_all(ast.literal_eval(found)))


def titles(plugin: str) -> list[str]:
    """Return the titles of the tasks in the examples of a plugin."""
    return [task["name"] for task in examples(plugin)[0]]


def put(node: Any, names: Names) -> Any:
    """Return an example with the names of a world instead of those that stand there.

    Only whole values are replaced, never parts of them.
    """
    if isinstance(node, dict):
        return {key: put(value, names) for key, value in node.items()}
    if isinstance(node, list):
        return [put(one, names) for one in node]
    return node if isinstance(node, bool) else names.get(str(node), node)


def tasks_of(chosen: Sequence[Chosen], names: Names) -> list[Task]:
    """Return the tasks of these examples with the names of a world."""
    return [put(task, names) for one in chosen for task in one.tasks()]


def play(hosts: str, tasks: list[Task], **more: Any) -> dict[str, Any]:
    """Return a play of examples; `more`: such as its variables."""
    defaults = {f"nodeops.rotator.{name}": dict(given) for name, given in QUICKER.items()}
    local = {"gather_facts": False, "connection": "local", "module_defaults": defaults}
    return {"hosts": hosts, **local, "tasks": tasks, **more}


def played(world: WorldOnWire, plays: list[dict[str, Any]], who: str = "operator") -> Outcome:
    """Run plays as an identity, whose kubeconfig is where kubectl looks for it."""
    for group in world.report()["groups"]:
        world.rules(group, 2)
    home = world.folder / ".kube"
    home.mkdir()
    for name in ("config", "blue"):
        shutil.copy(str(world.who(who)["KUBECONFIG"]), home / name)
    book = world.folder / "examples.yml"
    book.write_text(yaml.safe_dump(plays, sort_keys=False))
    command = ("ansible-playbook", "-i", str(world.inventory), str(book))
    outcome = world.run(*command, **world.reach(who))
    assert outcome.code == 0, outcome.output
    return outcome


def answers(output: str, title: str) -> set[str]:
    """Return how hosts answered to a task: ok, changed, skipping, fatal or failed."""
    return {
        answer
        for part in re.split(r"^TASK ", output, flags=re.MULTILINE)
        if part.startswith(f"[{title}] ")
        for answer in ANSWER.findall(part.partition("\nPLAY ")[0])
    }


def skipped(output: str, tasks: Sequence[Task]) -> Iterator[str]:
    """Yield the titles of tasks that no host has run."""
    for task in tasks:
        if not answers(output, task["name"]) & {"ok", "changed"}:
            yield task["name"]


def listed(world: WorldOnWire, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `ansible-inventory --list` shows of an example of an inventory."""
    path = world.folder / "example.node_groups.yml"
    path.write_text(yaml.safe_dump(dict(document), sort_keys=False))
    outcome = world.run("ansible-inventory", "-i", str(path), "--list", **world.reach("operator"))
    assert outcome.code == 0, outcome.output
    found = json.loads(outcome.output[outcome.output.index("{\n") :])
    assert isinstance(found, dict)
    return found
