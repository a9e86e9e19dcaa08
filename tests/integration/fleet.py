# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve a fleet: one cluster in each of several accounts."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.nodeops.rotator.tests.integration import kops_wire
from ansible_collections.nodeops.rotator.tests.integration.wire import (
    QUICK,
    Outcome,
    WorldOnWire,
    world_on_wire,
)
from ansible_collections.nodeops.rotator.tests.simulation.identities import EXTERNAL_ID, GUARDED


@dataclasses.dataclass(frozen=True)
class Member:
    """A cluster of the fleet, and its node group that is rotated.

    `assumed`: the modules assume a role of its account.
    """

    ring: str
    scenario: str = "small"
    region: str = "eu-west-1"
    account_id: str = "111111111111"
    assumed: bool = False

    @property
    def group(self) -> str:
        """Return the name of its Auto Scaling group."""
        return f"nodes-b.{kops_wire.CLUSTER}" if self.scenario == "kops" else "demo-blue"

    def variables(self, world: WorldOnWire) -> dict[str, Any]:
        """Return what its hosts have besides what the inventory plugin says."""
        role = {
            "arn": f"arn:aws:iam::{self.account_id}:role/{GUARDED}",
            "external_id": EXTERNAL_ID,
        }
        kops = {
            "kops_state_store": f"s3://{kops_wire.STORE}",
            "kops_executable": world.env["WORLD_KOPS"],
        }
        return {
            "ring": self.ring,
            "rotation_aws": {"endpoint_url": world.env["AWS_ENDPOINT_URL"]},
            **({"rotation_assume_role": role} if self.assumed else {}),
            **(kops if self.scenario == "kops" else {}),
        }

    def inventory(self, world: WorldOnWire) -> dict[str, Any]:
        """Return the inventory file of its account."""
        return {
            "plugin": "nodeops.rotator.node_groups",
            "regions": [self.region],
            "endpoint_url": world.env["AWS_ENDPOINT_URL"],
            "compose": {name: repr(value) for name, value in self.variables(world).items()},
        }


SMALL = (
    Member("dev"),
    Member("staging", region="us-east-1", account_id="222222222222"),
    Member("production", account_id="333333333333"),
)
"""Small clusters of EKS. All have the same name, and so have their node groups."""
MIXED = (
    Member("dev"),
    Member("staging", region="us-east-1", account_id="222222222222", assumed=True),
    Member("production", "kops", account_id="333333333333"),
)
"""Clusters of EKS and of kops."""
RINGS = tuple(one.ring for one in SMALL)


class Fleet:
    """Worlds by the name of their ring, and the folder with their inventories."""

    def __init__(
        self, members: Sequence[Member], worlds: Mapping[str, WorldOnWire], folder: Path
    ) -> None:
        self.members = {one.ring: one for one in members}
        self.worlds, self.folder = dict(worlds), folder
        self.any = next(iter(self.worlds.values()))
        self.inventory = folder / "inventory"
        self.inventory.mkdir()
        for number, (ring, member) in enumerate(self.members.items()):
            text = yaml.safe_dump(member.inventory(self.worlds[ring]))
            (self.inventory / f"{number}-{ring}.node_groups.yml").write_text(text)

    def command(self, **variables: Any) -> list[str]:
        """Return the command that rotates the fleet, all of whose processes are its own."""
        given = {**QUICK, "rotation_rings": list(self.worlds), **variables}
        self.judged_by(given["rotate_max_surge"])
        name = "nodeops.rotator.rotate_fleet"
        return ["ansible-playbook", "-i", str(self.inventory), name, "-e", json.dumps(given)]

    def judged_by(self, surge: int) -> None:
        """Say by which rules the rotations are judged."""
        for ring, world in self.worlds.items():
            world.rules(self.members[ring].group, surge)

    def environment(self) -> dict[str, str | None]:
        """Return the environment variables with which a run reaches all worlds."""
        return {**self.any.reach(self.any.next_run()), "AWS_ENDPOINT_URL": None}

    def rotate(self, *options: str, **variables: Any) -> Outcome:
        """Rotate the fleet as a run of its own."""
        command = self.command(**variables)
        return self.any.run(*command, *options, **self.environment())

    def node_group(self, ring: str) -> dict[str, Any]:
        """Return the report of a ring's node group."""
        found = self.worlds[ring].report()["groups"][self.members[ring].group]
        assert isinstance(found, dict)
        return found

    def images(self) -> dict[str, set[str]]:
        """Return which images the nodes of each ring run: old, new or another."""
        found = {}
        for ring, world in self.worlds.items():
            facts = world.report()["facts"]
            called = {facts[f"{word}_image"]: word for word in ("old", "new")}
            found[ring] = {called.get(image, image) for image in self.node_group(ring)["images"]}
        return found

    def changes(self) -> dict[str, int]:
        """Return the number of calls that could change something, by ring."""
        return {name: world.changes() for name, world in self.worlds.items()}

    def terminated(self, ring: str) -> int:
        """Return how many instances of the ring the rotations have terminated."""
        calls = self.worlds[ring].report()["calls"]
        return int(calls.get("autoscaling:TerminateInstanceInAutoScalingGroup", 0))

    def breaches(self) -> list[Any]:
        """Return the breaches of all worlds."""
        return [one for world in self.worlds.values() for one in world.report()["breaches"]]


@contextmanager
def fleet_on_wire(folder: Path, members: Sequence[Member] = SMALL) -> Iterator[Fleet]:
    """Serve one cluster for each ring while the block runs."""
    with ExitStack() as stack:
        worlds = {}
        for one in members:
            place = folder / one.ring
            place.mkdir()
            options = ("--region", one.region, "--account-id", one.account_id)
            worlds[one.ring] = stack.enter_context(world_on_wire(one.scenario, place, *options))
        yield Fleet(members, worlds, folder)
