# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the version of kops with the one that updated a cluster last."""

from __future__ import annotations

import re

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError

_VERSION = re.compile(r"\bv?(\d+)\.(\d+)\.\d+(?:-[0-9A-Za-z.]+)?")


def read_version(text: str, where: str) -> tuple[str, tuple[int, int]]:
    """Return the version in a text, and its major and minor number.

    Raises RefusedError if there is none. `where`: what the text is, for people.
    """
    found = _VERSION.search(text)
    if found is None:
        raise RefusedError(f"{where} names no version of kops but {text.strip()[:60]!r}")
    return found[0].removeprefix("v"), (int(found[1]), int(found[2]))


def check_versions(executable: str, last: str, path: str) -> None:
    """Refuse an executable of another minor version than last updated the cluster.

    It would apply what has changed between the versions, as `kops update cluster` by hand would.
    `executable`: what `kops version` printed. `last`: content of `path`, kops-version.txt in the
    state store. Raises RefusedError.
    """
    ours, minor = read_version(executable, "kops version")
    theirs, last_minor = read_version(last, path)
    if minor != last_minor:
        raise RefusedError(
            f"This kops is {ours}, and {theirs} updated the cluster last ({path})",
            f"Use kops {last_minor[0]}.{last_minor[1]}, or update the cluster by hand with this one"
            " first",
        )


def check_flags(usage: str, at_once: bool) -> None:
    """Refuse an executable that can only update all instance groups at once.

    `usage`: what `kops update cluster --help` printed. `at_once`: whether all may move at once.
    Raises RefusedError.
    """
    if "--create-kube-config" not in usage:
        raise RefusedError(
            "kops update cluster has no option --create-kube-config", "Use a newer kops"
        )
    if not at_once and not re.search(r"--instance-group\b(?!-)", usage):
        raise RefusedError(
            "This kops has no option --instance-group of kops update cluster, so that an update"
            " moves every instance group at once",
            "Use a newer kops, or set all_groups_at_once: true",
        )
