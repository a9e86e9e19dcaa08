# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read managed node groups and let EKS update them."""

from __future__ import annotations

import collections
import copy
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.autoscaling import (
    AutoScaling,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.eks import (
    describe_nodegroup,
    group_names,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.rooms import read_rooms
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import NotFoundError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import (
    UpdateConfig,
    read_config,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedTarget,
    Nodegroup,
    NodegroupUpdate,
    Trouble,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.quotas import Room


class Nodegroups:
    """Implements core.ports.ManagedNodes.

    Every method makes one attempt and raises core.errors.

    A read costs DescribeNodegroup, DescribeSubnets, what a read of its Auto Scaling group costs,
    and, while EKS is at work on it, ListUpdates and DescribeUpdate for each update that is not
    known to have ended.
    """

    def __init__(self, aws: Aws, clock: Callable[[], float] = time.time) -> None:
        """Read through `aws`; `clock` returns seconds since the epoch."""
        self._aws, self._groups = aws, AutoScaling(aws, clock)
        self._ended: dict[str, NodegroupUpdate] = {}

    def until(self, moment: float) -> Nodegroups:
        """Return the same, which sends nothing after this moment but raises LateError."""
        limited = copy.copy(self)
        limited._aws = self._aws.until(moment)
        return limited

    def read(self, cluster: str, name: str, updates: tuple[str, ...] = ()) -> Nodegroup:
        """Return the node group with its Auto Scaling group and these updates.

        All updates that run are among them. Raises NotFoundError.
        """
        shown = describe_nodegroup(self._aws, cluster, name)
        names, template = group_names(shown), shown.get("launchTemplate")
        if not names:
            raise NotFoundError(
                f"Managed node group {name} of {cluster} has no Auto Scaling group (its status is"
                f" {shown.get('status')})",
                "Wait until EKS has made it, or see its health in the console",
            )
        wanted = set(updates)
        if shown.get("status") == "UPDATING":
            wanted |= set(self._list(cluster, name))
        return Nodegroup(
            cluster=cluster,
            name=name,
            arn=shown["nodegroupArn"],
            status=shown.get("status", ""),
            group=self._groups.read_group(names[0]),
            version=shown.get("version", ""),
            release_version=shown.get("releaseVersion", ""),
            ami_type=shown.get("amiType", ""),
            template=(template["id"], template["name"], str(template["version"]))
            if template
            else None,
            config=read_config(shown.get("updateConfig") or {}),
            tags=dict(shown.get("tags") or {}),
            issues=tuple(_issue(one) for one in (shown.get("health") or {}).get("issues") or ()),
            updates=self._describe(cluster, name, wanted),
            addresses=self._free_addresses(name, shown.get("subnets") or ()),
        )

    def _list(self, cluster: str, name: str) -> list[str]:
        doing = f"list the updates of node group {name} of EKS cluster {cluster}"
        params = {"name": cluster, "nodegroupName": name}
        return list(self._aws.pages(doing, "eks", "ListUpdates", "updateIds", **params))

    def _describe(
        self, cluster: str, name: str, wanted: Iterable[str]
    ) -> dict[str, NodegroupUpdate]:
        """Return updates by ID. One that has ended never changes and is read once."""
        found = {}
        for id_ in sorted(wanted):
            if id_ not in self._ended:
                doing = f"read update {id_} of node group {name} of EKS cluster {cluster}"
                params = {"name": cluster, "nodegroupName": name, "updateId": id_}
                shown = self._aws.call(doing, "eks", "DescribeUpdate", **params)
                found[id_] = _update(shown["update"])
                if not found[id_].running:
                    self._ended[id_] = found[id_]
            found[id_] = self._ended.get(id_) or found[id_]
        return found

    def _free_addresses(self, name: str, subnets: Iterable[str]) -> dict[str, int]:
        """Return how many addresses are free, by zone."""
        ids = sorted(subnets)
        if not ids:
            return {}
        doing = f"read the subnets of node group {name}"
        shown = self._aws.call(doing, "ec2", "DescribeSubnets", SubnetIds=ids)
        free: dict[str, int] = collections.Counter()
        for one in shown["Subnets"]:
            free[one["AvailabilityZone"]] += one["AvailableIpAddressCount"]
        return dict(free)

    def update_version(
        self, cluster: str, name: str, target: ManagedTarget, force: bool, token: str
    ) -> NodegroupUpdate:
        """Begin to replace the nodes. The same token twice begins one update.

        Raises BusyError while EKS is at work on the node group.
        """
        params: dict[str, Any] = {"force": force}
        if target.release_version:
            params["releaseVersion"] = target.release_version
        if target.version:
            params["version"] = target.version
        if target.template_version:
            shown = describe_nodegroup(self._aws, cluster, name)
            id_ = (shown.get("launchTemplate") or {}).get("id", "")
            params["launchTemplate"] = {"id": id_, "version": target.template_version}
        return self._begin("UpdateNodegroupVersion", cluster, name, token, params)

    def update_config(
        self, cluster: str, name: str, config: UpdateConfig, token: str
    ) -> NodegroupUpdate:
        """Begin to change the update config. Raises BusyError as update_version does."""
        params = {"updateConfig": config.params}
        return self._begin("UpdateNodegroupConfig", cluster, name, token, params)

    def _begin(
        self, operation: str, cluster: str, name: str, token: str, params: Mapping[str, Any]
    ) -> NodegroupUpdate:
        doing = f"update node group {name} of EKS cluster {cluster}"
        names = {"clusterName": cluster, "nodegroupName": name, "clientRequestToken": token}
        return _update(self._aws.call(doing, "eks", operation, **names, **params)["update"])

    def rooms(self, ids: Collection[str]) -> tuple[Room, ...] | None:
        """Return the room under each quota that these instances count against.

        None if what the account runs cannot be read.
        """
        return read_rooms(self._aws, ids)

    def tag(self, arn: str, key: str, value: str | None) -> None:
        """Write or (None) remove a tag of the node group."""
        doing = f"tag {arn}"
        if value is None:
            self._aws.call(doing, "eks", "UntagResource", resourceArn=arn, tagKeys=[key])
        else:
            self._aws.call(doing, "eks", "TagResource", resourceArn=arn, tags={key: value})


def _update(shown: Mapping[str, Any]) -> NodegroupUpdate:
    errors = [
        Trouble(
            one.get("errorCode", "Unknown"),
            one.get("errorMessage", ""),
            tuple(one.get("resourceIds") or ()),
        )
        for one in shown.get("errors") or ()
    ]
    params = {one["type"]: one.get("value", "") for one in shown.get("params") or ()}
    return NodegroupUpdate(
        shown["id"], shown.get("type", ""), shown.get("status", ""), params, tuple(errors)
    )


def _issue(shown: Mapping[str, Any]) -> Trouble:
    return Trouble(
        shown.get("code", "Unknown"),
        shown.get("message", ""),
        tuple(shown.get("resourceIds") or ()),
    )
