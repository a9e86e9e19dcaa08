# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remove what rotations have left in a cluster, for a module with SPEC's options."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import (
    describe_group,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.tags import tag_group
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.leases import (
    delete_lease,
    list_leases,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    NotFoundError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    SIGNPOST,
    USUAL_NAMESPACE,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.holdings import (
    Holding,
    holding,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.removal import (
    obstacles,
    removal_lines,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.closure import (
    GATE_LEASE,
    closure,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import ASSUME_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC, connect
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result

SPEC: dict[str, Any] = {
    **ASSUME_SPEC,
    **KUBE_SPEC,
    "cluster_name": {"type": "str"},
    "lock_namespace": {"type": "str", "default": USUAL_NAMESPACE},
}
"""All options of rotation_uninstall but those of amazon.aws."""
FIRST = (
    "Let what is at work end, run the playbook restore (and resume, where a rotation is paused),"
    " and then this again"
)


def uninstall(module: AnsibleAWSModule) -> Result:
    """Remove all Leases and signposts, or nothing while one of them is of use.

    Raises RefusedError then; in check mode it only says so.
    """
    call, namespace = connect(module), module.params["lock_namespace"]
    aws, read = Aws(RawAws(module)), list_leases(call, namespace)
    gate = closure(next((lease for lease in read if lease.name == GATE_LEASE), None))
    found = [holding(lease) for lease in read]
    nodes = KubeClient(call, namespace).records(Feed("nodes"))
    why_not = obstacles((one for one in found if one.lease != GATE_LEASE), gate, nodes)
    tagged = _tagged(aws, found)
    removes = not module.check_mode
    if why_not and removes:
        raise RefusedError(f"Nothing was removed: {'. '.join(why_not)}", FIRST)
    if removes:
        for name in tagged:
            tag_group(aws, name, SIGNPOST, None)
        for lease in read:
            delete_lease(call, namespace, lease)
    return Result(
        {
            "leases": [one.lease for one in found],
            "tagged": tagged,
            "in_the_way": list(why_not),
            "table": removal_lines(found, tagged, why_not, removes),
        },
        changed=bool(read or tagged) and not why_not,
    )


def _tagged(aws: Aws, found: Iterable[Holding]) -> list[str]:
    """Return the Auto Scaling groups of the Leases that still have our tag."""
    names = sorted({one.autoscaling_group_name for one in found} - {""})
    return [name for name in names if SIGNPOST in _tags(aws, name)]


def _tags(aws: Aws, name: str) -> dict[str, str]:
    try:
        return dict(describe_group(aws, name).tags)
    except NotFoundError:
        return {}
