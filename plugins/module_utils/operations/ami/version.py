# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose the Kubernetes version that an image is looked up for.

A refresh of the image must never silently become a minor upgrade.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.releases import (
    OF_CONTROL_PLANE,
    OF_NODES,
    Chosen,
    check_skew,
    given_minor,
    minor_of,
    single_minor,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami import current
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami.current import (
    Connect,
    Current,
)


class VersionSource:
    """Chooses a version, once.

    Then `warnings` and `control_plane` ("": not known) are set.
    """

    def __init__(
        self, aws: Aws, eks_cluster: str, current: Current, connect: Connect, allow_downgrade: bool
    ) -> None:
        self._aws, self._cluster, self._current, self._connect = aws, eks_cluster, current, connect
        self._allow_downgrade = allow_downgrade
        self.warnings: list[str] = []
        self.control_plane = ""

    def choose(self, wanted: str, needed: bool) -> Chosen:
        """Return the version for `wanted`.

        `wanted`: a version, "nodes", "control_plane", or "" for the default. Only what was asked
        for by name fails because Kubernetes cannot be reached. `needed` false: images that belong
        to no version.
        """
        if not wanted and not needed:
            return Chosen("", "none")
        if wanted == OF_NODES:
            chosen = Chosen(single_minor(self._asked(), self._whose()), OF_NODES)
        elif wanted == OF_CONTROL_PLANE:
            self.control_plane = minor_of(
                current.control_plane_version(self._aws, self._cluster, self._connect)
            )
            chosen = Chosen(self.control_plane, OF_CONTROL_PLANE)
        elif wanted:
            chosen = Chosen(given_minor(wanted), "given")
        else:
            chosen = self._present()
            if not chosen.version:
                raise InputError(
                    "No kubernetes_version is given, and there is nothing to take it from",
                    "Set kubernetes_version, or compare_to with a node group",
                )
        self._check(chosen)
        return chosen

    def _check(self, chosen: Chosen) -> None:
        if not self.control_plane and self._cluster:
            self.control_plane = minor_of(
                current.control_plane_version(self._aws, self._cluster, self._connect)
            )
        nodes = (
            self._present().version
            if chosen.source in ("given", OF_CONTROL_PLANE) and not self._allow_downgrade
            else ""
        )
        check_skew(chosen.version, self.control_plane, nodes, self._allow_downgrade)

    def _present(self) -> Chosen:
        """Return the minor version in use.

        It is that of the nodes, else EKS's record, else what the image's name says.
        """
        running = self._node_versions()
        if running:
            return Chosen(single_minor(running, self._whose()), OF_NODES)
        if self._current.nodegroup_version:
            return Chosen(minor_of(self._current.nodegroup_version), "nodegroup")
        minors = [
            image.named.kind.kubernetes_version for image in self._current.found if image.named
        ]
        if minors := [minor for minor in minors if minor]:
            return Chosen(single_minor(minors, self._whose()), "image")
        return Chosen("", "none")

    def _node_versions(self) -> list[str]:
        """Return the kubelet versions where a node group or a cluster is named.

        None where the cluster cannot be reached.
        """
        if self._current.instance_ids is None and not self._cluster:
            return []
        try:
            return self._asked()
        except RotatorError as error:
            if self._cluster:
                self.warnings.append(f"The nodes could not be asked for their version: {error}")
            return []

    def _asked(self) -> list[str]:
        return current.node_versions(self._connect(), self._current.instance_ids)

    def _whose(self) -> str:
        return "the node group" if self._current.instance_ids is not None else "the cluster"
