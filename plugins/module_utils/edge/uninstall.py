# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remove what rotations have left in a cluster, for a module with SPEC's options."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

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
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
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
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import KubeCall
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import ASSUME_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import (
    RawAws,
    RotatorModule,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC, connect
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.access import Grace

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


@dataclasses.dataclass(frozen=True)
class _Traces:
    """What rotations have left, and why it may not be removed yet."""

    leases: tuple[Lease, ...]
    tagged: tuple[str, ...]
    why_not: tuple[str, ...]


class _Removal:
    """Removes traces one by one. Done again, it goes on where it was.

    `leases`, `tagged`: what is removed by now.
    """

    def __init__(self, module: RotatorModule, found: _Traces) -> None:
        self._module, self._found = module, found
        self.leases: list[Lease] = []
        self.tagged: list[str] = []

    def go_on(self) -> None:
        """Remove what is left."""
        aws, call = _reached(self._module)
        for name in self._found.tagged[len(self.tagged) :]:
            tag_group(aws, name, SIGNPOST, None)
            self.tagged.append(name)
        for lease in self._found.leases[len(self.leases) :]:
            delete_lease(call, self._module.params["lock_namespace"], lease)
            self.leases.append(lease)


def uninstall(module: RotatorModule) -> Result:
    """Remove all Leases and signposts, or nothing while one of them is of use.

    What is denied is asked for again for a while. Raises RefusedError while one is of use; in check
    mode it only says so. The error of a removal is in the result, with what is removed by then.
    """
    found = Grace().asked(lambda: _traces(module))
    if module.check_mode:
        return _result(found.leases, found.tagged, found.why_not, removed=False)
    if found.why_not:
        raise RefusedError(f"Nothing was removed: {'. '.join(found.why_not)}", FIRST)
    removal = _Removal(module, found)
    error = None
    try:
        Grace().asked(removal.go_on)
    except RotatorError as raised:
        error = raised
    result = _result(removal.leases, removal.tagged, (), removed=True)
    return dataclasses.replace(result, error=error)


def _reached(module: RotatorModule) -> tuple[Aws, KubeCall]:
    """Return the account and the cluster, with credentials that are taken anew."""
    module.renew()
    return Aws(RawAws(module)), connect(module)


def _traces(module: RotatorModule) -> _Traces:
    aws, call = _reached(module)
    namespace = module.params["lock_namespace"]
    leases = list_leases(call, namespace)
    gate = closure(next((lease for lease in leases if lease.name == GATE_LEASE), None))
    found = [holding(lease) for lease in leases]
    nodes = KubeClient(call, namespace).records(Feed("nodes"))
    why_not = obstacles((one for one in found if one.lease != GATE_LEASE), gate, nodes)
    return _Traces(tuple(leases), tuple(_tagged(aws, found)), why_not)


def _result(
    leases: Sequence[Lease], tagged: Sequence[str], why_not: Sequence[str], removed: bool
) -> Result:
    held = [holding(lease) for lease in leases]
    return Result(
        {
            "leases": [one.lease for one in held],
            "tagged": list(tagged),
            "in_the_way": list(why_not),
            "table": removal_lines(held, tagged, why_not, removed),
        },
        changed=bool(leases or tagged) and not why_not,
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
