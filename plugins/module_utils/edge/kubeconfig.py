# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say in one line why kubernetes.core or the Kubernetes client could not connect."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.errors import (
    NO_ANSWER,
    error_of,
    no_answer,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    CredentialsError,
    RotatorError,
)

UNAUTHORIZED = 401
CONNECTING = "connect to Kubernetes"
HINT = (
    "Set eks_cluster to reach an EKS cluster with AWS credentials alone, or kubeconfig,"
    " context, host and api_key"
    " (or K8S_AUTH_* in the environment) as for kubernetes.core"
)
HINT_COMMAND = "Run that command yourself, and renew what it needs, or set eks_cluster"
_SYNTAX = re.compile(r"^(while (parsing|scanning)|could not (find|determine)|mapping values)")
"""How the messages of PyYAML begin. kubernetes.core passes them on without their class."""


class Heard(logging.Handler):
    """Keeps what the client logs as an error and goes on without.

    That is why the command of a user in a kubeconfig (exec) gave no credentials.
    """

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message in one line."""
        self.texts.append(" ".join(record.getMessage().split()))


@contextmanager
def listening() -> Iterator[Heard]:
    """Hear what is logged while the block runs."""
    heard, root = Heard(), logging.getLogger()
    root.addHandler(heard)
    try:
        yield heard
    finally:
        root.removeHandler(heard)


def failure(error: Exception, heard: Heard) -> RotatorError:
    """Return the error for what kubernetes.core or the client raised on connecting."""
    status, reason = getattr(error, "status", None), getattr(error, "reason", None)
    if isinstance(status, int) and status == UNAUTHORIZED:
        line = f"Cannot {CONNECTING}: {status} {reason}"
        if heard.texts:
            said = heard.texts[-1].rstrip(".")
            return CredentialsError(
                f"{line}: the kubeconfig's user has no credentials ({said})",
                HINT_COMMAND,
                str(status),
            )
        return CredentialsError(line, HINT, str(status))
    if isinstance(status, int) and status > 0:
        return error_of(status, {"message": f"{status} {reason}"}, CONNECTING)
    if isinstance(error, OSError) and error.filename:
        return CredentialsError(
            f"Cannot {CONNECTING}: cannot read {error.filename}: {error.strerror}", HINT
        )
    if isinstance(error, NO_ANSWER) and not isinstance(error, FileNotFoundError):
        return no_answer(error, CONNECTING)
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return CredentialsError(f"Cannot {CONNECTING}: {_told(error, lines[0])}", HINT)


def _told(error: Exception, text: str) -> str:
    """Return the client's words without what kubernetes.core puts before them."""
    text = text.removeprefix("Could not create API client: ").rstrip(".")
    if "No configuration found" in text:
        return "there is no kubeconfig, or it is empty, and this is no pod of a cluster"
    if _SYNTAX.match(text):
        return f"the kubeconfig is no YAML ({text})"
    if isinstance(error, (TypeError, AttributeError, KeyError, IndexError)):
        return f"the kubeconfig does not have the form of one ({text})"
    return text
