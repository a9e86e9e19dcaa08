# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reach an EKS cluster with AWS credentials alone: endpoint, CA and token.

The endpoint and the CA come from EKS. The token is "k8s-aws-v1." and the base64 of a presigned STS
GetCallerIdentity request that names the cluster in the header x-k8s-aws-id; the cluster accepts it
for 15 minutes (EKS best practices guide, identity and access management).
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.eks import (
    describe_cluster,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.cluster import (
    is_eks_host,
    other_server,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    CredentialsError,
    ForbiddenError,
    InputError,
    NotFoundError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws

TOKEN_SECONDS = 12 * 60
"""A new token is minted after this long: early enough that a request never begins with one about to
end."""
PRESIGN_SECONDS = 60
_BEFORE_SIGN = "before-sign.sts.GetCallerIdentity"


DESCRIPTION = ("name", "endpoint", "certificate_authority")
DESCRIPTION_SPEC: dict[str, Any] = {
    "type": "dict",
    "options": {name: {"type": "str", "required": True} for name in DESCRIPTION},
}
"""How a module hands on what it has found out about an EKS cluster."""


def description(raw: RawAws, cluster: str) -> dict[str, str]:
    """Return how to reach an EKS cluster: the fields of DESCRIPTION.

    They are as EKS describes it, the certificate authority in base64, "" if EKS names none. Raises
    NotFoundError for an unknown cluster and for one without an endpoint.
    """
    found = describe_cluster(Aws(raw), cluster)
    if not found.get("endpoint"):
        raise NotFoundError(
            f"EKS cluster {cluster} has no endpoint yet (status {found.get('status')})",
            "Wait until it is ACTIVE",
        )
    authority = found.get("certificateAuthority", {}).get("data", "")
    return dict(zip(DESCRIPTION, (cluster, found["endpoint"], authority), strict=True))


def of_cluster(given: Mapping[str, str] | None, cluster: str) -> Mapping[str, str] | None:
    """Return a description that was handed on.

    Raises InputError for one of another cluster.
    """
    if given is not None and given["name"] != cluster:
        raise InputError(
            f"eks_description is of EKS cluster {given['name']}, not of {cluster}",
            "Leave it out, then EKS is asked",
        )
    return given


def handed_on(module: Any, raw: RawAws) -> dict[str, Any]:
    """Return the description of a module's cluster as a return value.

    The modules that follow take it. It is empty without eks_cluster, and for a cluster that has no
    endpoint yet.
    """
    cluster, given = module.params["eks_cluster"], module.params["eks_description"]
    if not cluster:
        return {}
    try:
        return {"eks_description": of_cluster(given, cluster) or description(raw, cluster)}
    except NotFoundError:
        return {}


def eks_access(raw: RawAws, found: Mapping[str, str], folder: str) -> dict[str, Any]:
    """Return kubernetes.core's options: host, api_key and ca_cert.

    The CA is written to a file in `folder`, the module's own temporary one.
    """
    access = {"host": found["endpoint"], "api_key": mint_token(raw, found["name"])}
    authority = found["certificate_authority"]
    return {**access, "ca_cert": _authority_file(authority, folder)} if authority else access


def check_connection(raw: RawAws, cluster: str, host: str, trusted: str) -> None:
    """Refuse a connection that does not lead to the EKS cluster of this name.

    `trusted`: the certificate authority of the connection, as PEM. A cluster that EKS does not know
    is not one of EKS, unless its API server is; then it cannot be the one that is named.
    """
    try:
        found = describe_cluster(Aws(raw), cluster)
    except (NotFoundError, ForbiddenError):
        if is_eks_host(host):
            raise
        return
    authority = found.get("certificateAuthority", {}).get("data", "")
    described = (found.get("endpoint", ""), base64.b64decode(authority).decode())
    if error := other_server(cluster, described, (host, trusted)):
        raise error


def unknown_to(raw: RawAws, cluster: str) -> RotatorError:
    """Return why a cluster answers 401: credentials expired, or without access."""
    try:
        arn = str(Aws(raw).call("ask who we are", "sts", "GetCallerIdentity")["Arn"])
    except CredentialsError as error:
        return error
    except RotatorError:
        arn = ""
    who = principal(arn) or "these AWS credentials"
    return CredentialsError(
        f"EKS cluster {cluster} does not let {who} in (401 Unauthorized)",
        f"Create an access entry for {who} in the cluster, or map it in the ConfigMap aws-auth",
        "Unauthorized",
    )


def principal(arn: str) -> str:
    """Return the user or role that an access entry has to name for a caller's ARN.

    A session of a role is not what an entry names. The path of the role is not part of its ARN.
    """
    found = re.fullmatch(r"(arn:[^:]+):sts::(\d+):assumed-role/([^/]+)/.*", arn)
    return f"{found[1]}:iam::{found[2]}:role/{found[3]}" if found else arn


def mint_token(raw: RawAws, cluster: str) -> str:
    """Return a bearer token for the cluster, made of the caller's AWS credentials.

    No service is called. botocore chooses host and signing region together: the global host
    sts.amazonaws.com, for one, takes only requests that are signed for us-east-1. Raises
    CredentialsError where there are no credentials.
    """
    client = raw.client("sts")

    def name_cluster(request: Any, **_details: Any) -> None:
        request.headers["x-k8s-aws-id"] = cluster

    client.meta.events.register_first(_BEFORE_SIGN, name_cluster, unique_id="nodeops-rotator")
    try:
        url = Aws(raw).attempt(
            f"make a token for EKS cluster {cluster}",
            lambda: client.generate_presigned_url(
                "get_caller_identity", ExpiresIn=PRESIGN_SECONDS, HttpMethod="GET"
            ),
        )
    finally:
        client.meta.events.unregister(_BEFORE_SIGN, unique_id="nodeops-rotator")
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def _authority_file(data: str, folder: str) -> str:
    """Write the CA certificate to a file, which the client wants; return its path."""
    content = base64.b64decode(data)
    path = os.path.join(folder, hashlib.sha256(content).hexdigest()[:16] + ".crt")
    with open(path, "wb") as file:
        file.write(content)
    return path
