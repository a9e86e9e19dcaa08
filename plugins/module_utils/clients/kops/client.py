# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the kops executable: one method for each of its commands that is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.failure import failure
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.instance_group import (
    InstanceGroup,
    parse_cluster,
    parse_groups,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.preview import (
    Change,
    parse_preview,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import KopsCall

NO_KUBECONFIG = "--create-kube-config=false"
"""Without it, an update writes the caller's kubeconfig and changes its current context."""


class Kops:
    """Runs the executable for one cluster and its state store.

    Every method raises what core.kops.failure returns.
    """

    def __init__(self, raw: KopsCall, cluster: str, store: str) -> None:
        """Keep the names. `store`: as in s3://bucket/path."""
        self._raw, self._cluster, self._store = raw, cluster, store

    def version(self) -> str:
        """Return what `kops version` prints."""
        return self._run("ask kops for its version", ["version"])

    def usage(self) -> str:
        """Return what `kops update cluster --help` prints."""
        return self._run("ask kops for its options", ["update", "cluster", "--help"])

    def group(self, name: str) -> InstanceGroup:
        """Return an instance group of the state store."""
        doing = f"read instance group {name} of kops cluster {self._cluster}"
        shown = self._run(doing, ["get", "instancegroups", name, "-o", "json", *self._named()])
        found = parse_groups(shown, doing)
        if len(found) != 1 or found[0].name != name:
            raise RefusedError(f"Cannot {doing}: kops printed {len(found)} others")
        return found[0]

    def groups(self) -> tuple[InstanceGroup, ...]:
        """Return all instance groups of the state store."""
        doing = f"read the instance groups of kops cluster {self._cluster}"
        return parse_groups(
            self._run(doing, ["get", "instancegroups", "-o", "json", *self._named()]), doing
        )

    def cluster_spec(self) -> Mapping[str, Any]:
        """Return the specification of the cluster."""
        doing = f"read kops cluster {self._cluster}"
        shown = self._run(doing, ["get", "cluster", "-o", "json", *self._named()])
        return parse_cluster(shown, self._cluster, doing)

    def replace(self, group: InstanceGroup) -> None:
        """Write an instance group to the state store."""
        doing = f"write instance group {group.name} to {self._store}"
        self._run(doing, ["replace", "-f", "-", *self._named()], group.dumped())

    def preview(self, groups: Sequence[str]) -> tuple[Change, ...]:
        """Return what an update would change.

        `groups`: only these instance groups, () for all.
        """
        return parse_preview(self._run(self._updating("preview"), self._update(groups)))

    def update(self, groups: Sequence[str]) -> None:
        """Apply what is pending, to AWS. `groups`: as for preview."""
        self._run(self._updating("carry out"), [*self._update(groups), "--yes"])

    def terraform(self, folder: str) -> None:
        """Write the configuration of the whole cluster for Terraform into a folder."""
        doing = f"write the Terraform configuration of kops cluster {self._cluster}"
        words = ["update", "cluster", *self._named(), NO_KUBECONFIG]
        self._run(doing, [*words, "--target", "terraform", "--out", folder])

    def export(self, path: str, lifetime: str) -> None:
        """Write a kubeconfig with a credential of an administrator for so long ("1h")."""
        doing = f"export a kubeconfig of kops cluster {self._cluster}"
        words = ["export", "kubeconfig", f"--admin={lifetime}", "--kubeconfig", path]
        self._run(doing, [*words, *self._named()])

    def _updating(self, what: str) -> str:
        return f"{what} kops update cluster {self._cluster}"

    def _update(self, groups: Sequence[str]) -> list[str]:
        only = [word for name in groups for word in ("--instance-group", name)]
        return ["update", "cluster", *self._named(), NO_KUBECONFIG, *only]

    def _named(self) -> list[str]:
        return ["--name", self._cluster, "--state", self._store]

    def _run(self, doing: str, words: Sequence[str], given: str = "") -> str:
        """Run kops and return what it printed on its standard output."""
        ran = self._raw(words, given)
        if ran.code != 0:
            raise failure(doing, f"{ran.output}\n{ran.errors}")
        return ran.output
