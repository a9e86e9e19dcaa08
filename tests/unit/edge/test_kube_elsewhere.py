# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client for the API server at another address."""

from __future__ import annotations

import types
from typing import Any

import pytest
from kubernetes.client import ApiClient, Configuration

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import AccessError
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube_elsewhere import elsewhere


def a_client(**settings: Any) -> Any:
    """A client as kubernetes.core makes them."""
    configuration = Configuration(host="https://api.prod.example.com:6443")
    configuration.api_key["authorization"] = "Bearer token-of-the-user"
    for name, value in settings.items():
        setattr(configuration, name, value)
    api = ApiClient(configuration)
    api.default_headers["Impersonate-User"] = "someone"
    return types.SimpleNamespace(client=api, configuration=configuration)


def test_it_has_the_same_credentials_and_asks_for_the_same_certificate() -> None:
    client = a_client(ssl_ca_cert=None)
    found = elsewhere(client, "10.0.0.1")
    settings = found.client.configuration
    assert settings.host == "https://10.0.0.1:443"
    assert settings.tls_server_name == "api.prod.example.com"
    assert settings.api_key == {"authorization": "Bearer token-of-the-user"}
    assert found.client.default_headers["Impersonate-User"] == "someone"
    pools = found.client.rest_client.pool_manager.connection_pool_kw
    assert (pools["server_hostname"], pools["retries"]) == ("api.prod.example.com", False)


def test_credentials_that_are_renewed_do_not_lead_back_to_the_server_of_the_kubeconfig() -> None:
    def renew(configuration: Configuration) -> None:
        configuration.host = "https://api.prod.example.com:6443"
        configuration.api_key["authorization"] = "Bearer renewed"

    found = elsewhere(a_client(refresh_api_key_hook=renew), "10.0.0.1").client
    request = found.param_serialize("GET", "/readyz", auth_settings=["BearerToken"])
    assert request[1] == "https://10.0.0.1:443/readyz"
    assert request[2]["authorization"] == "Bearer renewed"


def test_the_client_that_it_is_made_of_stays_as_it_is() -> None:
    client = a_client()
    elsewhere(client, "10.0.0.1")
    assert client.client.configuration.host == "https://api.prod.example.com:6443"
    assert client.client.configuration.tls_server_name is None


def test_a_name_that_the_kubeconfig_gives_for_the_certificate_counts() -> None:
    found = elsewhere(a_client(tls_server_name="kubernetes"), "10.0.0.1", 8443)
    assert found.client.configuration.tls_server_name == "kubernetes"
    assert found.client.configuration.host == "https://10.0.0.1:8443"


def test_where_certificates_are_not_checked_no_credentials_are_sent() -> None:
    with pytest.raises(AccessError, match=r"10\.0\.0\.1 is not asked"):
        elsewhere(a_client(verify_ssl=False), "10.0.0.1")
