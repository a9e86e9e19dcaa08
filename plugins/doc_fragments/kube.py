# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options by which modules reach the Kubernetes API; the counterpart of
module_utils.module.kube.KUBE_SPEC."""

from __future__ import annotations


class ModuleDocFragment:
    """kubernetes.core's options but for C(validate_certs), which is AWS's here, and
    C(eks_cluster)."""

    DOCUMENTATION = r"""
options:
  eks_cluster:
    description:
      - Name of an EKS cluster. Its API server is reached with the AWS credentials alone; no
        kubeconfig is needed.
      - The endpoint and the certificate authority come from EKS, the bearer token is made from the
        credentials and
        renewed while the module runs.
    type: str
  kubeconfig:
    description:
      - Path to a kubeconfig, or its content as a dictionary.
      - Without any option, the environment variables C(K8S_AUTH_*), the pod's own service account
        and
        C(~/.kube/config) are tried, as in the modules of C(kubernetes.core).
    type: raw
  context:
    description: Name of the context in the kubeconfig. Also C(K8S_AUTH_CONTEXT).
    type: str
  host:
    description: URL of the API server. Also C(K8S_AUTH_HOST).
    type: str
  api_key:
    description: Bearer token. Also C(K8S_AUTH_API_KEY).
    type: str
  username:
    description: User name, for clusters with HTTP basic authentication. Also C(K8S_AUTH_USERNAME).
    type: str
  password:
    description: Password that goes with O(username). Also C(K8S_AUTH_PASSWORD).
    type: str
  client_cert:
    description: Path to a client certificate. Also C(K8S_AUTH_CERT_FILE).
    type: path
    aliases: [cert_file]
  client_key:
    description: Path to the key of O(client_cert). Also C(K8S_AUTH_KEY_FILE).
    type: path
    aliases: [key_file]
  ca_cert:
    description: Path to the certificate authority of the API server. Also C(K8S_AUTH_SSL_CA_CERT).
    type: path
    aliases: [ssl_ca_cert]
  verify_ssl:
    description:
      - Whether the API server's certificate is verified. Also C(K8S_AUTH_VERIFY_SSL).
      - C(kubernetes.core) knows it as C(validate_certs) too; here that name belongs to AWS.
    type: bool
  proxy:
    description: URL of a proxy to the API server. Also C(K8S_AUTH_PROXY).
    type: str
  no_proxy:
    description: Hosts that are reached without the proxy, comma-separated. Also
      C(K8S_AUTH_NO_PROXY).
    type: str
  proxy_headers:
    description: Headers for the proxy.
    type: dict
    suboptions:
      proxy_basic_auth:
        description: C(user:password) for the proxy. Also
          C(K8S_AUTH_PROXY_HEADERS_PROXY_BASIC_AUTH).
        type: str
      basic_auth:
        description: C(user:password) for the API server. Also C(K8S_AUTH_PROXY_HEADERS_BASIC_AUTH).
        type: str
      user_agent:
        description: The user agent to tell. Also C(K8S_AUTH_PROXY_HEADERS_USER_AGENT).
        type: str
  persist_config:
    description: Whether refreshed credentials are written back to the kubeconfig. Also
      C(K8S_AUTH_PERSIST_CONFIG).
    type: bool
  impersonate_user:
    description: User to act as. Also C(K8S_AUTH_IMPERSONATE_USER).
    type: str
  impersonate_groups:
    description: Groups to act as. Also C(K8S_AUTH_IMPERSONATE_GROUPS).
    type: list
    elements: str
requirements:
  - kubernetes >= 28.1.0
"""
