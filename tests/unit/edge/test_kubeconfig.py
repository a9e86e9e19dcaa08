# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why there is no connection, with kubeconfigs that are wrong in many ways."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")
client = pytest.importorskip("kubernetes.client")
config = pytest.importorskip("kubernetes.config")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    CredentialsError,
    ForbiddenError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import kube, kubeconfig

GOOD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "world",
    "contexts": [{"name": "world", "context": {"cluster": "world", "user": "me"}}],
    "clusters": [{"name": "world", "cluster": {"server": "https://127.0.0.1:9"}}],
    "users": [{"name": "me", "user": {"token": "a-token"}}],
}


def refusal(folder: Path, content: Any, **options: str) -> RotatorError:
    """Return the error of connecting with a kubeconfig of this content."""
    path = folder / "config"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(RotatorError) as caught:
        kube._client({"kubeconfig": str(path), **options}, one_attempt=True)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: [b\n c: d", "the kubeconfig is no YAML (while parsing a flow sequence)"),
        ("a: b: c", "the kubeconfig is no YAML (mapping values are not allowed here)"),
        ("hello", "the kubeconfig does not have the form of one"),
        ("[1, 2]", "the kubeconfig does not have the form of one"),
        ("", "file is empty"),
        ({"apiVersion": "v1", "kind": "Config"}, "current-context"),
        ({**GOOD, "clusters": []}, "clusters list"),
    ],
    ids=["flow", "mapping", "text", "list", "empty", "no context", "no cluster"],
)
def test_a_kubeconfig_that_is_wrong_is_told_as_that(
    tmp_path: Path, content: Any, said: str
) -> None:
    error = refusal(tmp_path, content)
    assert error.__class__ is CredentialsError
    assert error.message.startswith("Cannot connect to Kubernetes: ")
    assert said in error.message
    assert error.hint == kubeconfig.HINT


def test_a_context_that_does_not_exist_is_named(tmp_path: Path) -> None:
    assert "Expected object with name nope" in str(refusal(tmp_path, GOOD, context="nope"))


def test_a_file_that_cannot_be_read_is_no_server_without_an_answer(tmp_path: Path) -> None:
    with pytest.raises(CredentialsError) as caught:
        kube._client({"kubeconfig": str(tmp_path)})
    assert f"cannot read {tmp_path}: {os.strerror(21)}" in str(caught.value)
    denied = kubeconfig.failure(PermissionError(13, "Permission denied", "/k"), kubeconfig.Heard())
    assert denied.__class__ is CredentialsError
    assert denied.message == "Cannot connect to Kubernetes: cannot read /k: Permission denied"


def test_the_command_of_a_user_that_fails_is_heard(tmp_path: Path) -> None:
    """The client logs the failure and asks the server without credentials."""
    command = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "/bin/sh",
        "args": ["-c", "echo Error loading SSO Token: expired >&2; exit 255"],
        "interactiveMode": "Never",
    }
    users = [{"name": "me", "user": {"exec": command}}]
    path = tmp_path / "config"
    path.write_text(json.dumps({**GOOD, "users": users}))
    with kubeconfig.listening() as heard:
        config.load_kube_config(str(path), client_configuration=client.Configuration())
    assert any("Error loading SSO Token: expired" in text for text in heard.texts)


def test_a_401_after_a_failed_command_is_told_by_its_words() -> None:
    heard = kubeconfig.Heard()
    refused = client.ApiException(status=401, reason="Unauthorized")
    plain = kubeconfig.failure(refused, heard)
    assert str(plain).startswith("Cannot connect to Kubernetes: 401 Unauthorized. Set eks_cluster")
    with kubeconfig.listening() as heard:
        logging.error("exec: process returned 255. Error loading\nSSO Token")
    error = kubeconfig.failure(refused, heard)
    assert error.__class__ is CredentialsError
    assert error.message == (
        "Cannot connect to Kubernetes: 401 Unauthorized: the kubeconfig's user has no credentials"
        " (exec: process returned 255. Error loading SSO Token)"
    )
    assert error.hint == kubeconfig.HINT_COMMAND
    assert error.code == plain.code == "401"


def test_nothing_is_heard_any_more_afterwards() -> None:
    with kubeconfig.listening() as heard:
        logging.warning("no error")
    before = list(logging.getLogger().handlers)
    assert heard not in before
    assert heard.texts == []


def test_other_refusals_keep_their_kind() -> None:
    refused = client.ApiException(status=403, reason="Forbidden")
    assert kubeconfig.failure(refused, kubeconfig.Heard()).__class__ is ForbiddenError
