# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said when the API server does not answer, or answers in an unknown way."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.errors import (
    error_of,
    no_answer,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core import errors

POOL = "HTTPSConnectionPool(host='10.0.0.1', port=6443): Max retries exceeded with url: /version"


@pytest.mark.parametrize(
    ("cause", "said", "hint"),
    [
        (
            "(Caused by NewConnectionError('<x>: Failed to establish a new connection:"
            " [Errno 111] Connection refused'))",
            ": no connection (Connection refused)",
            "Check the address",
        ),
        (
            "(Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]"
            " certificate verify failed: unable to get local issuer certificate (_ssl.c:1006)')))",
            ": no TLS connection (unable to get local issuer certificate)",
            "Name the certificate authority (ca_cert)",
        ),
        (
            "(Caused by SSLError(SSLError(136, '[X509: NO_CERTIFICATE_OR_CRL_FOUND] no certificate"
            " or crl found (_ssl.c:4154)')))",
            ": no TLS connection (no certificate or crl found)",
            "Name the certificate authority (ca_cert)",
        ),
        (
            "(Caused by SSLError(SSLError(1, '[SSL: WRONG_VERSION_NUMBER] wrong version number"
            " (_ssl.c:1006)')))",
            ": no TLS connection (wrong version number)",
            "Name the certificate authority (ca_cert)",
        ),
        (
            "(Caused by NameResolutionError(\"<x>: Failed to resolve 'kube' ([Errno -2] Name or"
            ' service not known)"))',
            ": its name cannot be resolved",
            "Check the address",
        ),
        (
            "(Caused by ProxyError('Unable to connect to proxy', OSError('Tunnel failed: 403')))",
            ": no connection through the proxy",
            "Check proxy and no_proxy",
        ),
        (
            "(Caused by ConnectTimeoutError(<x>, 'Connection to 10.0.0.1 timed out.'))",
            ": no connection in time",
            "Check the address",
        ),
    ],
)
def test_the_cause_of_no_answer_is_said_in_one_line(cause: str, said: str, hint: str) -> None:
    error = no_answer(f"{POOL} {cause}", "list nodes")
    begins = "Cannot list nodes: no answer from the Kubernetes API server at 10.0.0.1:6443"
    assert error.message.startswith(begins + said)
    assert error.hint.startswith(hint)
    assert "Max retries" not in str(error)


def test_an_unknown_cause_is_shown_as_it_is() -> None:
    error = no_answer(OSError("broken\npipe"), "list nodes")
    assert "from the Kubernetes API server: broken pipe" in error.message


@pytest.mark.parametrize(
    ("status", "kind"), [(422, errors.RefusedError), (400, errors.RefusedError), (302, None)]
)
def test_an_unknown_status_is_not_called_a_refusal(
    status: int, kind: type[errors.RotatorError] | None
) -> None:
    error = error_of(status, {"message": "why"}, "list nodes")
    assert error.__class__ is (kind or errors.UnknownError)
