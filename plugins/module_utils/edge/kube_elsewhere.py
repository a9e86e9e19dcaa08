# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reach the API server at another address with the same credentials."""

from __future__ import annotations

import copy
import functools
import urllib.parse
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import AccessError

SECURE_PORT = 443
"""Port of every API server of kops."""


def elsewhere(client: Any, address: str, port: int = SECURE_PORT) -> Any:
    """Return a client as kubernetes.core makes them, for the server at an address.

    That server has to show a certificate for the name, or the address, by which `client` reaches
    its own one. Raises AccessError where certificates are not checked: credentials would go to
    whoever answers there.
    """
    old = client.client.configuration
    if not old.verify_ssl:
        raise AccessError(f"The server at {address} is not asked: certificates are not checked")
    settings = copy.copy(old)
    settings.host = f"https://{address}:{port}"
    name = getattr(old, "tls_server_name", None) or urllib.parse.urlsplit(old.host).hostname
    settings.tls_server_name = name
    settings.refresh_api_key_hook = functools.partial(_renew, old)
    api = type(client.client)(settings)
    api.default_headers = dict(client.client.default_headers)
    api.rest_client.pool_manager.connection_pool_kw["retries"] = False
    found = copy.copy(client)
    found.client, found.configuration = api, settings
    return found


def _renew(old: Any, settings: Any) -> None:
    """Renew the credentials of `old`, and take them over.

    What a kubeconfig renews them with sets its own server as well, so it gets `old` alone.
    """
    if old.refresh_api_key_hook is not None:
        old.refresh_api_key_hook(old)
    settings.api_key = dict(old.api_key)
