# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate for loopback and the authority that signed it, made anew for each server.

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
    """What a server wraps its connections in, and the authority (PEM) that its clients have to
    know."""

    context: ssl.SSLContext
    authority: bytes

    @property
    def ca_data(self) -> str:
        """The authority as kubeconfigs and EKS have it: base64."""
        return base64.b64encode(self.authority).decode()


def own_tls() -> Tls:
    """A new authority and a certificate of its for 127.0.0.1."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return Tls(context, authority.cert_pem.bytes())
