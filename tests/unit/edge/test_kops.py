# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of a real executable: its environment, its limits, and what it exports."""

from __future__ import annotations

import os
import stat
import types
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
sessions = pytest.importorskip("botocore.session")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    NotFoundError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import Ran
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import kops
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kops import (
    Exported,
    RawKops,
    credentials_of,
    leads_by_kops,
    store_of,
)

SCRIPT = """#!/bin/sh
case "$1" in
  env) env | sort ;;
  in) cat ;;
  fail) echo out; echo "Error: no" >&2; exit 3 ;;
  wait) exec sleep 60 ;;
  export) echo exported > "$5" ;;
esac
"""


class Raw:
    """RawAws as far as it is needed: one client with these credentials."""

    def __init__(self, token: str | None = "t") -> None:
        session = sessions.Session()
        session.set_credentials("AKIAX", "secret", token)
        self._client = session.create_client("sts", region_name="eu-west-1")

    def client(self, service: str) -> Any:
        assert service == "sts"
        return self._client


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module whose kops is a script."""
    path = tmp_path / "bin" / "kops"
    path.parent.mkdir()
    path.write_text(SCRIPT)
    path.chmod(0o755)
    raw = Raw()
    monkeypatch.setattr(kops, "RawAws", lambda _module: raw)
    params = {
        "kops_cluster": "blue",
        "kops_state_store": "s3://state",
        "kops_executable": str(path),
        "endpoint_url": None,
    }
    return types.SimpleNamespace(params=params, tmpdir=str(tmp_path))


def environment(module: Any) -> dict[str, str]:
    ran = RawKops(module)(["env"], "")
    return dict(line.split("=", 1) for line in ran.output.splitlines() if "=" in line)


def test_it_runs_with_the_credentials_of_the_module(
    module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "KUBECONFIG"):
        monkeypatch.setenv(name, "of-the-caller")
    found = environment(module)
    assert found["AWS_ACCESS_KEY_ID"] == "AKIAX"
    assert found["AWS_SECRET_ACCESS_KEY"] == "secret"
    assert found["AWS_SESSION_TOKEN"] == "t"
    assert found["AWS_REGION"] == "eu-west-1"
    assert "of-the-caller" not in found.values()


def test_its_kubeconfig_is_one_of_its_own(module: Any) -> None:
    assert environment(module)["KUBECONFIG"].startswith(module.tmpdir)


def test_an_endpoint_of_the_module_is_the_one_of_kops(module: Any) -> None:
    module.params["endpoint_url"] = "http://127.0.0.1:1"
    assert environment(module)["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"


def test_output_errors_and_status_are_kept(module: Any) -> None:
    assert RawKops(module)(["fail"], "") == Ran(3, "out\n", "Error: no\n")
    assert RawKops(module)(["in"], "given") == Ran(0, "given", "")


def test_credentials_without_a_session_have_no_token() -> None:
    assert credentials_of(Raw(None)) == {  # type: ignore[arg-type]
        "AWS_ACCESS_KEY_ID": "AKIAX",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }


def test_an_executable_that_is_not_there_is_named(module: Any) -> None:
    module.params["kops_executable"] = "/nowhere/kops"
    with pytest.raises(InputError, match="There is no kops executable /nowhere/kops. Install"):
        RawKops(module)


def test_a_file_that_cannot_be_run_is_named(module: Any, tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"\x00\x01")
    path.chmod(0o755)
    module.params["kops_executable"] = str(path)
    with pytest.raises(InputError, match=f"Cannot run {path}"):
        RawKops(module)(["version"], "")


def test_a_run_that_does_not_end_is_given_up(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kops, "LIMIT", 0.2)
    with pytest.raises(UnreachableError, match="did not end within"):
        RawKops(module)(["wait"], "")


def test_a_kubeconfig_is_in_a_file_that_only_we_read_and_gone_once_it_is_read(module: Any) -> None:
    exported = Exported(module)
    for _time in range(2):
        with exported.file() as path:
            assert Path(path).read_text() == "exported\n"
            assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        assert not Path(path).exists()


def test_an_export_that_fails_is_an_error(module: Any, tmp_path: Path) -> None:
    script = tmp_path / "bin" / "kops"
    script.write_text('#!/bin/sh\necho "Error: Cluster.kops.k8s.io \\"blue\\" not found"\nexit 1\n')
    with pytest.raises(NotFoundError, match="Cannot export a kubeconfig of kops cluster blue"):
        Exported(module).file().__enter__()
    assert not list(Path(module.tmpdir).glob("kops-*"))


@pytest.mark.parametrize(
    ("params", "environ", "leads"),
    [
        ({}, "", False),
        ({"kops_cluster": "blue"}, "", False),
        ({"kops_cluster": "blue", "kops_state_store": "s3://x"}, "", True),
        ({"kops_cluster": "blue"}, "s3://x", True),
        ({"kops_state_store": "s3://x"}, "s3://x", False),
        ({"kops_cluster": "blue", "kops_state_store": "s3://x", "kubeconfig": "/k"}, "", False),
        ({"kops_cluster": "blue", "kops_state_store": "s3://x", "host": "https://h"}, "", False),
        ({"kops_cluster": "blue", "kops_state_store": "s3://x", "eks_cluster": "e"}, "", False),
    ],
)
def test_a_cluster_and_its_state_store_lead_to_it_where_nothing_else_does(
    params: dict[str, str], environ: str, leads: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOPS_STATE_STORE", environ)
    assert leads_by_kops(params) is leads


def test_the_state_store_is_the_option_or_else_the_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KOPS_STATE_STORE", "s3://b")
    assert store_of({"kops_state_store": "s3://a"}) == "s3://a"
    assert store_of({"kops_state_store": None}) == "s3://b"
    monkeypatch.delenv("KOPS_STATE_STORE")
    with pytest.raises(InputError, match="kops_state_store is empty"):
        store_of({})
