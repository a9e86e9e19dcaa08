# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflow on an instance group is killed at every step and started again.

A step is a write to AWS or to Kubernetes, by kops or by us: the run is killed before it.

That is what the roles call, in their order: what an earlier run owes to the state store is paid,
kops writes the image and updates the launch template, the group is rotated, and after a failed
canary the state store gets the old image back.
"""

from __future__ import annotations

import contextlib
import functools
import json
from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.edge import kops_images
from ansible_collections.nodeops.rotator.tests.rotation.template_builders import Locks
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.builders import images, traces
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kops.memory import KopsInMemory
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import kops
from ansible_collections.nodeops.rotator.tests.simulation.world import NEVER_JOINS, World
from ansible_collections.nodeops.rotator.tests.unit.edge.builders import a_module

GROUP = kops.InstanceGroup("nodes", "Node", 1, "abc", "m6i.large", 3)
CLUSTER = "demo.example.com"
NODES = GROUP.autoscaling_group(CLUSTER)
OURS = ("host_", "template_", "kops_")
"""How the names begin under which a run calls AWS and Kubernetes."""
READS = ("Describe", "Get", "List", "get ", "list ", "watch ")
PARTS = 3
"""Tests into which the steps are divided."""


class Dead(Exception):
    """End of a run, as by kill -9: nothing of it is sent any more."""


class Steps:
    """The writes of a run.

    `last`: the number of that before which it is killed, None for never.
    """

    def __init__(self, world: World, last: int | None = None) -> None:
        self.seen: list[str] = []
        self._last, self._dead = last, False
        self._judges = world.gate.judges
        self._judges.append(self._judge)

    def end(self) -> None:
        """Count no more, and let whoever comes next live."""
        self._judges.remove(self._judge)

    def _judge(self, call: Call) -> None:
        if not call.actor.startswith(OURS):
            return
        if not call.operation.startswith(READS):
            self._dead |= len(self.seen) == self._last
            self.seen.append(call.name)
        if self._dead:
            raise Dead(call.name)


class Cluster:
    """A kops cluster of one node group. `bad`: nodes of the new image never join."""

    def __init__(self, bad: bool) -> None:
        self.world = kops.furnish(World(Kernel(4)), (GROUP,))
        self.world.name = self.world.facts["cluster"]
        if bad:
            self.world.bad_images[self.world.facts["new_image"]] = NEVER_JOINS

    def kops(self, run: str, **params: Any) -> Any:
        """Call kops_instance_group_image."""
        given = {
            "kops_cluster": CLUSTER,
            "kops_state_store": f"s3://{kops.BUCKET}",
            "instance_groups": [GROUP.name],
            "run_id": run,
            "handover_timeout": 60,
            **params,
        }
        module = a_module(kops_images.SPEC, **given)
        call, kernel = aws_call(self.world.account, f"kops_{run}"), self.world.kernel
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kops_images, "RawAws", lambda _module: call)
            patch.setattr(kops_images, "RawKops", lambda _module: KopsInMemory(call))
            patch.setattr(kops_images, "clock", lambda: kernel.now)
            patch.setattr(
                kops_images,
                "Locks",
                lambda module: Locks(self.world, module.params, lambda: None, None),
            )
            done = kops_images.set_images(module)
        kernel.advance(kernel.now + 5)
        return done

    def workflow(self, run: str) -> str:
        """Let the roles do their work; return the status, and the error if there is one."""
        new = self.world.account.images[self.world.facts["new_image"]]
        unfinished = ""
        for given in ({"state": "restored"}, {"image": f"{new.owner}/{new.name}"}):
            done = self.kops(run, **given)
            unfinished = done.values.get("unfinished", "")
            if done.error is not None and not unfinished:
                return f"{done.values['status']}: {done.error}"
        told = self.rotate(run, min_ready=5, boot_timeout=300)
        return f"failed: {unfinished}" if unfinished else told

    def rotate(self, run: str, **options: Any) -> str:
        """Rotate the group, and pay what that owes to the state store.

        Returns as workflow.
        """
        result = prepare(self.world, NODES, run, **options)()
        if result.values["state_store"]:
            paid = self.kops(run, state="restored")
            assert paid.error is None, paid.error
        return f"{result.status}: {result.error or ''}"

    def killed(self, step: int) -> None:
        """Let a run be killed, and all that it has issued be forgotten."""
        steps = Steps(self.world, step)
        with contextlib.suppress(Dead):
            self.workflow("r1")
        end = self.world.kernel.now + 5
        while self.world.kernel.now < end:
            with contextlib.suppress(Dead):
                self.world.kernel.advance(end)
        assert len(steps.seen) > step
        steps.end()

    def state(self) -> dict[str, Any]:
        """Return what has to be the same however often a run was killed."""
        account = self.world.account
        stored = account.buckets[kops.BUCKET][f"{CLUSTER}/instancegroup/{GROUP.name}"].data
        template = next(one for one in account.templates.values() if one.name == NODES)
        names = {f"{one.owner}/{one.name}": one.id for one in account.images.values()}
        return {
            "stored": names[json.loads(stored)["spec"]["image"]],
            "launched": template.versions[template.latest].data["ImageId"],
            "running": images(self.world, NODES),
            "left": traces(self.world, NODES),
            "breaches": self.world.judge.breaches,
        }


@functools.cache
def undisturbed(bad: bool) -> tuple[list[str], str, dict[str, Any]]:
    """Return the writes of a run that nobody kills, how it ends, and what it leaves."""
    cluster = Cluster(bad)
    steps = Steps(cluster.world)
    told = cluster.workflow("r1")
    return steps.seen, told, cluster.state()


def test_an_undisturbed_run_leaves_one_image_everywhere() -> None:
    for bad, status in ((False, "complete"), (True, "failed")):
        seen, told, state = undisturbed(bad)
        assert told.startswith(status), told
        facts = Cluster(bad).world.facts
        image = facts["old_image" if bad else "new_image"]
        assert (state["stored"], state["launched"], set(state["running"])) == (
            image,
            image,
            {image},
        )
        assert state["breaches"] == []
        assert "s3:PutObject" in seen
        assert "ec2:CreateLaunchTemplateVersion" in seen


def steps(seen: list[str]) -> list[int]:
    """Return the writes before which a kill matters.

    Which renewal of a Lease it is does not.
    """
    renewal = "kubernetes:update leases"
    return [n for n, name in enumerate(seen) if (name, seen[n - 1]) != (renewal, renewal)]


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("bad", [False, True], ids=["good", "bad"])
def test_a_run_that_is_killed_and_started_again_ends_as_an_undisturbed_one(
    bad: bool, part: int
) -> None:
    seen, told, state = undisturbed(bad)
    for step in steps(seen)[part::PARTS]:
        cluster = Cluster(bad)
        cluster.killed(step)
        again = cluster.workflow("r2")
        where = (step, seen[step], again)
        assert again.partition(":")[0] in (told.partition(":")[0], "unchanged"), where
        assert cluster.state() == state, where
