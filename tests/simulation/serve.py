# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve a world on the wire, in the foreground.

Start it with `python -m ansible_collections.nodeops.rotator.tests.simulation.serve`.

Loopback only. Prints the environment by which boto3, the aws CLI, kubectl and Ansible reach it, and
serves until it is interrupted. Only the callers of identities.py are let in. WORLD_URL is the
World's own little API: see control.py.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from werkzeug.serving import WSGIRequestHandler
from werkzeug.serving import make_server as make_wsgi_server

from ansible_collections.nodeops.rotator.tests.simulation.aws.records import StoredObject
from ansible_collections.nodeops.rotator.tests.simulation.control import Control
from ansible_collections.nodeops.rotator.tests.simulation.identities import (
    IDENTITIES,
    ROTATOR,
    open_to_identities,
)
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import catalogue
from ansible_collections.nodeops.rotator.tests.simulation.wire import aws, kube
from ansible_collections.nodeops.rotator.tests.simulation.wire.tls import own_tls
from ansible_collections.nodeops.rotator.tests.simulation.world import World


class Silent(WSGIRequestHandler):
    """Tells nothing of requests: the gate counts them."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log(self, type: str, message: str, *args: Any) -> None:
        """Write nothing."""


def write_identities(api: kube.KubeServer, folder: Path) -> dict[str, dict[str, str]]:
    """Write a kubeconfig for each identity.

    Returns, by name, the environment that makes tools be that caller.
    """
    found = {}
    for name, one in IDENTITIES.items():
        path = folder / f"kubeconfig-{name}"
        path.touch(mode=0o600)
        path.write_text(json.dumps(api.kubeconfig(one.token)))
        found[name] = {**one.environment(), "KUBECONFIG": str(path)}
    return found


def keep_kubeconfigs(world: World, identities: Mapping[str, Mapping[str, str]]) -> None:
    """Keep the kubeconfig of each identity where the stand-in for kops finds it."""
    world.account.buckets["world"] = {
        f"kubeconfig/{one['AWS_ACCESS_KEY_ID']}": StoredObject(Path(one["KUBECONFIG"]).read_bytes())
        for one in identities.values()
    }


def write_kops(folder: Path) -> Path:
    """Write the executable that stands in for kops; return its path."""
    path = folder / "kops"
    program = "ansible_collections.nodeops.rotator.tests.simulation.kops.program"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {program} "$@"\n')
    path.chmod(0o755)
    return path


def furnished(scenario: str, behavior: Mapping[str, Any], place: Mapping[str, str]) -> World:
    """Return the World of a scenario that begins now, let in are only identities."""
    kernel = Kernel(epoch=datetime.datetime.now(datetime.UTC))
    world = catalogue.SCENARIOS[scenario](catalogue.quick_world(kernel, **place))
    world.behave(**behavior)
    open_to_identities(world)
    return world


@contextmanager
def serving(
    scenario: str,
    folder: Path,
    port: int = 0,
    latency: float = 0.0,
    behavior: Mapping[str, Any] | None = None,
    place: Mapping[str, str] | None = None,
) -> Iterator[dict[str, str]]:
    """Serve a scenario while the block runs; yield the environment that reaches it.

    Files go into `folder`. `behavior` differs from the scenario's: {"aws": ..., "kube": ...}.
    `place`: region and account_id, if not the usual ones.
    """
    world, lock = furnished(scenario, behavior or {}, place or {}), threading.RLock()
    pump = kube.Pump(world.kernel, lock)
    tls = own_tls()
    api = kube.make_server(world.cluster, lock, pump.advance, tls=tls)
    api.latency = latency
    for cluster in world.account.eks_clusters.values():
        cluster.endpoint, cluster.ca_data = api.url, tls.ca_data
    identities = write_identities(api, folder)
    keep_kubeconfigs(world, identities)
    app = aws.make_app(world.account, lock, pump.advance, latency)
    faces = [_serve(port, app), _serve(0, Control(world, lock, pump.advance, identities))]
    for server in (api, *faces):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    pump.start()
    try:
        yield {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{faces[0].server_port}",
            "AWS_REGION": world.account.region,
            "AWS_DEFAULT_REGION": world.account.region,
            **identities[ROTATOR.name],
            "WORLD_URL": f"http://127.0.0.1:{faces[1].server_port}",
            "WORLD_CLUSTER": world.name,
            "WORLD_KOPS": str(write_kops(folder)),
        }
    finally:
        _close((api, *faces))
        pump.stop()


def _close(servers: Iterable[Any]) -> None:
    for server in servers:
        server.shutdown()
        server.server_close()


def _serve(port: int, app: Any) -> Any:
    return make_wsgi_server("127.0.0.1", port, app, threaded=True, request_handler=Silent)


def behavior_field(text: str) -> tuple[str, str, Any]:
    """Return side, field and value of a text like `aws.describe_lag=5`.

    Raises ValueError.
    """
    path, equals, value = text.partition("=")
    side, dot, field = path.partition(".")
    if not (equals and dot and side in ("aws", "kube")):
        raise ValueError(text)
    return side, field, json.loads(value)


def arguments() -> argparse.Namespace:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        description="Serve a simulated AWS account and Kubernetes cluster on loopback."
    )
    parser.add_argument("--scenario", default="eks", choices=sorted(catalogue.SCENARIOS))
    parser.add_argument("--port", type=int, default=0, help="port of the AWS face, 0: any free one")
    parser.add_argument("--region", default="eu-west-1")
    parser.add_argument("--account-id", default="123456789012")
    parser.add_argument(
        "--latency", type=float, default=0.0, help="seconds that every answer is held back"
    )
    parser.add_argument(
        "--ready-file", type=Path, help="write the environment there as JSON once it is serving"
    )
    parser.add_argument(
        "--behavior",
        type=behavior_field,
        action="append",
        default=[],
        metavar="aws.FIELD=JSON|kube.FIELD=JSON",
        help="a field of the Behavior to set differently from the scenario; can be repeated",
    )
    return parser.parse_args()


def main() -> None:
    """Serve until interrupted."""
    options = arguments()
    behavior: dict[str, dict[str, Any]] = {}
    for side, field, value in options.behavior:
        behavior.setdefault(side, {})[field] = value
    place = {"region": options.region, "account_id": options.account_id}
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with (
        tempfile.TemporaryDirectory(prefix="world-") as name,
        serving(
            options.scenario, Path(name), options.port, options.latency, behavior, place
        ) as environment,
    ):
        if options.ready_file:
            partial = options.ready_file.with_suffix(".partial")
            partial.write_text(json.dumps(environment))
            os.replace(partial, options.ready_file)
        else:
            print(f"World '{options.scenario}' is up; in another terminal:\n")
            print(
                "\n".join(f"export {variable}={value}" for variable, value in environment.items())
            )
            print("\nThen for instance: kubectl get nodes. Interrupt to end.", flush=True)
        ended.wait()


if __name__ == "__main__":
    main()
