# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gates around the rotation of a cluster, on the wire."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from kubernetes.client import CoreV1Api
from kubernetes.config import new_client_from_config

from ansible_collections.nodeops.rotator.tests.integration.kops_wire import (
    CLUSTER,
    STORE,
    image_name,
    store,
)
from ansible_collections.nodeops.rotator.tests.integration.wire import Outcome, WorldOnWire

NODES, BASTIONS = f"nodes-b.{CLUSTER}", f"bastions.{CLUSTER}"
OPEN, STOPPED = "example.com/open", "example.com/installations"
EVENTS = ("before", "group", "after", "failure")
TELL = """
- name: Write down which gate this is
  ansible.builtin.shell: echo "{{{{ gate_event }}}}{{{{ how }}}}" >> {log}
  vars:
    how: "{{{{ '-renewed' if gate_event == 'group' and _gate.run else '' }}}}"
"""
BROKEN = """
- name: Stand in the way
  ansible.builtin.fail:
    msg: The way is barred
"""


@contextmanager
def service() -> Iterator[tuple[str, list[tuple[str, str, bytes]]]]:
    """Serve whatever is asked; yield its URL and the calls that it gets."""
    calls = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            calls.append((self.command, self.headers["Authorization"], body))
            self.send_response(204)
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/freeze", calls
        server.shutdown()


def by_operator(world: WorldOnWire) -> dict[str, str]:
    """Return the way of somebody who may write namespaces, as a rotation may not."""
    return {"kubeconfig": world.report()["identities"]["operator"]["KUBECONFIG"]}


def mark(world: WorldOnWire, metadata: dict[str, Any]) -> dict[str, Any]:
    """Patch the metadata of namespace kube-system; return all of it."""
    with new_client_from_config(by_operator(world)["kubeconfig"]) as client:
        found = CoreV1Api(client).patch_namespace("kube-system", {"metadata": metadata})
    return {"labels": found.metadata.labels, "annotations": found.metadata.annotations or {}}


class Gates:
    """Task files that write down which of them were run."""

    def __init__(self, world: WorldOnWire, folder: Path) -> None:
        self.world, self.log, self.broken = world, folder / "log", folder / "broken.yml"
        self.tell = folder / "tell.yml"
        self.tell.write_text(TELL.format(log=self.log))
        self.broken.write_text(BROKEN)
        self.access = {"kubeconfig": world.env["KUBECONFIG"]}

    def play(
        self, name: str, *options: str, limit: str = NODES, **variables: Any
    ) -> tuple[Outcome, list[str]]:
        """Run a playbook; return how it ended and the gates that were run."""
        self.log.unlink(missing_ok=True)
        given = {
            "kops_state_store": f"s3://{STORE}",
            "kops_executable": self.world.env["WORLD_KOPS"],
            "prepare_image_id": image_name(self.world),
            "rotation_gate_delay": 0,
            "rotation_gate_patience": 1,
            **{f"rotation_gate_{event}": str(self.tell) for event in EVENTS},
            **variables,
        }
        outcome = self.world.playbook(name, "--limit", f"{limit},localhost", *options, **given)
        return outcome, self.log.read_text().split() if self.log.exists() else []

    def record(self, **options: Any) -> dict[str, Any]:
        return self.world.module("cluster_gate", **self.access, **options)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Renew the record of the gate, as a run between two node groups does."""
        ended = threading.Event()

        def renew() -> None:
            while not ended.wait(0.5):
                self.record(state="closed", run_id="killed")

        renewing = threading.Thread(target=renew)
        renewing.start()
        yield
        ended.set()
        renewing.join()


def test_a_gate_is_closed_around_work_and_opened_whatever_happens(
    kops: WorldOnWire, tmp_path: Path
) -> None:
    gates = Gates(kops, tmp_path)
    new = kops.report()["facts"]["new_image"]
    without_kops = {"prepare_kops_via": "launch_template", "prepare_image_id": new}
    looked, run = gates.play("rotate_kops", "--check", **without_kops)
    assert (looked.code, run) == (0, []), looked.output
    assert "kops update cluster restores what the instance group's spec says" in looked.output
    gates.record(state="closed", run_id="killed")
    status, run = gates.play("status")
    assert f"Cluster {CLUSTER} in eu-west-1" in status.output
    assert "by run killed" in status.output
    failed, run = gates.play("rotate_kops", rotation_gate_group=str(gates.broken))
    assert failed.code != 0
    assert "The way is barred" in failed.output
    assert run == ["failure", "before", "failure"], failed.output
    assert " planned" not in failed.output
    assert gates.record()["run"] == ""
    with service() as (url, calls):
        call = {"url": url, "headers": {"Authorization": "secret"}, "body": {"reason": "rotation"}}
        http = {"rotation_gate_before": "gate_http.yml", "rotation_gate_http": {"before": call}}
        done, run = gates.play("rotate_kops", limit=f"{NODES},{BASTIONS}", **http)
    assert done.code == 0, done.output
    # Two plays rotate them, and the second group finds the gate closed by this run.
    assert run == ["group", "group-renewed", "after"]
    assert calls == [("POST", "secret", b'{"reason": "rotation"}')]
    assert "secret" not in done.output
    assert gates.record()["run"] == ""
    assert set(kops.report()["groups"][NODES]["images"]) == {new}
    idle, run = gates.play("rotate_kops")
    assert (idle.code, run) == (0, []), idle.output
    # What kops may not replace has no work either.
    store(kops, "nodes-b", {"rollingUpdate": {"drainAndTerminate": False}})
    left, run = gates.play("rotate_kops", prepare_image_id=image_name(kops, "old_image"))
    assert (left.code, run) == (0, []), left.output
    assert "Left alone, spec.rollingUpdate.drainAndTerminate" in left.output


def test_what_kops_may_not_replace_is_left_alone_where_there_is_no_kops(
    kops: WorldOnWire, tmp_path: Path
) -> None:
    """The state store is read without it; where it cannot be read, that is said."""
    gates = Gates(kops, tmp_path)
    store(kops, "nodes-b", {"rollingUpdate": {"drainAndTerminate": False}})
    new = kops.report()["facts"]["new_image"]
    given = {
        "prepare_kops_via": "launch_template",
        "prepare_image_id": new,
        "kops_executable": "/nowhere/kops",
        **gates.access,
    }
    left, run = gates.play("rotate_kops", **given)
    assert (left.code, run) == (0, []), left.output
    assert "Left alone, spec.rollingUpdate.drainAndTerminate" in left.output
    lost = {**given, "kops_state_store": "s3://elsewhere"}
    unread, run = gates.play("rotate_kops", "--check", **lost)
    assert (unread.code, run) == (0, []), unread.output
    assert "spec.rollingUpdate of instance group nodes-b was not read" in unread.output
    assert "There is no s3://elsewhere/" in unread.output


def test_restore_opens_what_a_killed_run_has_left_closed(kops: WorldOnWire, tmp_path: Path) -> None:
    """The gate that marks the cluster does it, by a kubeconfig of kops."""
    gates = Gates(kops, tmp_path)
    gates.record(state="closed", run_id="killed")
    mark(kops, {"annotations": {STOPPED: "by hand"}})
    thaw = {"labels": {OPEN: "yes"}, "annotations": {STOPPED: None}}
    with_mark = {"rotation_gate_after": "gate_mark.yml", "rotation_gate_mark": {"after": thaw}}
    without = {"rotation_gate_failure": ""}
    with gates.held():
        refused, run = gates.play("restore", rotation_gate_patience=6)
    assert (refused.code != 0, run) == (True, []), refused.output
    assert "was closed by run killed" in refused.output
    assert "that run is at work in the cluster" in refused.told()
    restored, run = gates.play("restore", **with_mark, **without, who="operator")
    assert (restored.code, run) == (0, []), restored.output
    found = mark(kops, {})
    assert found["labels"][OPEN] == "yes"
    assert STOPPED not in found.get("annotations", {})
    assert gates.record()["run"] == ""
    fleet = kops.playbook("rotate_fleet", rotation_gate_failure=str(gates.tell))
    assert (fleet.code != 0, "rotate_fleet runs no gates" in fleet.output) == (True, True)
