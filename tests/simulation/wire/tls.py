# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a certificate for loopback and its authority, new for each server.

kubectl reads a kubeconfig's user only for servers on TLS (client-go, clientcmd ClientConfig), so a
cluster that wants to know its callers needs one.
"""

from __future__ import annotations

import base64
import dataclasses
import ssl

import trustme


@dataclasses.dataclass(frozen=True)
class Tls:
    """What a server wraps its connections in, and the authority (PEM) for clients."""

    context: ssl.SSLContext
    authority: bytes

    @property
    def ca_data(self) -> str:
        """Return the authority as kubeconfigs and EKS have it: base64."""
        return base64.b64encode(self.authority).decode()


def own_tls() -> Tls:
    """Return a new authority and its certificate for 127.0.0.1."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return Tls(context, authority.cert_pem.bytes())
