# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the kops executable for a module, with the module's credentials."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kops.client import Kops
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import check_given
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import Ran
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws

EXECUTABLE, STORE = "kops", "KOPS_STATE_STORE"
"""The name that is looked for in PATH, and the variable that kops itself reads."""
LIMIT = 900.0
"""Seconds within which a run of kops ends."""
CREDENTIAL_VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
HIDDEN_VARIABLES = (*CREDENTIAL_VARIABLES, "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "KUBECONFIG")
"""Variables of the caller that kops must not see: it gets what the module's options mean."""
_BEFORE_SIGN = "before-sign.sts.GetCallerIdentity"
INSTALL = "Install kops, or set kops_executable to its path"
KOPS_SPEC: dict[str, Any] = {
    "kops_cluster": {"type": "str"},
    "kops_state_store": {"type": "str"},
    "kops_executable": {"type": "path", "default": EXECUTABLE},
}
"""Options that lead to a kops cluster."""


LIFETIME, EXPORT_SECONDS = "1h", 50 * 60
"""How long an exported credential is valid, and when another one is exported."""
DIRECT = ("eks_cluster", "kubeconfig", "context", "host", "api_key")
"""Options that lead to a cluster without kops."""


def leads_by_kops(params: Mapping[str, Any]) -> bool:
    """Return whether the options ask to reach the cluster by a kubeconfig of kops."""
    store = params.get("kops_state_store") or os.environ.get(STORE)
    return bool(params.get("kops_cluster") and store) and not any(map(params.get, DIRECT))


def store_of(params: Mapping[str, Any]) -> str:
    """Return the state store that is given. Raises InputError without one."""
    given = params.get("kops_state_store") or os.environ.get(STORE)
    return check_given("kops_state_store", given, "it as in s3://bucket, or set KOPS_STATE_STORE")


class RawKops:
    """Implements core.transport.KopsCall with subprocess."""

    def __init__(self, module: Any) -> None:
        """Take the executable and everything else from the options of a module."""
        self._module = module
        self._kubeconfig = os.path.join(module.tmpdir, "kops-kubeconfig")
        wanted = module.params.get("kops_executable") or EXECUTABLE
        self._path = shutil.which(wanted) or ""
        if not self._path:
            raise InputError(f"There is no kops executable {wanted}", INSTALL)

    def __call__(self, words: Sequence[str], given: str) -> Ran:
        command = f"{self._path} {' '.join(words[:2])}"
        try:
            done = subprocess.run(
                [self._path, *words],
                input=given,
                capture_output=True,
                text=True,
                errors="replace",
                env=self._environment(),
                timeout=LIMIT,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise UnreachableError(
                f"{command} did not end within {LIMIT:.0f} s", "Run it by hand and see why"
            ) from error
        except OSError as error:
            raise InputError(f"Cannot run {self._path}: {error.strerror}", INSTALL) from error
        return Ran(done.returncode, done.stdout, done.stderr)

    def _environment(self) -> dict[str, str]:
        """Return the environment of a run.

        AWS is as the module sees it, and the kubeconfig its own.
        """
        kept = {key: value for key, value in os.environ.items() if key not in HIDDEN_VARIABLES}
        raw = RawAws(self._module)
        endpoint = self._module.params.get("endpoint_url")
        return {
            **kept,
            **credentials_of(raw),
            "AWS_REGION": str(raw.client("sts").meta.region_name),
            "KUBECONFIG": self._kubeconfig,
            **({"AWS_ENDPOINT_URL": endpoint} if endpoint else {}),
        }


class Exported:
    """Exports a kubeconfig to a file that only its user reads."""

    def __init__(self, module: Any) -> None:
        """Take cluster, state store and executable from the options of a module."""
        params = module.params
        self._kops = Kops(RawKops(module), params["kops_cluster"], store_of(params))
        self._path = os.path.join(module.tmpdir, "kops-admin-kubeconfig")

    @contextlib.contextmanager
    def file(self) -> Iterator[str]:
        """Export it anew; its path holds while the block runs. Raises core.errors."""
        os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        try:
            self._kops.export(self._path, LIFETIME)
            yield self._path
        finally:
            os.unlink(self._path)


def credentials_of(raw: RawAws) -> dict[str, str]:
    """Return the credentials of a module's clients as environment variables.

    They are those that botocore signs a request with, wherever it got them from. No service is
    called.
    """
    client = raw.client("sts")
    seen: dict[str, str] = {}

    def note(request_signer: Any, signing_name: str, region_name: str, **_details: Any) -> None:
        found = request_signer.get_auth_instance(signing_name, region_name).credentials
        values = (found.access_key, found.secret_key, found.token)
        seen.update(
            {key: value for key, value in zip(CREDENTIAL_VARIABLES, values, strict=True) if value}
        )

    client.meta.events.register_first(_BEFORE_SIGN, note, unique_id="nodeops-rotator-kops")
    try:
        Aws(raw).attempt(
            "find the AWS credentials for kops",
            lambda: client.generate_presigned_url("get_caller_identity"),
        )
    finally:
        client.meta.events.unregister(_BEFORE_SIGN, unique_id="nodeops-rotator-kops")
    return seen
