# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One line says what is missing for access to AWS and Kubernetes.

It also says what to do about it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.nodeops.rotator.tests.integration.wire import WorldOnWire

GROUP = "demo-blue"
NOBODY: dict[str, str | None] = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
NOWHERE = "http://127.0.0.1:1"
ROTATE: dict[str, Any] = {"autoscaling_group_name": GROUP, "eks_cluster": "demo"}


def kubeconfig(folder: Path, server: str) -> str:
    """Write a kubeconfig for this server and return its path."""
    path = folder / "kubeconfig"
    user = {"name": "me", "user": {"token": "a-token-that-is-long-enough"}}
    cluster = {"name": "demo", "cluster": {"server": server}}
    context = {"name": "demo", "context": {"cluster": "demo", "user": "me"}}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [cluster],
        "users": [user],
        "contexts": [context],
    }
    path.write_text(json.dumps({**content, "current-context": "demo"}))
    return str(path)


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_missing_credentials_are_reported(still: WorldOnWire, module: str) -> None:
    message = still.refused(module, NOBODY, **ROTATE)
    assert "Unable to locate credentials" in message
    assert "Give AWS credentials" in message


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_an_unknown_region_is_named(still: WorldOnWire, module: str) -> None:
    message = still.refused(module, {"AWS_ENDPOINT_URL": None}, **ROTATE, region="eu-west-9")
    assert "eu-west-9" in message
    assert "Check the region" in message


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_an_unreachable_api_server_is_named(
    still: WorldOnWire, module: str, tmp_path: Path
) -> None:
    options = {
        "autoscaling_group_name": GROUP,
        "cluster_name": "demo",
        "kubeconfig": kubeconfig(tmp_path, NOWHERE),
    }
    message = still.refused(module, **options)
    assert "Kubernetes" in message
    assert "127.0.0.1" in message
    assert "eks_cluster" in message


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_an_expired_aws_session_is_reported(still: WorldOnWire, module: str) -> None:
    message = still.refused(module, still.who("expired"), **ROTATE)
    assert "ExpiredToken" in message
    assert "renew expired ones" in message


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_an_expired_kubernetes_token_is_reported(still: WorldOnWire, module: str) -> None:
    options = {
        "autoscaling_group_name": GROUP,
        "cluster_name": "demo",
        "kubeconfig": still.who("expired")["KUBECONFIG"],
    }
    message = still.refused(module, **options)
    assert "Unauthorized" in message
    assert "eks_cluster" in message


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_a_missing_access_entry_is_named_with_its_identity(still: WorldOnWire, module: str) -> None:
    message = still.refused(module, still.who("stranger"), **ROTATE)
    assert "EKS cluster demo" in message
    assert "Unauthorized" in message
    assert "Create an access entry for arn:aws:iam::123456789012:user/stranger" in message


@pytest.mark.parametrize(
    ("options", "said", "hint"),
    [
        ({"kubeconfig": "/nonexistent"}, "there is no kubeconfig", "Set eks_cluster"),
        ({}, "there is no kubeconfig", "Set eks_cluster"),
        ({"host": NOWHERE.replace("http", "https")}, "Connection refused", "Check the address"),
        ({"host": "https://kube.invalid"}, "its name cannot be resolved", "Check the address"),
        ({"ca_cert": None}, "no TLS connection", "Name the certificate authority (ca_cert)"),
    ],
    ids=["no kubeconfig", "nothing", "closed port", "unknown name", "unknown authority"],
)
def test_the_way_to_the_api_server_is_told_with_advice(
    still: WorldOnWire, options: dict[str, Any], said: str, hint: str
) -> None:
    if "ca_cert" in options:
        path = still.who("rotator")["KUBECONFIG"]
        content = yaml.safe_load(Path(str(path)).read_text())
        options = {"host": content["clusters"][0]["cluster"]["server"]}
    key = {"api_key": "a-token-that-is-long-enough"} if "host" in options else {}
    name = {"autoscaling_group_name": GROUP}
    message = still.refused("node_group_info", **name, **options, **key)
    assert message.startswith("Cannot connect to Kubernetes: ")
    assert said in message
    assert f". {hint}" in message


def test_the_command_of_a_kubeconfig_that_fails_is_told(still: WorldOnWire, tmp_path: Path) -> None:
    """The client asks the server without credentials then, which answers 401."""
    content = yaml.safe_load(Path(str(still.who("rotator")["KUBECONFIG"])).read_text())
    command = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "/bin/sh",
        "args": ["-c", "echo Error loading SSO Token: it has expired >&2; exit 255"],
        "interactiveMode": "Never",
    }
    content["users"][0]["user"] = {"exec": command}
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(content))
    message = still.refused("node_group_info", autoscaling_group_name=GROUP, kubeconfig=str(path))
    assert "the kubeconfig's user has no credentials (exec: process returned 255" in message
    assert "Error loading SSO Token: it has expired" in message
    assert "Run that command yourself" in message


@pytest.mark.parametrize(
    ("variables", "config", "said", "kind"),
    [
        ({"AWS_PROFILE": "gone"}, "", "profile (gone) could not be found", "CredentialsError"),
        ({"AWS_REGION": None, "AWS_DEFAULT_REGION": None}, "", "no AWS region", "InputError"),
        ({}, "credential_process = /nonexistent", "No such file", "CredentialsError"),
        (
            {},
            "role_arn = arn:aws:iam::123456789012:role/x\nweb_identity_token_file = /nonexistent",
            "No such file",
            "CredentialsError",
        ),
        (
            {},
            "role_arn = arn:aws:iam::123456789012:role/x\nsource_profile = gone",
            "does not exist",
            "CredentialsError",
        ),
    ],
    ids=["no profile", "no region", "no process", "no token file", "no source profile"],
)
def test_credentials_that_cannot_be_had_are_no_traceback(
    still: WorldOnWire,
    tmp_path: Path,
    variables: dict[str, str | None],
    config: str,
    said: str,
    kind: str,
) -> None:
    env = dict(variables)
    if config:
        (tmp_path / "config").write_text(f"[profile it]\n{config}\n")
        env |= {"AWS_CONFIG_FILE": str(tmp_path / "config"), "AWS_PROFILE": "it"}
    if "AWS_PROFILE" in env:
        env |= NOBODY
    result = still.module("launch_template_update", env, launch_template_name="shop", image_id="y")
    assert result["failed"]
    assert said in result["msg"]
    assert "\n" not in result["msg"]
    assert result["error_type"] == kind


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_a_missing_aws_permission_is_named(still: WorldOnWire, module: str) -> None:
    options = {
        "autoscaling_group_name": GROUP,
        "cluster_name": "demo",
        "kubeconfig": still.who("rotator")["KUBECONFIG"],
    }
    message = still.refused(module, still.who("nobody"), **options)
    assert GROUP in message
    assert "Allow DescribeAutoScalingGroups" in message


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_a_missing_kubernetes_permission_is_named(still: WorldOnWire, module: str) -> None:
    options = {
        "autoscaling_group_name": GROUP,
        "cluster_name": "demo",
        "kubeconfig": still.who("nobody")["KUBECONFIG"],
    }
    message = still.refused(module, **options)
    assert "forbidden" in message
    assert "Allow" in message
