# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EKS: updates of managed node groups, one at a time.

Source: EKS API reference. What an update does is the matter of `managed.py`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.clusters import (
    EksCluster,
    Nodegroup,
    Update,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.origin import (
    find_template,
    find_version,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.paging import page
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.eks import (
    find_nodegroup,
    nodegroup_arn,
)

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account

INVALID = "InvalidParameterException"


@operation(
    "eks",
    "UpdateNodegroupVersion",
    *("clusterName", "nodegroupName", "version", "releaseVersion", "launchTemplate"),
    *("force", "clientRequestToken"),
)
def update_version(account: Account, params: Params) -> dict[str, Any]:
    """Begin to move a node group to another release or template version."""
    cluster, nodegroup = find_nodegroup(account, params["clusterName"], params["nodegroupName"])
    if known := _repeated(nodegroup, params):
        return known
    wanted = _wanted(account, cluster, nodegroup, params)
    update = _begin(account, nodegroup, params, "VersionUpdate", wanted)
    update.force = bool(params.get("force"))
    return _started(account, cluster, nodegroup, update)


def _wanted(
    account: Account, cluster: EksCluster, nodegroup: Nodegroup, params: Params
) -> list[tuple[str, str]]:
    """Return the parameters of the update; raise AwsError for what EKS refuses."""
    template, custom = params.get("launchTemplate"), nodegroup.ami_type == "CUSTOM"
    if custom and (params.get("releaseVersion") or params.get("version")):
        text = "You cannot specify an AMI Type other than CUSTOM, version or release version"
        raise AwsError(INVALID, f"{text}, when specifying an image id in your launch template.")
    if template and nodegroup.template is None:
        text = "Launch template was not specified when the node group was created."
        raise AwsError(INVALID, text)
    version = str(params.get("version") or nodegroup.version)
    if _minor(version) > _minor(cluster.version):
        text = f"Requested Nodegroup kubernetes version {version} is not supported."
        raise AwsError(INVALID, text)
    wanted = [] if custom else [("Version", version)]
    if not custom:
        release = params.get("releaseVersion") or latest_release(account, nodegroup, version)
        if image_of_release(account, nodegroup, version, release) is None:
            text = f"Requested release version {release} is not valid for kubernetes version"
            raise AwsError(INVALID, f"{text} {version}.")
        wanted.append(("ReleaseVersion", release))
    return [*wanted, *_template_wanted(account, nodegroup, template)]


def _minor(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])


def _template_wanted(
    account: Account, nodegroup: Nodegroup, given: Mapping[str, str] | None
) -> list[tuple[str, str]]:
    """Return the template version as a number: EKS resolves $Latest when it is asked."""
    if not given:
        return []
    spec = {key: given[name] for name, key in _SPEC.items() if given.get(name)}
    try:
        template = find_template(account, spec)
        version = find_version(template, given.get("version"))
    except AwsError as error:
        raise AwsError(INVALID, error.message) from error
    if nodegroup.template is None or template.id != nodegroup.template["id"]:
        raise AwsError(INVALID, "You cannot change the launch template of a node group.")
    return [("LaunchTemplateName", template.name), ("LaunchTemplateVersion", str(version.number))]


_SPEC = {"id": "LaunchTemplateId", "name": "LaunchTemplateName"}


def latest_release(account: Account, nodegroup: Nodegroup, version: str) -> str:
    """Return the newest release version for a Kubernetes version, "" for none."""
    name = f"{_base(nodegroup, version)}/recommended/release_version"
    found = account.parameters.get(name)
    return found.value if found else ""


def image_of_release(
    account: Account, nodegroup: Nodegroup, version: str, release: str
) -> str | None:
    """Return the image of a release of Amazon Linux 2023, None for none."""
    base, date = _base(nodegroup, version), release.rpartition("-")[2]
    for name, parameter in account.parameters.items():
        if name.startswith(base) and name.endswith(f"-v{date}/release_version"):
            image = account.parameters[name.removesuffix("release_version") + "image_id"]
            return image.value if parameter.value == release else None
    return None


def _base(nodegroup: Nodegroup, version: str) -> str:
    machine = "arm64" if "_ARM_64" in nodegroup.ami_type else "x86_64"
    variant = nodegroup.ami_type.rpartition("_")[2].lower()
    return f"/aws/service/eks/optimized-ami/{version}/amazon-linux-2023/{machine}/{variant}"


@operation(
    "eks",
    "UpdateNodegroupConfig",
    *("clusterName", "nodegroupName", "updateConfig", "clientRequestToken"),
)
def update_config(account: Account, params: Params) -> dict[str, Any]:
    """Begin to change how many nodes an update takes at one time, and in which order."""
    cluster, nodegroup = find_nodegroup(account, params["clusterName"], params["nodegroupName"])
    if known := _repeated(nodegroup, params):
        return known
    config = dict(params.get("updateConfig") or {})
    if len(config.keys() & {"maxUnavailable", "maxUnavailablePercentage"}) > 1:
        text = "Only one of maxUnavailable and maxUnavailablePercentage can be specified."
        raise AwsError(INVALID, text)
    if config.get("maxUnavailable", 1) > 100:
        raise AwsError(INVALID, "maxUnavailable cannot be greater than 100.")
    named = {key[0].upper() + key[1:]: str(value) for key, value in config.items()}
    update = _begin(account, nodegroup, params, "ConfigUpdate", sorted(named.items()))
    return _started(account, cluster, nodegroup, update)


def _repeated(nodegroup: Nodegroup, params: Params) -> dict[str, Any] | None:
    """Return the first answer to a client token that is used again."""
    known = nodegroup.tokens.get(params.get("clientRequestToken", ""))
    return {"update": _brief(nodegroup.updates[known])} if known else None


def _begin(
    account: Account,
    nodegroup: Nodegroup,
    params: Params,
    kind: str,
    wanted: list[tuple[str, str]],
) -> Update:
    running = any(update.status == "InProgress" for update in nodegroup.updates.values())
    if running or nodegroup.status not in ("ACTIVE", "DEGRADED"):
        text = "Nodegroup cannot be updated as it is currently not in Active State"
        raise AwsError("ResourceInUseException", text, 409)
    name = str(uuid.UUID(int=account.kernel.random.getrandbits(128)))
    update = Update(name, kind, account.kernel.now, wanted)
    nodegroup.updates[name] = update
    nodegroup.tokens[params.get("clientRequestToken") or name] = name
    nodegroup.status, nodegroup.modified_at = "UPDATING", account.kernel.now
    return update


def _started(
    account: Account, cluster: EksCluster, nodegroup: Nodegroup, update: Update
) -> dict[str, Any]:
    for begin in account.updaters:
        begin(cluster, nodegroup, update)
    return {"update": _view(account, update)}


def _brief(update: Update) -> dict[str, Any]:
    return {"id": update.id, "status": update.status, "type": update.type, "errors": []}


def _view(account: Account, update: Update) -> dict[str, Any]:
    return {
        "id": update.id,
        "status": update.status,
        "type": update.type,
        "params": [{"type": name, "value": value} for name, value in update.params],
        "createdAt": account.kernel.second(update.created_at),
        "errors": list(update.errors),
    }


@operation("eks", "DescribeUpdate", "name", "updateId", "nodegroupName")
def describe_update(account: Account, params: Params) -> dict[str, Any]:
    """Return one update of a node group."""
    _cluster, nodegroup = find_nodegroup(account, params["name"], params["nodegroupName"])
    update = nodegroup.updates.get(params["updateId"])
    if update is None:
        text = f"No update found for ID: {params['updateId']}"
        raise AwsError("ResourceNotFoundException", text, 404)
    return {"update": _view(account, update)}


@operation("eks", "ListUpdates", "name", "nodegroupName", "maxResults", "nextToken")
def list_updates(account: Account, params: Params) -> dict[str, Any]:
    """Return the IDs of a node group's updates."""
    _cluster, nodegroup = find_nodegroup(account, params["name"], params["nodegroupName"])
    shown, token = page(
        {one: one for one in nodegroup.updates},
        params.get("nextToken"),
        account.page_size(params.get("maxResults"), 100),
        INVALID,
    )
    return {"updateIds": shown, "nextToken": token} if token else {"updateIds": shown}


def _tags_of(account: Account, arn: str) -> dict[str, str]:
    for cluster in account.eks_clusters.values():
        for nodegroup in cluster.nodegroups.values():
            if nodegroup_arn(account, cluster, nodegroup) == arn:
                return nodegroup.tags
    raise AwsError("NotFoundException", f"No resource found for ARN {arn}", 404)


@operation("eks", "TagResource", "resourceArn", "tags")
def tag_resource(account: Account, params: Params) -> dict[str, Any]:
    """Set tags of a managed node group, also while it is being updated."""
    _tags_of(account, params["resourceArn"]).update(params["tags"])
    return {}


@operation("eks", "UntagResource", "resourceArn", "tagKeys")
def untag_resource(account: Account, params: Params) -> dict[str, Any]:
    """Remove tags of a managed node group."""
    tags = _tags_of(account, params["resourceArn"])
    for key in params["tagKeys"]:
        tags.pop(key, None)
    return {}
