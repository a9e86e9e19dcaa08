# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve a world in a process of its own; run real playbooks and modules on it."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report import lines
from ansible_collections.nodeops.rotator.tests.integration import warm, warm_python
from ansible_collections.nodeops.rotator.tests.simulation.identities import IDENTITIES, RUNS
from ansible_collections.nodeops.rotator.tests.simulation.kops import program

HANGS = warm.HANGS
PROGRAMS = Path(sys.executable).parent
TREE = Path(lines.__file__).parents[6]
"""The folder that holds ansible_collections/nodeops/rotator."""
PATHS = os.pathsep.join(filter(None, (str(TREE), os.environ.get("PYTHONPATH"))))
"""Additional search path of Python; `make lowest` puts the oldest libraries there."""
READS = re.compile(r"^(kubernetes:(get|list|watch) |[\w-]+:(Describe|Get|List)|sts:AssumeRole$)")
SETTINGS = "[defaults]\ninternal_poll_interval = 0.01\n"
"""Settings of Ansible that save processor time: by default it asks a thousand times a second."""
INVENTORY = "plugin: nodeops.rotator.node_groups\nregions: [eu-west-1]\n"
QUICK = {
    "rotate_soak": 1,
    "rotate_min_ready": 1,
    "rotate_poll_interval": 2,
    "rotate_boot_timeout": 600,
    "verify_delay": 1,
    "rotate_max_surge": 2,
}
"""Variables for a short rotation in a world with short durations."""


@dataclasses.dataclass
class Outcome:
    """Exit code, output and duration of a command."""

    code: int
    output: str
    seconds: float

    def told(self) -> str:
        """Return the message of the failed task."""
        found = re.search(r"^fatal: .*?FAILED! => (\{.*\})$", self.output, re.MULTILINE)
        assert found, self.output
        return str(json.loads(found[1])["msg"])

    def recap(self, host: str) -> dict[str, int]:
        """Return the figures of a host in the play recap."""
        line = re.search(rf"^{re.escape(host)}\s+: (.*)$", self.output, re.MULTILINE)
        return (
            {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", line[1])} if line else {}
        )


class Commands:
    """Runs commands of the virtual environment.

    `env`: the environment that reaches the world on which they act.
    """

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        self.env, self.folder = dict(env), folder
        (folder / "ansible.cfg").write_text(SETTINGS)

    def environment(self, **more: str | None) -> dict[str, str]:
        """Return the environment for a command on this world.

        Settings of the caller are left out. None removes a variable.
        """
        ours = ("AWS_", "KUBE", "K8S_AUTH_", "ANSIBLE_", "WORLD_")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        fixed = {
            "ANSIBLE_COLLECTIONS_PATH": str(TREE),
            "ANSIBLE_HOME": str(self.folder / "ansible"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
            "ANSIBLE_FORCE_COLOR": "false",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "HOME": str(self.folder),
            "TMPDIR": str(
                self.folder
            ),  # kubernetes.core keeps there what it has found out about a server
            "PYTHONPATH": PATHS,
        }
        reach = {key: value for key, value in self.env.items() if key != "KUBECONFIG"}
        return {
            key: value
            for key, value in {**kept, **fixed, **reach, **more}.items()
            if value is not None
        }

    def run(self, *command: str, timeout: float = HANGS, **env: str | None) -> Outcome:
        """Run a command of the virtual environment to its end."""
        start = time.monotonic()
        done = subprocess.run(
            [str(PROGRAMS / command[0]), *command[1:]],
            cwd=self.folder,
            env=self.environment(**env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, time.monotonic() - start)


class WorldOnWire(Commands):
    """A served world. `env`: the environment that reaches it."""

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        super().__init__(env, folder)
        self.cluster = self.env["WORLD_CLUSTER"]
        self.inventory = folder / "test.node_groups.yml"
        self.inventory.write_text(INVENTORY)
        self._runs = itertools.cycle(one.name for one in RUNS)
        line = f'#!/bin/sh\nexec {warm_python.interpreter()} {program.__file__} "$@"\n'
        Path(self.env["WORLD_KOPS"]).write_text(line)

    def _ask(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(self.env["WORLD_URL"] + path, data, timeout=HANGS) as answer:
            return json.load(answer)

    def report(self) -> dict[str, Any]:
        """Return the report of the World: breaches, calls, figures, groups, facts."""
        found = self._ask("/report")
        assert isinstance(found, dict)
        return found

    def behavior(self, **sides: Mapping[str, Any]) -> None:
        """Change the behavior of the world, as in `aws={"boot": [60, 60]}`."""
        self._ask("/behavior", sides)

    def rules(self, group: str, surge: int, **more: int) -> None:
        """Say by which rules the judge looks at the rotation of a group."""
        self._ask("/rules", {"group": group, "surge": surge, **more})

    def dies(self, who: str, **when: Any) -> None:
        """Say when an identity dies, with fields of gate.Death."""
        self._ask("/death", {"who": who, **when})

    def who(self, name: str) -> dict[str, str | None]:
        """Return the environment variables with which a command runs as this identity."""
        nobody: dict[str, str | None] = {"AWS_SESSION_TOKEN": None}
        return {**nobody, **self.report()["identities"][name]}

    def changes(self) -> int:
        """Return the number of calls that could change something, dry runs excluded."""
        calls = self.report()["calls"]
        return sum(
            count
            for name, count in calls.items()
            if not READS.match(name) and name != "ec2:RunInstances"
        )

    def aws(self, service: str) -> Any:
        """Return a boto3 client of somebody else, whose calls are not judged."""
        operator = IDENTITIES["operator"]
        keys = {"aws_access_key_id": operator.access_key, "aws_secret_access_key": operator.secret}
        return boto3.client(
            service,
            endpoint_url=self.env["AWS_ENDPOINT_URL"],
            region_name=self.env["AWS_REGION"],
            **keys,
        )

    def run(self, *command: str, timeout: float = HANGS, **env: str | None) -> Outcome:
        """Run a command; Ansible has the warm interpreter.

        With collections of another place it has the usual one.
        """
        if command[0].startswith("ansible") and "ANSIBLE_COLLECTIONS_PATH" not in env:
            command = (warm_python.interpreter(), str(PROGRAMS / command[0]), *command[1:])
        return super().run(*command, timeout=timeout, **env)

    def next_run(self) -> str:
        """Return an identity that no earlier run has had.

        So the judge can tell runs apart.
        """
        return next(self._runs)

    def playbook(
        self, name: str, *options: str, inventory: str = "", who: str = "", **variables: Any
    ) -> Outcome:
        """Run a playbook of the collection as the identity `who`, or as one of its own.

        `inventory`: content of the inventory file.
        """
        if inventory:
            self.inventory.write_text(inventory)
        given = {**QUICK, **variables}
        for group in self.report()["groups"]:
            self.rules(group, given["rotate_max_surge"] or 1)  # the default of the product
        extra = ["-e", json.dumps(given)]
        return self.run(
            "ansible-playbook",
            "-i",
            str(self.inventory),
            f"nodeops.rotator.{name}",
            *extra,
            *options,
            **self.reach(who or self.next_run()),
        )

    def reach(self, who: str) -> dict[str, str | None]:
        """Return the environment variables with which a playbook runs as this identity."""
        return {key: value for key, value in self.who(who).items() if key != "KUBECONFIG"}

    def module(
        self,
        name: str,
        env: Mapping[str, str | None] | None = None,
        constants: Mapping[str, float] = warm.NONE,
        **options: Any,
    ) -> dict[str, Any]:
        """Run a module as Ansible starts it and return its result.

        `constants`: see warm.printed_by_module.
        """
        full, environment = f"nodeops.rotator.{name}", self.environment(**(env or {}))
        result = json.loads(warm.printed_by_module(full, options, environment, constants))
        assert isinstance(result, dict)
        return result

    def refused(
        self, name: str, env: Mapping[str, str | None] | None = None, **options: Any
    ) -> str:
        """Run a module that must fail in one line without any change; return the message.

        What it may not do counts as refused after a second.
        """
        before = self.changes()
        result = self.module(name, env, {"ACCESS_GRACE": 1.0, "ACCESS_TIMEOUT": 1.5}, **options)
        assert result.get("failed"), result
        assert "\n" not in result["msg"], result
        assert "Traceback" not in json.dumps(result), result
        assert self.changes() == before
        return str(result["msg"])


@contextmanager
def world_on_wire(scenario: str, folder: Path, *options: str) -> Iterator[WorldOnWire]:
    """Serve a scenario in a process of its own while the block runs.

    `options`: more options of simulation.serve.
    """
    ready = folder / "ready.json"
    process = warm.start(
        warm.world,
        "--scenario",
        scenario,
        "--ready-file",
        str(ready),
        *options,
        env=os.environ,
        output=folder / "world.log",
    )
    try:
        limit = time.monotonic() + HANGS
        while not ready.exists():
            assert process.is_alive(), "the world did not come up"
            assert time.monotonic() < limit, "the world did not come up"
            time.sleep(0.02)
        yield WorldOnWire(json.loads(ready.read_text()), folder)
    finally:
        process.terminate()
        process.join(HANGS)
