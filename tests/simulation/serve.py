# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A world on the wire, in the foreground: `python -m ansible_collections.nodeops.rotator.tests.simulation.serve`.

Loopback only. Prints the environment by which boto3, the aws CLI, kubectl and Ansible reach it, and serves until it is
interrupted. At WORLD_URL: GET /report (breaches, calls, figures), POST /fault (fields of gate.Fault), POST /rules
(fields of judge.Rules for "group"), POST /kill (an instance id: it dies as a spot instance does).
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import json
import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server as make_wsgi_server
from werkzeug.wrappers import Request, Response

from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import catalogue
from ansible_collections.nodeops.rotator.tests.simulation.wire import aws, kube
from ansible_collections.nodeops.rotator.tests.simulation.world import World

# Long, since short ones make Ansible's masking of secrets garble its output.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIAWORLDWORLDWORLD1",
    "AWS_SECRET_ACCESS_KEY": "world-secret-access-key-that-is-forty-chars",
}


class _Silent(WSGIRequestHandler):
    """Tells nothing of requests: the gate counts them."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing."""


class Control:
    """The World's own little API, for tests and the demo; never judged, never counted."""

    def __init__(self, world: World, lock: Any, pump: kube.Pump) -> None:
        self._world, self._lock, self._pump = world, lock, pump

    def report(self) -> dict[str, Any]:
        """Breaches, calls by name, extremes of the figures, facts of the scenario, groups, who holds which Lease."""
        world = self._world
        world.figures.take()
        return {
            "breaches": [dataclasses.asdict(breach) for breach in world.judge.breaches],
            "calls": dict(world.gate.calls),
            "figures": world.figures.report(),
            "facts": world.facts,
            "groups": {
                name: {
                    "desired": group.desired,
                    "max": group.maximum,
                    "images": [world.account.instances[member.instance_id].image_id for member in group.counted()],
                    "suspended": sorted(group.suspended),
                    "protected": sum(member.protected for member in group.counted()),
                    "tags": {key: tag.value for key, tag in group.tags.items()},
                }
                for name, group in world.account.groups.items()
            },
            "leases": {
                lease["metadata"]["name"]: holder
                for lease in world.cluster.objects("leases", "kube-system")
                if (holder := lease["spec"].get("holderIdentity"))
            },
            "seconds": world.kernel.now,
        }

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        with self._lock:
            self._pump.advance()
            answer = self._answer(request)
            self._pump.advance()
        status = 404 if answer is None else 200
        return Response(json.dumps(answer), status, content_type="application/json")(environ, start_response)

    def _answer(self, request: Request) -> Any:
        given = json.loads(request.get_data() or b"{}")
        if request.path == "/report":
            return self.report()
        if request.path == "/fault":
            self._world.gate.faults.append(Fault(**given))
            return {}
        if request.path == "/rules":
            rules = self._world.judge.rules[given.pop("group")]
            for name, value in given.items():
                setattr(rules, name, value)
            return {}
        if request.path == "/deny":
            actor = given.get("actor", "*")
            for name in given.get("aws", ()):
                self._world.account.denied.append((actor, name))
            for name in given.get("kubernetes", ()):
                self._world.cluster.denied.append((actor, name))
            return {}
        if request.path == "/kill":
            self._world.account.fleet.terminate(self._world.account.instances[given["instance"]])
            return {}
        return None


@contextmanager
def serving(scenario: str, folder: Path, port: int = 0, latency: float = 0.0) -> Iterator[dict[str, str]]:
    """Serve a scenario while the block runs; gives the environment that reaches it. Files go into `folder`."""
    kernel = Kernel(epoch=datetime.datetime.now(datetime.timezone.utc))
    world, lock = catalogue.SCENARIOS[scenario](kernel), threading.RLock()
    pump = kube.Pump(kernel, lock)
    api = kube.make_server(world.cluster, lock, pump.advance)
    api.latency = latency
    for cluster in world.account.eks_clusters.values():
        cluster.endpoint, cluster.ca_data = api.url, ""
    app = aws.make_app(world.account, lock, pump.advance, latency)
    servers = [
        make_wsgi_server("127.0.0.1", port, app, threaded=True, request_handler=_Silent),
        make_wsgi_server("127.0.0.1", 0, Control(world, lock, pump), threaded=True, request_handler=_Silent),
    ]
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(json.dumps(api.kubeconfig()))
    kubeconfig.chmod(0o600)
    for server in (api, *servers):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    pump.start()
    try:
        yield {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{servers[0].server_port}",
            **CREDENTIALS,
            "AWS_REGION": world.account.region,
            "AWS_DEFAULT_REGION": world.account.region,
            "KUBECONFIG": str(kubeconfig),
            "WORLD_URL": f"http://127.0.0.1:{servers[1].server_port}",
            "WORLD_CLUSTER": world.name,
        }
    finally:
        for server in (api, *servers):
            server.shutdown()
        pump.stop()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Serve a simulated AWS account and Kubernetes cluster on loopback.")
    parser.add_argument("--scenario", default="eks", choices=sorted(catalogue.SCENARIOS))
    parser.add_argument("--port", type=int, default=0, help="port of the AWS face, 0: any free one")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that every answer is held back")
    parser.add_argument("--ready-file", type=Path, help="write the environment there as JSON once it is serving")
    options = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with tempfile.TemporaryDirectory(prefix="world-") as folder:
        with serving(options.scenario, Path(folder), options.port, options.latency) as environment:
            if options.ready_file:
                partial = options.ready_file.with_suffix(".partial")
                partial.write_text(json.dumps(environment))
                os.replace(partial, options.ready_file)
            else:
                print(f"World '{options.scenario}' is up; in another terminal:\n")
                print("\n".join(f"export {name}={value}" for name, value in environment.items()))
                print("\nThen for instance: kubectl get nodes. Interrupt to end.", flush=True)
            ended.wait()


if __name__ == "__main__":
    main()
