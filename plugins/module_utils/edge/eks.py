# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access to an EKS cluster with AWS credentials alone: endpoint and CA from the service, a bearer
token of our own.

The token is "k8s-aws-v1." and the base64 of a presigned STS GetCallerIdentity request that names
the cluster in the header x-k8s-aws-id; the cluster takes it for 15 minutes (EKS best practices
guide, identity and access management). Private to nodeops.rotator.
"""

from __future__ import annotations

import base64
import hashlib
import os
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import (
    HINT_CREDENTIALS,
    Aws,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    CredentialsError,
    NotFoundError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws

TOKEN_SECONDS = 12 * 60
"""A new token is minted after this long: early enough that a request never begins with one about to
end."""
PRESIGN_SECONDS = 60


def eks_access(raw: RawAws, cluster: str, folder: str) -> dict[str, Any]:
    """kubernetes.core's options (host, api_key, ca_cert) for an EKS cluster; the CA is written to a
    file in `folder`, the module's own temporary one. Raises NotFoundError for an unknown
    cluster."""
    doing = f"describe EKS cluster {cluster}"
    try:
        found = Aws(raw).call(doing, "eks", "DescribeCluster", name=cluster)["cluster"]
    except NotFoundError as error:
        raise NotFoundError(
            error.message, "Check the name, the region and the account", error.code
        ) from error
    if not found.get("endpoint"):
        raise NotFoundError(
            f"EKS cluster {cluster} has no endpoint yet (status {found.get('status')})",
            "Wait until it is ACTIVE",
        )
    access = {"host": found["endpoint"], "api_key": mint_token(raw, cluster)}
    authority = found.get("certificateAuthority", {}).get("data")
    return {**access, "ca_cert": _authority_file(authority, folder)} if authority else access


def mint_token(raw: RawAws, cluster: str) -> str:
    """A bearer token for the cluster, made of the caller's AWS credentials without asking
    anybody."""
    from botocore.exceptions import BotoCoreError
    from botocore.signers import RequestSigner

    client = raw.client("sts")
    try:
        signer = RequestSigner(
            client.meta.service_model.service_id,
            client.meta.region_name,
            "sts",
            "v4",
            # the client's own, so that an assumed role refreshes itself
            client._request_signer._credentials,
            client.meta.events,
        )
        url = signer.generate_presigned_url(
            {
                "method": "GET",
                "url": f"{client.meta.endpoint_url}/?Action=GetCallerIdentity&Version=2011-06-15",
                "body": {},
                "headers": {"x-k8s-aws-id": cluster},
                "context": {},
            },
            region_name=client.meta.region_name,
            expires_in=PRESIGN_SECONDS,
            operation_name="",
        )
    except BotoCoreError as error:
        raise CredentialsError(
            f"Cannot make a token for EKS cluster {cluster}: {error}", HINT_CREDENTIALS
        ) from error
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def _authority_file(data: str, folder: str) -> str:
    """The CA certificate as a file, which is how the client wants it."""
    content = base64.b64decode(data)
    path = os.path.join(folder, hashlib.sha256(content).hexdigest()[:16] + ".crt")
    with open(path, "wb") as file:
        file.write(content)
    return path
