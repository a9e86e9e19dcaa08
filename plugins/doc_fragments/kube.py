# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Document the options that connect to the Kubernetes API (edge.kube.KUBE_SPEC)."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of kubernetes.core, `eks_cluster`, and those of kops.

    `validate_certs` is left out: here it is an option for AWS.
    """

    DOCUMENTATION = r"""
options:
  eks_cluster:
    description:
      - Name of an EKS cluster. Its API server is reached with the AWS credentials alone, without a
        kubeconfig.
      - The endpoint and the certificate authority are read from EKS. The bearer token is made from
        the AWS credentials and renewed while the module runs.
    type: str
  eks_description:
    description:
      - How O(eks_cluster) is reached, as another module of the same run has returned it in
        C(eks_description). EKS is then not asked for the first connection.
      - A connection that fails, or that has to be renewed, is made with what EKS says by then.
    type: dict
    suboptions:
      name:
        description: Name of the cluster. It has to be O(eks_cluster).
        type: str
        required: true
      endpoint:
        description: URL of its API server.
        type: str
        required: true
      certificate_authority:
        description: Its certificate authority as PEM in base64, empty for the usual ones.
        type: str
        required: true
  kops_cluster:
    description:
      - Name of a kops cluster. With its state store, and without O(eks_cluster), O(kubeconfig),
        O(context), O(host) and O(api_key), its API server is reached by a kubeconfig that kops
        exports with C(--admin=1h), again before it expires.
      - It is written to a file in Ansible's temporary folder that only its owner can read.
    type: str
  kops_state_store:
    description: State store of O(kops_cluster) in S3, as in C(s3://bucket/path). By default
      C(KOPS_STATE_STORE) of the environment.
    type: str
  kops_executable:
    description: kops executable, by its path or to be found in C(PATH).
    type: path
    default: kops
  kubeconfig:
    description:
      - Path to a kubeconfig, or its content as a dictionary.
      - If no connection option is given, the environment variables C(K8S_AUTH_*), the service
        account of the pod and C(~/.kube/config) are tried, as in the modules of C(kubernetes.core).
    type: raw
  context:
    description: Context of the kubeconfig to use. Also C(K8S_AUTH_CONTEXT).
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
    description: Password of O(username). Also C(K8S_AUTH_PASSWORD).
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
      - Verify the certificate of the API server. Also C(K8S_AUTH_VERIFY_SSL).
      - C(kubernetes.core) also calls it C(validate_certs). Here that name is an option for AWS.
    type: bool
  proxy:
    description: URL of a proxy to the API server. Also C(K8S_AUTH_PROXY).
    type: str
  no_proxy:
    description: Comma-separated hosts to reach without the proxy. Also C(K8S_AUTH_NO_PROXY).
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
        description: User agent to send. Also C(K8S_AUTH_PROXY_HEADERS_USER_AGENT).
        type: str
  persist_config:
    description: Write refreshed credentials back to the kubeconfig. Also
      C(K8S_AUTH_PERSIST_CONFIG).
    type: bool
  impersonate_user:
    description: User to impersonate. Also C(K8S_AUTH_IMPERSONATE_USER).
    type: str
  impersonate_groups:
    description: Groups to impersonate. Also C(K8S_AUTH_IMPERSONATE_GROUPS).
    type: list
    elements: str
requirements:
  - kubernetes >= 28.1.0
"""
