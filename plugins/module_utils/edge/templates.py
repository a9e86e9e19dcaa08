# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Update what a node group launches from, for a module with the options of SPEC."""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.errors import (
    RAISED,
    translate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.deadline import Deadline
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    ForbiddenError,
    LockedError,
    RotatorError,
    UnknownError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import USUAL_NAMESPACE
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import kind_of
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    lease_labels,
    lease_name,
    lease_notes,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import LATEST
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import (
    Wanted,
    from_params,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import AwsCall
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import ASSUME_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.handover import (
    Locks,
    cluster_of,
    names_cluster,
    order_of,
    unfinished_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.options import options_of
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.access import Grace
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.change import (
    ChangeMade,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LeaseClaim,
    LockOrder,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.inbox import clock
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template import (
    configuration,
    result,
    sources,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template.concerned import (
    Concerned,
    Updated,
    as_done,
    check_sharing,
    find_concerned,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template.outcome import (
    ConfigurationOutcome,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template.update import (
    TemplateUpdate,
)

NAMES = (
    "launch_template_name",
    "launch_template_id",
    "autoscaling_group_name",
    "eks_nodegroup",
    "kops_instance_group",
)
"""Options that name what to update, of which exactly one is given."""
TEXTS = (
    "image_id",
    "release_version",
    "run_id",
    "version_description",
    "kops_cluster",
)
LOCK_SPEC: dict[str, Any] = {
    "cluster_name": {"type": "str"},
    "lock_namespace": {"type": "str", "default": USUAL_NAMESPACE},
    **options_of(RotationPolicy, ("lock_wait", "repair")),
    "handover_timeout": options_of(LockOrder, ("duration",))["duration"],
    "rotated_groups": {"type": "list", "elements": "str", "default": []},
    "shared_template": {"type": "str", "choices": ["refuse", "allow"], "default": "refuse"},
}
"""Options that guard the update."""
UNGUARDED = (
    "Nothing guards the launch source of Auto Scaling group {}: a rotation that is under way would"
    " end because of this change. Set eks_cluster or kubeconfig, and run_id"
)
SPEC: dict[str, Any] = {
    **ASSUME_SPEC,
    **KUBE_SPEC,
    **LOCK_SPEC,
    **{name: {"type": "str"} for name in (*NAMES, *TEXTS)},
    **options_of(Wanted, ("set_default", "pin", "verify")),
    "state": {"type": "str", "choices": ["present", "rolled_back"], "default": "present"},
    "overrides": {"type": "dict"},
    "source_version": {"type": "str", "default": LATEST},
    "keep_versions": {"type": "int"},
}
"""All options of launch_template_update but those of amazon.aws."""


class _Watched:
    """An AwsCall that notes whether anything may have been changed.

    What AWS has refused has changed nothing; what brought no answer may have.
    """

    def __init__(self, raw: AwsCall) -> None:
        self._raw, self.wrote = raw, False

    def __call__(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        reads = _only_asks(operation, params)
        try:
            answer = self._raw(service, operation, params)
        except RAISED as error:  # pylint: disable=catching-non-exception
            known = not isinstance(translate(error, operation), (UnreachableError, UnknownError))
            self.wrote = self.wrote or not (reads or known)
            raise
        self.wrote = self.wrote or not reads
        return answer


class _Insisting:
    """Makes a write that was denied again for a while; see Grace.

    Between two writes nothing may be left half done because of one answer. What may be denied, and
    what is only asked, is not insisted on.
    """

    def __init__(self) -> None:
        self._graces: dict[str, Grace] = {}

    def __call__(self, operation: str, params: Mapping[str, Any], error: AccessError) -> bool:
        if _only_asks(operation, params) or operation == "CreateTags":
            return False
        return self._graces.setdefault(operation, Grace()).again(error)


def _only_asks(operation: str, params: Mapping[str, Any]) -> bool:
    return operation.startswith(("Describe", "Get", "List")) or bool(params.get("DryRun"))


@dataclasses.dataclass(frozen=True)
class Work:
    """What is to be done, to be tried dry and then for good."""

    aws: Aws
    wanted: Wanted
    named: NamedSource
    now: datetime.datetime

    def carry_out(
        self, dry: bool, approve: Callable[[Updated], None] = lambda found: None
    ) -> Updated:
        source = sources.find(self.aws, self.named)
        sources.refuse_owned(source, self.named)
        if source.configuration:
            return configuration.update(self.aws, self.wanted, source, dry, approve)
        return TemplateUpdate(self.aws, self.wanted, self.now, dry, approve).run(source, self.named)


def update(module: AnsibleAWSModule) -> Result:
    """Update what the parameters name; in check mode only plan it."""
    params, watched = module.params, _Watched(RawAws(module))
    named = NamedSource.from_params({**params, "version": params["source_version"]})
    now = datetime.datetime.now(datetime.UTC)
    try:
        work = Work(Aws(watched, Deadline(clock), _Insisting()), from_params(params), named, now)
        if names_cluster(params):
            found, more = guarded(params, module.check_mode, work, Locks(module))
        else:
            found, more = _unguarded(module.check_mode, work)
    except RotatorError as error:
        status = "failed" if watched.wrote else "refused"
        return Result({"status": status, **unfinished_of(error)}, watched.wrote, error=error)
    return _shown(found, module.check_mode, more)


def _shown(found: Updated, dry: bool, more: tuple[str, ...]) -> Result:
    if isinstance(found, ConfigurationOutcome):
        values, diff = result.show_configuration(found), result.diff_configuration(found)
    else:
        values, diff = result.show_templates(found), result.diff_templates(found)
    status = "unchanged" if not found.changed else "planned" if dry else "complete"
    return Result({**values, "status": status}, found.changed, diff, (*found.warnings, *more))


def _unguarded(check: bool, work: Work) -> tuple[Updated, tuple[str, ...]]:
    concerned: list[str] = []

    def note(found: Updated) -> None:
        try:
            concerned.extend(one.group.name for one in find_concerned(work.aws, found))
        except ForbiddenError:  # a template by itself can be changed without reading groups
            concerned.extend([found.source.group] if found.source.group else [])

    found = work.carry_out(check, note)
    if check and found.changed:
        note(found)
    return found, (UNGUARDED.format(listed(concerned)),) if concerned else ()


def guarded(
    params: Mapping[str, Any], check: bool, work: Work, locks: Locks
) -> tuple[Updated, tuple[str, ...]]:
    """Make the change under the Leases of the groups that it concerns.

    In check mode tell which of them are held. Returns what was done and sentences for people.
    """
    planned, run_id = work.carry_out(dry=True), params["run_id"] or ""
    concerned = find_concerned(work.aws, planned)
    allowed = params["shared_template"] == "allow"
    check_sharing(concerned, planned.source.group, params["rotated_groups"], allowed)
    names = frozenset(one.group.name for one in concerned)
    groups = [one.group for one in concerned]
    uid = locks.check_cluster(groups, planned.source.group, work.aws)
    claims = _claims(concerned, params, uid)
    order = order_of(params, claims, begins=not work.wanted.rollback)
    if check:
        elsewhere = (error.message for error in locks.elsewhere(groups, run_id))
        return planned, (*locks.held(order), *elsewhere) if claims else ()

    def act(moment: float) -> ChangeMade[Updated]:
        for error in locks.elsewhere(groups, run_id):
            raise error
        dated = dataclasses.replace(work, aws=work.aws.until(moment))
        found = dated.carry_out(False, lambda found: _check_unmoved(dated.aws, found, names))
        return ChangeMade(found, _claims(as_done(concerned, found), params, uid))

    if not claims:
        return act(math.inf).answer, ()
    return locks.change(order, act, keep=bool(run_id)), ()


def _claims(
    concerned: Sequence[Concerned], params: Mapping[str, Any], uid: str
) -> tuple[LeaseClaim, ...]:
    cluster, run_id = cluster_of(params), params["run_id"] or ""
    return tuple(
        LeaseClaim(
            lease_name(one.group.arn),
            one.group.name,
            lease_labels(cluster, one.group.name, kind_of(one.group.tags).name, run_id),
            lease_notes(one.group.arn, cluster, uid),
            one.previous,
            one.target,
            ("aws", "", ""),
            previous_others=one.previous_others,
            target_others=one.target_others,
        )
        for one in concerned
    )


def _check_unmoved(aws: Aws, found: Updated, names: frozenset[str]) -> None:
    """Refuse an update that has come to concern more groups meanwhile."""
    more = [one.group.name for one in find_concerned(aws, found) if one.group.name not in names]
    if more:
        raise LockedError(
            f"Auto Scaling group {listed(more)} has just begun to follow the launch template",
            "Run it again",
        )
