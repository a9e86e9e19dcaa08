# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run kubectl commands that send protobuf or show what controllers keep."""

from __future__ import annotations

import json

import pytest

from ansible_collections.nodeops.rotator.tests.contract.kube.conftest import (
    KUBECTL,
    NO_KUBECTL,
    Kubectl,
)
from ansible_collections.nodeops.rotator.tests.contract.kube.faces import Served
from ansible_collections.nodeops.rotator.tests.simulation.kube.admission import ANONYMOUS

pytestmark = pytest.mark.skipif(KUBECTL is None, reason=NO_KUBECTL)


def test_kubectl_creates_a_deployment(kubectl: Kubectl) -> None:
    """kubectl sends protobuf, and the World keeps what a real server would.

    Defaults are the exception.
    """
    command = ("create", "deployment", "api", "--image=api:1", "--replicas=2", "--port=80")
    made = kubectl(*command, "-n", "shop")
    assert made.stdout == "deployment.apps/api created\n", made.stderr
    assert kubectl("rollout", "status", "deploy/api", "-n", "shop", "--timeout=10s").returncode == 0
    found = json.loads(kubectl("get", "deploy", "api", "-n", "shop", "-o", "json").stdout)
    labels = {"app": "api"}
    assert found["metadata"]["labels"] == labels
    assert found["spec"]["replicas"] == 2
    assert found["spec"]["selector"] == {"matchLabels": labels}
    assert found["spec"]["strategy"]["type"] == "RollingUpdate"
    (container,) = found["spec"]["template"]["spec"]["containers"]
    shown = {key: container[key] for key in ("name", "image", "ports")}
    assert shown == {"name": "api", "image": "api:1", "ports": [{"containerPort": 80}]}


@pytest.mark.parametrize(
    ("command", "kind", "field", "value"),
    [
        ("create configmap a --from-literal=b=c", "cm/a", "{.data.b}", "c"),
        ("create namespace x", "ns/x", "{.status.phase}", "Active"),
        ("create serviceaccount y", "sa/y", "{.metadata.name}", "y"),
        ("create job j --image=i", "job/j", "{.spec.template.spec.restartPolicy}", "Never"),
        (
            "create pdb p --selector=a=b --min-available=50%",
            "pdb/p",
            "{.spec.minAvailable} {.spec.selector.matchLabels.a}",
            "50% b",
        ),
        (
            "create service clusterip s --tcp=80:8080",
            "svc/s",
            "{.spec.ports[0].port} {.spec.ports[0].targetPort} {.spec.selector.app}",
            "80 8080 s",
        ),
    ],
)
def test_kubectl_creates_the_kinds_that_are_served(
    kubectl: Kubectl, command: str, kind: str, field: str, value: str
) -> None:
    made = kubectl(*command.split(), "-n", "shop")
    assert made.returncode == 0, made.stderr
    assert kubectl("get", kind, "-n", "shop", "-o", f"jsonpath={field}").stdout == value


def test_kubectl_refuses_what_is_not_read(kubectl: Kubectl) -> None:
    """Rather than to lose a part of it."""
    refused = kubectl("create", "quota", "q", "--hard=pods=1", "-n", "shop")
    assert refused.returncode == 1
    assert "unknown format" in refused.stderr


def test_kubectl_asks_what_it_may(kubectl: Kubectl, world: Served) -> None:
    assert kubectl("auth", "can-i", "delete", "pods", "-n", "shop").stdout == "yes\n"
    with world.lock:
        world.cluster.denied.append(("*", "delete pods"))
    answer = kubectl("auth", "can-i", "delete", "pods", "-n", "shop")
    assert (answer.returncode, answer.stdout) == (1, "no\n")
    assert kubectl("auth", "can-i", "create", "pods/eviction", "-n", "shop").stdout == "yes\n"


def test_kubectl_lists_what_it_may(kubectl: Kubectl, world: Served) -> None:
    with world.lock:  # Without TLS kubectl shows no token.
        world.cluster.allowed[ANONYMOUS] = ("get *", "create pods/eviction", "create self*")
    told = kubectl("auth", "can-i", "--list", "-n", "shop")
    lines = [line.split() for line in told.stdout.splitlines()]
    assert ["*.*", "[]", "[]", "[get]"] in lines, told
    assert ["pods.*/eviction", "[]", "[]", "[create]"] in lines, told
    assert told.stderr == ""


def test_kubectl_shows_and_undoes_a_rollout(kubectl: Kubectl) -> None:
    """Source: kubectl pkg/polymorphichelpers history.go and rollback.go."""

    def history() -> list[list[str]]:
        told = kubectl("rollout", "history", "deploy/web", "-n", "shop").stdout.splitlines()
        return [line.split() for line in told[1:] if line]

    def wait() -> None:
        done = kubectl("rollout", "status", "deploy/web", "-n", "shop", "--timeout=10s")
        assert done.returncode == 0, done.stderr

    assert history() == [["REVISION", "CHANGE-CAUSE"], ["1", "<none>"]]
    assert kubectl("set", "image", "deploy/web", "web=web:2", "-n", "shop").returncode == 0
    why = "kubernetes.io/change-cause=newer"
    assert kubectl("annotate", "deploy/web", why, "-n", "shop").returncode == 0
    wait()
    assert history()[1:] == [["1", "<none>"], ["2", "newer"]]
    undone = kubectl("rollout", "undo", "deploy/web", "-n", "shop")
    assert undone.stdout == "deployment.apps/web rolled back\n", undone.stderr
    wait()
    assert history()[1:] == [["2", "newer"], ["3", "<none>"]]


def test_kubectl_shows_the_images_of_workloads(kubectl: Kubectl) -> None:
    for kind, name in (("deploy", "web"), ("sts", "db")):
        shown = kubectl("get", kind, "-n", "shop", "-o", "wide").stdout.splitlines()
        image = shown[0].index("IMAGES")
        assert shown[1][image:].split()[0] == f"registry.example/{name}:1.0"
    volumes = kubectl("get", "pv", "-o", "wide").stdout.splitlines()
    assert "VOLUMEMODE" in volumes[0]
    assert volumes[1].split()[1:5] == [
        "1Gi",
        "RWO",
        "Delete",
        "Bound",
    ]


def test_kubectl_applies_on_the_servers_side(kubectl: Kubectl) -> None:
    """Client-side validation is off, as it would need the server's OpenAPI."""
    manifest = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: shop}\n"
        "data: {a: '%s'}\n"
    )
    apply = ("apply", "--server-side", "--validate=false", "-f", "-")
    done = kubectl(*apply, text=manifest % 1)
    assert done.stdout == "configmap/settings serverside-applied\n", done.stderr
    refused = kubectl(*apply, "--field-manager=other", text=manifest % 2)
    assert refused.returncode == 1
    assert 'Apply failed with 1 conflict: conflict with "kubectl": .data.a' in refused.stderr
    forced = kubectl(*apply, "--field-manager=other", "--force-conflicts", text=manifest % 2)
    assert forced.returncode == 0, forced.stderr
    shown = kubectl("get", "cm", "settings", "-n", "shop", "-o", "json", "--show-managed-fields")
    entries = json.loads(shown.stdout)["metadata"]["managedFields"]
    assert [(one["manager"], one["operation"]) for one in entries] == [("other", "Apply")]


def test_a_writer_is_known_by_its_user_agent(kubectl: Kubectl) -> None:
    """The user agent names the writer where no field manager is given.

    Source: apiserver endpoints/handlers, managerOrUserAgent.
    """
    assert kubectl("label", "node", "n1", "color=blue").returncode == 0
    shown = kubectl("get", "node", "n1", "-o", "json", "--show-managed-fields").stdout
    named = {one["manager"] for one in json.loads(shown)["metadata"]["managedFields"]}
    assert named == {"kubelet", "kubectl-label"}
