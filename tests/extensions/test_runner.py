# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring a release to a fleet by jobs of AWX, nobody acting.

Ring by ring, and in job slices.
"""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.nodeops.rotator.tests.extensions.awx_job import Job
from ansible_collections.nodeops.rotator.tests.integration.ended import until
from ansible_collections.nodeops.rotator.tests.integration.fleet import (
    MIXED,
    RINGS,
    Fleet,
    fleet_on_wire,
)
from ansible_collections.nodeops.rotator.tests.integration.wire import (
    QUICK,
    WorldOnWire,
    world_on_wire,
)

SURVEY = {"rotate_max_surge": "1", "rotate_canary": "1"}
"""Answers, which are text."""
REPORTS = {"events.jsonl", "junit.xml", "metrics.prom", "report.html", "report.json", "report.md"}
AT_WORK = ("launched", "ready", "cordoned", "drained", "terminated")
SLICED = ("demo-blue", "demo-green", "demo-storage")


class Workflow:
    """The workflow of AWX on a fleet: a job has the artifacts of those before it."""

    def __init__(self, fleet: Fleet, folder: Path) -> None:
        self.fleet, self.folder = fleet, folder
        self.artifacts: dict[str, Any] = {}
        self.jobs = 0
        fleet.judged_by(1)

    def start(self, playbook: str, **answers: Any) -> Job:
        """Start a job on all accounts."""
        self.jobs += 1
        groups = ":".join(f"{member.group}*" for member in self.fleet.members.values())
        given = {
            **QUICK,
            **SURVEY,
            "rotation_rings": list(RINGS),
            "rotation_hosts": groups,
            "check_amis_hosts": groups,
            "rotate_lease_duration": 6,
            "rotation_report_dir": str(self.folder / "reports"),
            **self.artifacts,
            **answers,
        }
        files = {path.name: path.read_text() for path in self.fleet.inventory.iterdir()}
        place = self.folder / f"job-{self.jobs}"
        return Job(self.fleet.any, place, playbook, files, given, self.fleet.environment())

    def rotate(self, ring: str, **answers: Any) -> tuple[int, str]:
        """Run the job of a ring; return its exit status and what it has printed."""
        job = self.start("rotate_fleet", rotation_only_rings=json.dumps([ring]), **answers)
        output = job.output()
        if job.process.returncode == 0:
            self.artifacts |= job.artifacts()
        return job.process.returncode, output

    def rotate_and_lose(self, ring: str) -> None:
        """Start the job of a ring, and kill it once a node has been replaced."""
        job = self.start("rotate_fleet", rotation_only_rings=json.dumps([ring]))
        ended = job.process.poll
        until(
            f"{ring} is rotated",
            lambda: self.fleet.terminated(ring) > 0 or ended() is not None,
        )
        assert ended() is None, job.output()
        job.kill()


@pytest.fixture
def workflow(tmp_path: Path) -> Iterator[Workflow]:
    """Serve a fleet of EKS and kops in three accounts and two Regions."""
    with fleet_on_wire(tmp_path, MIXED) as fleet:
        yield Workflow(fleet, tmp_path)


def test_a_new_ami_reaches_every_ring_although_a_canary_fails_and_a_job_is_lost(
    workflow: Workflow,
) -> None:
    fleet = workflow.fleet
    check = workflow.start("check_amis")
    output = check.output()
    assert check.process.returncode == 0, output
    assert check.artifacts()["check_amis"]["updates"] == len(RINGS), output

    # A canary that does not come up stops the line in its first ring.
    before = fleet.changes()
    fleet.worlds["dev"].behavior(aws={"boot": [15, 15]})
    code, output = workflow.rotate("dev", rotate_boot_timeout="5")
    assert code == 2, output
    assert "(the launch template was rolled back to version 1)" in output
    assert fleet.images() == {ring: {"old"} for ring in RINGS}, output
    after = fleet.changes()
    assert [ring for ring in RINGS if after[ring] != before[ring]] == ["dev"], output
    fleet.worlds["dev"].behavior(aws={"boot": [0.3, 0.8]})

    code, output = workflow.rotate("dev")
    assert code == 0, output
    assert list(workflow.artifacts["rotation_pins"]) == ["al2023"]
    assert workflow.artifacts["rotation_failed"] == []

    workflow.rotate_and_lose("staging")
    code, output = workflow.rotate("staging")
    assert code == 0, output
    assert fleet.images() == {"dev": {"new"}, "staging": {"new"}, "production": {"old"}}, output

    code, output = workflow.rotate("production")
    assert code == 0, output
    assert fleet.images() == {ring: {"new"} for ring in RINGS}, output
    assert fleet.breaches() == []
    assert {path.name for path in (workflow.folder / "reports").iterdir()} == REPORTS
    report = json.loads((workflow.folder / "reports/report.json").read_text())
    ends = [(one["autoscaling_group_name"], one["status"]) for one in report["node_groups"]]
    assert [name for name, status in ends if status == "complete"] == [
        fleet.members[ring].group for ring in RINGS
    ], ends


@pytest.fixture
def eks(tmp_path: Path) -> Iterator[WorldOnWire]:
    """Serve an EKS cluster for this test: three node groups, twelve nodes."""
    with world_on_wire("eks", tmp_path) as world:
        yield world


def slice_of(world: WorldOnWire, groups: tuple[str, ...]) -> Mapping[str, str]:
    """Return the inventory that AWX gives to a slice of a job: some of the hosts."""
    shared = {
        "region": world.env["AWS_REGION"],
        "cluster_name": world.cluster,
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    }
    hosts = {name: {**shared, "autoscaling_group_name": name} for name in groups}
    return {"hosts.yml": yaml.safe_dump({"node_groups": {"hosts": hosts}})}


def credential_of(world: WorldOnWire, who: str, folder: Path) -> dict[str, str | None]:
    """Return the environment of AWX's credential types for AWS and for Kubernetes."""
    found = world.who(who)
    config = yaml.safe_load(Path(str(found.pop("KUBECONFIG"))).read_text())
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    authority = folder / "ca.crt"
    authority.write_bytes(base64.b64decode(cluster["certificate-authority-data"]))
    return {
        **found,
        "K8S_AUTH_HOST": cluster["server"],
        "K8S_AUTH_API_KEY": user["token"],
        "K8S_AUTH_VERIFY_SSL": "True",
        "K8S_AUTH_SSL_CA_CERT": str(authority),
    }


def spans_of(folder: Path) -> list[tuple[float, float]]:
    """Return from when to when nodes of each node group were being replaced."""
    times: dict[str, list[float]] = {}
    for line in (folder / "events.jsonl").read_text().splitlines():
        record = json.loads(line)
        if record.get("phase") in AT_WORK:
            times.setdefault(record["autoscaling_group_name"], []).append(record["at"])
    return [(min(found), max(found)) for found in times.values()]


def test_overlapping_slices_rotate_one_node_group_of_a_cluster_at_a_time(
    eks: WorldOnWire, tmp_path: Path
) -> None:
    jobs = []
    for number, groups in enumerate((SLICED[:2], SLICED[1:])):
        for name in SLICED:
            eks.rules(name, 2)
        given = {
            **QUICK,
            "rotate_max_surge": "2",
            "rotate_cluster_parallel": "1",
            "rotate_lock_wait": "600",
            "rotation_report_dir": str(tmp_path / f"slice-{number}" / "reports"),
        }
        place = tmp_path / f"slice-{number}"
        credential = credential_of(eks, eks.next_run(), tmp_path)
        jobs.append(Job(eks, place, "rotate_eks", slice_of(eks, groups), given, credential))
    outputs = [job.output() for job in jobs]
    assert [job.process.returncode for job in jobs] == [0, 0], outputs
    report = eks.report()
    assert report["breaches"] == []
    for name in SLICED:
        assert set(report["groups"][name]["images"]) == {report["facts"]["new_image"]}, outputs
    spans = sorted(
        span for number in (0, 1) for span in spans_of(tmp_path / f"slice-{number}" / "reports")
    )
    assert len(spans) == len(SLICED), "each node group is rotated once"
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans)), spans
