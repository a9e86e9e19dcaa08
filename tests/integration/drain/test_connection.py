# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connect node_drain to clusters without EKS, and check what it imports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.nodeops.rotator.tests.integration.drain.drain_wire import (
    CALL_MODULE,
    WireStage,
)
from ansible_collections.nodeops.rotator.tests.integration.warm import HANGS
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.wire.tls import own_tls

PLUGIN = "ansible_collections.nodeops.rotator.plugins.modules.node_drain"
TOKEN = "a-token-that-is-long-enough"
MODELS = """
import sys
def models():
    typed = ("kubernetes.client.models.", "kubernetes.client.api.")
    return {name for name in sys.modules if name.startswith(typed)}
import ansible_collections.kubernetes.core.plugins.module_utils.k8s.client
before = models()
try:
    exec(CALL_MODULE)
except SystemExit:
    pass
print(sorted(models() - before), file=sys.stderr)
"""
IN_CLUSTER = """
from kubernetes.config import incluster_config
incluster_config.SERVICE_TOKEN_FILENAME = FOLDER + "/token"
incluster_config.SERVICE_CERT_FILENAME = FOLDER + "/ca.crt"
exec(CALL_MODULE)
"""


@pytest.fixture
def stage(tmp_path: Path) -> WireStage:
    """Return a stage with the nodes n1 and n2 without pods, which accepts one token."""
    found = WireStage(Behavior(), tmp_path)
    found.node("n1")
    found.node("n2")
    found.cluster.tokens = {TOKEN: "drainer"}
    return found


def run(
    code: str, arguments: dict[str, Any], environment: dict[str, str]
) -> tuple[dict[str, Any], str]:
    """Run the module within other code; return its result and what else was printed."""
    command = [sys.executable, "-c", code, PLUGIN]
    text = json.dumps(arguments)
    done = subprocess.run(
        command,
        input=text,
        env=environment,
        capture_output=True,
        text=True,
        timeout=HANGS,
        check=False,
    )
    assert done.stdout, done.stderr
    return dict(json.loads(done.stdout)), done.stderr


def without_kubeconfig(stage: WireStage, **more: str) -> dict[str, str]:
    return {key: value for key, value in stage.environment().items() if key != "KUBECONFIG"} | more


def test_options_give_host_and_token(stage: WireStage) -> None:
    with stage.serving():
        assert stage.server is not None
        arguments = {"nodes": ["n1"], "host": stage.server.url, "api_key": TOKEN}
        answer, _errors = run(CALL_MODULE, arguments, without_kubeconfig(stage))
    assert answer["changed"]


def test_the_environment_gives_host_and_token(stage: WireStage) -> None:
    """Automation controllers pass the credential of a cluster in this way."""
    with stage.serving():
        assert stage.server is not None
        environment = without_kubeconfig(
            stage, K8S_AUTH_HOST=stage.server.url, K8S_AUTH_API_KEY=TOKEN
        )
        answer, _errors = run(CALL_MODULE, {"nodes": ["n1"]}, environment)
    assert answer["changed"]


def test_a_kubeconfig_is_read_with_its_context(stage: WireStage) -> None:
    with stage.serving():
        assert stage.server is not None
        config = stage.server.kubeconfig(TOKEN)
        config["contexts"].append(
            {"name": "elsewhere", "context": {"cluster": "none", "user": "world"}}
        )
        config["clusters"].append({"name": "none", "cluster": {"server": "http://127.0.0.1:9"}})
        stage.kubeconfig.write_text(yaml.safe_dump({**config, "current-context": "elsewhere"}))
        answer = stage.module(nodes=["n1"], context="world")
    assert answer["changed"]


def test_a_pod_uses_its_service_account(stage: WireStage, tmp_path: Path) -> None:
    tls = own_tls()
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "ca.crt").write_bytes(tls.authority)
    with stage.serving(tls=tls):
        assert stage.server is not None
        host, port = stage.server.server_address[:2]
        where = {"KUBERNETES_SERVICE_HOST": str(host), "KUBERNETES_SERVICE_PORT": str(port)}
        code = f"CALL_MODULE, FOLDER = {CALL_MODULE!r}, {str(tmp_path)!r}\n" + IN_CLUSTER
        answer, _errors = run(code, {"nodes": ["n1"]}, without_kubeconfig(stage, **where))
    assert answer["changed"], answer["msg"]


def test_a_user_is_impersonated(stage: WireStage) -> None:
    with stage.serving():
        assert stage.server is not None
        stage.kubeconfig.write_text(yaml.safe_dump(stage.server.kubeconfig(TOKEN)))
        answer = stage.module(
            nodes=["n1"], impersonate_user="jane", impersonate_groups=["operators"]
        )
        assert stage.server.impersonated == {("jane", "operators")}, (
            "every request, watches included"
        )
    assert answer["changed"]


def test_no_typed_model_of_the_client_is_imported(stage: WireStage) -> None:
    """The typed models would cost a second and 22 MB.

    They also differ between versions of the client. Older clients import them all by themselves, in
    their package; then there is nothing that could come in addition.
    """
    with stage.serving():
        assert stage.server is not None
        arguments = {"nodes": ["n1"], "host": stage.server.url, "api_key": TOKEN}
        answer, errors = run(
            f"CALL_MODULE = {CALL_MODULE!r}\n" + MODELS, arguments, without_kubeconfig(stage)
        )
    assert answer["changed"]
    assert errors.strip().splitlines()[-1] == "[]"
