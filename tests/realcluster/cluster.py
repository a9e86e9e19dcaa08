# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a real Kubernetes control plane on loopback.

kwok is in the place of all kubelets. It speaks TLS, knows its callers by static tokens, and has
RBAC. Its audit log is what tests read to know who asked for what.
"""

from __future__ import annotations

import base64
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import trustme

from ansible_collections.nodeops.rotator.tests.realcluster.binaries import HERE, Binaries
from ansible_collections.nodeops.rotator.tests.realcluster.processes import Program, free_ports

ADMIN = "admin"
ROTATOR = "rotator"
"""User with the rights that the collection ships, and no others."""
MASTERS = "system:masters"
GROUPS = {ADMIN: MASTERS, "kubectl": MASTERS, "module": MASTERS, ROTATOR: "nodeops-rotator"}
"""Users, each with its group."""
UP_WITHIN = 120.0
"""Seconds within which the API server answers, on a machine that is busy."""
AUDIT = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "None", "userGroups": ["system:nodes", "system:serviceaccounts"]},
        {"level": "None", "users": [ADMIN, "system:anonymous", "system:apiserver"]},
        {"level": "Metadata"},
    ],
}


def token(user: str) -> str:
    """Return the bearer token of a user."""
    return f"{user}-token-of-the-real-control-plane"


class RealCluster:
    """A running control plane. `url`: its API server. `folder`: its files and logs.

    `without`: controllers that do not run.
    """

    def __init__(self, programs: Binaries, folder: Path, without: Sequence[str] = ()) -> None:
        self.folder, self._without = folder, without
        self._control_plane, self._kwok = programs.control_plane, programs.kwok
        ports = free_ports(5)
        self._etcd, self._peers, self._secure, self._manager, self._scheduler = ports
        self.url = f"https://127.0.0.1:{self._secure}"
        self._write_files()
        for user in GROUPS:
            self._write_kubeconfig(user)
        self.programs: dict[str, Program] = {}

    def start(self) -> None:
        """Start everything, and wait until it serves."""
        self._run("etcd", self._etcd_options())
        self._run("kube-apiserver", self._server_options())
        self.wait()
        self._run("kube-controller-manager", self._manager_options())
        self._run("kube-scheduler", self._scheduler_options())
        kwok = ("--config", str(HERE / "kwok_stages.conf"), "--manage-all-nodes=true")
        command = [self._kwok, "--kubeconfig", str(self.kubeconfig_file()), *kwok]
        command += ["--node-lease-duration-seconds=40", "--cidr=10.64.0.0/16"]
        self.programs["kwok"] = Program(command, self.folder / "kwok.log")

    def stop(self) -> None:
        """End everything."""
        for program in reversed(self.programs.values()):
            program.kill()

    def restart_api(self) -> None:
        """Kill the API server and start it again on its port; return once it is ready."""
        self.programs["kube-apiserver"].kill()
        self.programs["kube-apiserver"].start()
        self.wait()

    def wait(self) -> None:
        """Wait until the API server is ready."""
        limit = time.monotonic() + UP_WITHIN
        while self.answer(self.url, "/readyz", token(ADMIN)) != 200:
            if time.monotonic() > limit:
                log = self.programs["kube-apiserver"].log.read_text()
                raise AssertionError(f"The API server is not ready. Its log ends:\n{log[-2000:]}")
            time.sleep(0.2)

    def kubeconfig(self, user: str = ADMIN) -> dict[str, Any]:
        """Return a kubeconfig of the user."""
        cluster = {"server": self.url, "certificate-authority-data": self.ca_data}
        lists = {
            "clusters": [{"name": "real", "cluster": cluster}],
            "users": [{"name": user, "user": {"token": token(user)}}],
            "contexts": [{"name": user, "context": {"cluster": "real", "user": user}}],
        }
        return {"apiVersion": "v1", "kind": "Config", "current-context": user, **lists}

    def kubeconfig_file(self, user: str = ADMIN) -> Path:
        """Return the path of a file with the kubeconfig of the user."""
        return self._path(f"kubeconfig-{user}")

    def _write_kubeconfig(self, user: str) -> None:
        path = self.kubeconfig_file(user)
        path.touch(mode=0o600)
        path.write_text(json.dumps(self.kubeconfig(user)))

    def answer(self, url: str, path: str, bearer: str = "") -> int:
        """Return the status with which an API server answers, 0 for no answer."""
        context = ssl.create_default_context(cadata=base64.b64decode(self.ca_data).decode())
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        request = urllib.request.Request(f"{url}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10, context=context) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def _write_files(self) -> None:
        authority = trustme.CA()
        certificate = authority.issue_cert("127.0.0.1")
        self.ca_data = base64.b64encode(authority.cert_pem.bytes()).decode()
        certificate.private_key_and_cert_chain_pem.write_to_path(str(self._path("tls.pem")))
        certificate.private_key_pem.write_to_path(str(self._path("key.pem")))
        tokens = [f'{token(user)},{user},{user},"{group}"' for user, group in GROUPS.items()]
        self._path("tokens.csv").write_text("\n".join(tokens) + "\n")
        self._path("audit.json").write_text(json.dumps(AUDIT))

    def _path(self, name: str) -> Path:
        return self.folder / name

    def _run(self, program: str, options: Mapping[str, Any], name: str = "") -> None:
        """Start a part of the control plane; `name`: where there are several of it."""
        given = [f"--{option}={value}" for option, value in options.items()]
        command = [self._control_plane, program, *given]
        log = self._path(f"{name or program}.log")
        self.programs[name or program] = Program(command, log)

    def _etcd_options(self) -> Mapping[str, Any]:
        clients = f"http://127.0.0.1:{self._etcd}"
        peers = f"http://127.0.0.1:{self._peers}"
        return {
            "data-dir": self._path("etcd"),
            "listen-client-urls": clients,
            "advertise-client-urls": clients,
            "listen-peer-urls": peers,
            "initial-advertise-peer-urls": peers,
            "initial-cluster": f"default={peers}",
            "unsafe-no-fsync": "true",  # nothing outlives the run
            "log-level": "warn",
        }

    def _server_options(self) -> Mapping[str, Any]:
        return {
            "etcd-servers": f"http://127.0.0.1:{self._etcd}",
            "bind-address": "127.0.0.1",
            "advertise-address": "127.0.0.1",
            "secure-port": self._secure,
            "endpoint-reconciler-type": "none",
            "tls-cert-file": self._path("tls.pem"),
            "tls-private-key-file": self._path("key.pem"),
            "token-auth-file": self._path("tokens.csv"),
            "authorization-mode": "RBAC",
            "service-account-issuer": "https://kubernetes.default.svc",
            "service-account-key-file": self._path("key.pem"),
            "service-account-signing-key-file": self._path("key.pem"),
            "service-cluster-ip-range": "10.96.0.0/16",
            "allow-privileged": "true",
            "audit-policy-file": self._path("audit.json"),
            "audit-log-path": self._path("audit.log"),
        }

    def _manager_options(self) -> Mapping[str, Any]:
        return {
            **self._client_options(self._manager),
            "use-service-account-credentials": "true",
            "service-account-private-key-file": self._path("key.pem"),
            "node-monitor-period": "1s",
            "controllers": ",".join(("*", *(f"-{name}" for name in self._without))),
            "kube-api-qps": 200,  # so that the pace of a test is not the controllers'
            "kube-api-burst": 400,
        }

    def _scheduler_options(self) -> Mapping[str, Any]:
        return self._client_options(self._scheduler)

    def _client_options(self, port: int) -> dict[str, Any]:
        config = self.kubeconfig_file()
        return {
            "kubeconfig": config,
            "authentication-kubeconfig": config,
            "authorization-kubeconfig": config,
            "leader-elect": "false",
            "bind-address": "127.0.0.1",
            "secure-port": port,
            "cert-dir": self._path("certs"),
        }


@contextmanager
def running(programs: Binaries, folder: Path, without: Sequence[str] = ()) -> Iterator[RealCluster]:
    """Run a control plane while the block runs; it ends however the block ends."""
    cluster = RealCluster(programs, folder, without)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
