# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolve what the nodes of a managed node group are to run, once."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.eks import (
    describe_nodegroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.image import (
    Image,
    parse_time,
    show_image,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.releases import order
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.request import Search
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.ami_types import (
    AMI_TYPES,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    OWN_IMAGE,
    SOURCE_VERSION,
    ManagedTarget,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import NODES
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import ALIAS
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import resolve
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami import current
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami.current import Connect
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami.lookup import Lookup
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template import (
    launch_templates,
)

CURRENT = "current"
"""Means the release that the node group has."""


@dataclasses.dataclass(frozen=True)
class WantedRelease:
    """What the options ask for.

    "" is what EKS recommends, or what the node group has. `release_version` and `image_id` belong
    together. `kubernetes_version`: asks for a minor upgrade. `launch_template_version`: a number,
    $Latest or $Default. `plan`: nothing is to be changed, so that the image of a template version
    that does not exist yet may be given.
    """

    cluster: str
    nodegroup: str
    release_version: str = ""
    image_id: str = ""
    kubernetes_version: str = ""
    launch_template_version: str = ""
    plan: bool = False


def resolve_target(
    aws: Aws, wanted: WantedRelease, now: datetime.datetime, connect: Connect
) -> ManagedTarget:
    """Return the target. Raises core.errors."""
    shown = describe_nodegroup(aws, wanted.cluster, wanted.nodegroup)
    if shown.get("amiType") == OWN_IMAGE:
        return _own_image(aws, wanted, shown, connect)
    version = _template_version(aws, wanted, shown) if wanted.launch_template_version else ""
    if wanted.release_version == CURRENT:
        as_it_is = _as_it_is(aws, wanted, shown, now, connect)
        return dataclasses.replace(as_it_is, template_version=version)
    upgrade = wanted.kubernetes_version
    minor = upgrade if upgrade and upgrade != shown.get("version") else ""
    if wanted.release_version and wanted.image_id:
        return ManagedTarget(wanted.release_version, wanted.image_id, version, minor)
    found = Lookup(aws, _search(wanted, shown), now, connect).run()
    return ManagedTarget(found["release_version"], found["image_id"], version, minor)


def _as_it_is(
    aws: Aws,
    wanted: WantedRelease,
    shown: Mapping[str, Any],
    now: datetime.datetime,
    connect: Connect,
) -> ManagedTarget:
    """Return the release that the node group has.

    EKS records a release when an update was successful. After one that failed, some instances run a
    newer one, to which the group is led on, since EKS cannot go back.
    """
    own = str(shown.get("releaseVersion", ""))
    search = _search(dataclasses.replace(wanted, release_version=own), shown)
    recorded = Lookup(aws, dataclasses.replace(search, allow_downgrade=True), now, connect).run()
    running = current.of_target(aws, search.compare).found if search.compare else ()
    ahead = [one for one in running if _is_ahead(one, recorded)]
    if not ahead:
        return ManagedTarget(recorded["release_version"], recorded["image_id"])
    newest = max(ahead, key=lambda one: (_minor(one), one.created_at))
    newer = show_image(newest, None, now)
    if not newer["release_version"]:
        raise RefusedError(
            f"An instance of managed node group {wanted.nodegroup} runs image {newest.id}"
            f" ({newest.name}), which is newer than its release {own} and of no known release",
            "Give release_version",
        )
    version = newer["kubernetes_version"]
    minor = version if version != shown.get("version") else ""
    return ManagedTarget(newer["release_version"], newest.id, version=minor)


def _is_ahead(image: Image, recorded: Mapping[str, Any]) -> bool:
    """Return whether an image is of a later minor or release than the recorded one.

    Images of two minors are published minutes apart, in any order.
    """
    of_record = order(recorded["kubernetes_version"])
    if _minor(image) not in ((), of_record):
        return _minor(image) > of_record
    return image.created_at > parse_time(recorded["creation_date"])


def _minor(image: Image) -> tuple[int, ...]:
    """Return the Kubernetes minor of an image by its name, () if it says none."""
    version = image.named.kind.kubernetes_version if image.named else ""
    return order(version) if version else ()


def _search(wanted: WantedRelease, shown: Mapping[str, Any]) -> Search:
    """Return the search for the images that the node group takes."""
    name = str(shown.get("amiType", ""))
    kind = AMI_TYPES.get(name)
    if kind is None:
        raise InputError(
            f"Managed node group {wanted.nodegroup} has AMI type {name}, which is not known here",
            "Give release_version and image_id",
        )
    return Search(
        **dataclasses.asdict(kind),
        kubernetes_version=wanted.kubernetes_version or str(shown.get("version", "")),
        release_version=wanted.release_version,
        compare=NamedSource(eks_cluster=wanted.cluster, eks_nodegroup=wanted.nodegroup),
        eks_cluster=wanted.cluster,
    )


def _own_image(
    aws: Aws, wanted: WantedRelease, shown: Mapping[str, Any], connect: Connect
) -> ManagedTarget:
    """Return the target of a node group whose launch template names the image."""
    for option in ("release_version", "kubernetes_version"):
        if getattr(wanted, option):
            raise InputError(
                f"{option} is given, but managed node group {wanted.nodegroup} has an image of its"
                " own",
                "Give launch_template_version",
            )
    if wanted.image_id and wanted.plan and not wanted.launch_template_version:
        # A version with this image would be made.
        return ManagedTarget("", wanted.image_id)
    version = _template_version(aws, wanted, shown)
    if not wanted.launch_template_version:
        version = str(max(int(version), _newest_launched(aws, wanted, connect)))
    template = shown.get("launchTemplate") or {}
    versions = launch_templates.versions(aws, template.get("id", ""))
    image_id = resolve(versions, version).image_id
    if image_id.startswith(ALIAS):
        raise RefusedError(
            f"Version {version} of launch template {template.get('name')} names its image by an SSM"
            f" parameter ({image_id}), which EKS does not take for managed node groups: the image"
            " would change without an update",
            "Name the image by its ID",
        )
    if not image_id:
        raise RefusedError(
            f"Version {version} of launch template {template.get('name')} names no image, which a"
            " node group of AMI type CUSTOM needs",
            "Name a version with an image ID",
        )
    return ManagedTarget("", image_id, version)


def _newest_launched(aws: Aws, wanted: WantedRelease, connect: Connect) -> int:
    """Return the newest version of the template that nodes run, 0 for none.

    After an update that failed it is newer than the version that EKS records.
    """
    named = NamedSource(eks_cluster=wanted.cluster, eks_nodegroup=wanted.nodegroup)
    mine = current.of_target(aws, named).instance_ids or ()
    labels = (
        node.labels.get(SOURCE_VERSION, "")
        for node in KubeClient(connect()).records(NODES)
        if node.instance_id in mine
    )
    return max((int(label) for label in labels if label.isdigit()), default=0)


def _template_version(aws: Aws, wanted: WantedRelease, shown: Mapping[str, Any]) -> str:
    """Return the wanted version of the owner's launch template as a number."""
    template = shown.get("launchTemplate")
    if not template:
        raise InputError(
            f"Managed node group {wanted.nodegroup} has no launch template of its own",
            "Leave launch_template_version out",
        )
    written = wanted.launch_template_version or str(template["version"])
    found = resolve(launch_templates.versions(aws, template["id"]), written)
    if written.startswith("$") and found.number < int(template["version"]):
        raise RefusedError(
            f"{written} of launch template {template['name']} is version {found.number}, which is"
            f" older than version {template['version']} that node group {wanted.nodegroup} has",
            f"To go back, set launch_template_version to {found.number}",
        )
    return str(found.number)
