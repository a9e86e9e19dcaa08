# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve a fleet: one cluster in each of several accounts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.nodeops.rotator.tests.integration import warm_python
from ansible_collections.nodeops.rotator.tests.integration.wire import (
    QUICK,
    Outcome,
    WorldOnWire,
    world_on_wire,
)

GROUP = "demo-blue"
RINGS = ("dev", "staging", "production")


class Fleet:
    """Worlds by the name of their cluster's ring, and the inventory of all of them."""

    def __init__(self, worlds: Mapping[str, WorldOnWire], folder: Path) -> None:
        self.worlds, self.folder = dict(worlds), folder
        self.any = next(iter(self.worlds.values()))
        self.inventory = folder / "fleet.yml"
        hosts = {name: self._host(name, world) for name, world in self.worlds.items()}
        groups = {"all": {"children": {"node_groups": {"hosts": hosts}}}}
        self.inventory.write_text(yaml.safe_dump(groups))

    def _host(self, ring: str, world: WorldOnWire) -> dict[str, Any]:
        return {
            "ring": ring,
            "autoscaling_group_name": GROUP,
            "eks_cluster": world.cluster,
            "cluster_name": world.cluster,
            "region": world.env["AWS_REGION"],
            "aws_account_id": f"account-{ring}",
            "rotation_aws": {"endpoint_url": world.env["AWS_ENDPOINT_URL"]},
            "ansible_connection": "local",
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        }

    def command(self, **variables: Any) -> list[str]:
        """Return the command that rotates the fleet, all of whose processes are its own."""
        given = {**QUICK, "rotation_rings": list(RINGS), **variables}
        for world in self.worlds.values():
            world.rules(GROUP, given["rotate_max_surge"])
        name = "nodeops.rotator.rotate_fleet"
        return ["ansible-playbook", "-i", str(self.inventory), name, "-e", json.dumps(given)]

    def environment(self) -> dict[str, str | None]:
        """Return the environment variables with which a run reaches all worlds."""
        return {**self.any.reach(self.any.next_run()), "AWS_ENDPOINT_URL": None}

    def rotate(self, *options: str, **variables: Any) -> Outcome:
        """Rotate the fleet as a run of its own."""
        warm = {"ansible_python_interpreter": warm_python.interpreter()}
        command = self.command(**{**warm, **variables})
        return self.any.run(*command, *options, **self.environment())

    def images(self) -> dict[str, set[str]]:
        """Return which images the nodes of each ring run: old, new or another."""
        found = {}
        for name, world in self.worlds.items():
            report = world.report()
            called = {report["facts"][f"{word}_image"]: word for word in ("old", "new")}
            images = report["groups"][GROUP]["images"]
            found[name] = {called.get(image, image) for image in images}
        return found

    def changes(self) -> dict[str, int]:
        """Return the number of calls that could change something, by ring."""
        return {name: world.changes() for name, world in self.worlds.items()}

    def breaches(self) -> list[Any]:
        """Return the breaches of all worlds."""
        return [one for world in self.worlds.values() for one in world.report()["breaches"]]


@contextmanager
def fleet_on_wire(folder: Path) -> Iterator[Fleet]:
    """Serve one small cluster for each ring while the block runs."""
    with ExitStack() as stack:
        worlds = {}
        for ring in RINGS:
            place = folder / ring
            place.mkdir()
            worlds[ring] = stack.enter_context(world_on_wire("small", place))
        yield Fleet(worlds, folder)
