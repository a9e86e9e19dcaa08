# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set the image of instance groups of kops, for a module with SPEC."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import (
    describe_group,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.deadline import Deadline
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kops.client import Kops
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kops.state_store import (
    read_text,
    split_store,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.preview import (
    check_patterns,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.rolling_update import (
    resolve_rolling_update,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.version import (
    check_flags,
    check_versions,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import USUAL_NAMESPACE
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import kind_of
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import check_given
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    lease_labels,
    lease_name,
    lease_notes,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import ASSUME_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.handover import (
    Locks,
    cluster_of,
    order_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kops import RawKops, store_of
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kops_progress import SetSoFar
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.options import options_of
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.change import (
    ChangeMade,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LeaseClaim,
    LockOrder,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.inbox import clock
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.group_plan import (
    GroupDone,
    GroupPlan,
    StalePlanError,
    wanted_image,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.leftovers import (
    failed_image,
    refuse_followers,
    refuse_unfinished,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.result import (
    diff_group,
    show_group,
    tell_allowed,
    tell_chosen,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.terraform import (
    image_update,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.update import (
    ImageUpdate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template import sources

SPEC: dict[str, Any] = {
    **ASSUME_SPEC,
    **KUBE_SPEC,
    "state": {"type": "str", "choices": ["present", "restored", "read"], "default": "present"},
    "instance_groups": {"type": "list", "elements": "str", "required": True},
    "image": {"type": "str"},
    "allow_other_changes": {"type": "list", "elements": "str", "default": []},
    "all_groups_at_once": {"type": "bool", "default": False},
    "terraform_out": {"type": "path"},
    "since_version": {"type": "int", "default": 0},
    "run_id": {"type": "str"},
    "cluster_name": {"type": "str"},
    "lock_namespace": {"type": "str", "default": USUAL_NAMESPACE},
    **options_of(RotationPolicy, ("lock_wait", "repair")),
    "handover_timeout": {"type": "int", "default": 600},
}
"""All options of kops_instance_group_image but those of amazon.aws."""
PLANS = 3
"""How often an instance group is planned anew that others change before its Lease is ours."""


def set_images(module: AnsibleAWSModule) -> Result:
    """Set the image of each instance group; in check mode only plan it."""
    progress = SetSoFar()
    try:
        work = ImageSetter(module, progress)
        for name in module.params["instance_groups"]:
            work.restore(name) if module.params["state"] == "restored" else work.set(name)
    except RotatorError as error:
        return progress.result(module.check_mode, error)
    return progress.result(module.check_mode)


class ImageSetter:
    """What a module with the options of SPEC does for each instance group."""

    def __init__(self, module: AnsibleAWSModule, progress: SetSoFar) -> None:
        """Check options, executable and versions."""
        params = module.params
        check_patterns(params["allow_other_changes"])
        self._params, self._dry, self._progress = params, module.check_mode, progress
        self._cluster = check_given("kops_cluster", params["kops_cluster"], "the cluster's name")
        self._store, self._locks = store_of(params), Locks(module)
        self._aws = Aws(RawAws(module), Deadline(clock))
        self._kops = Kops(RawKops(module), self._cluster, self._store)
        self._checked = False
        self._owner = "terraform" if params["terraform_out"] else "kops"
        split_store(self._store)

    def _update(self, aws: Aws) -> ImageUpdate:
        self._check_executable()
        return image_update(aws, self._kops, wanted_image(self._cluster, self._params))

    def _check_executable(self) -> None:
        """Refuse, once, an executable that must not update this cluster."""
        if self._checked:
            return
        path = f"{self._cluster}/kops-version.txt"
        last = read_text(self._aws, self._store, path)
        check_versions(self._kops.version(), last, f"{self._store}/{path}")
        check_flags(self._kops.usage(), self._params["all_groups_at_once"])
        self._checked = True

    def set(self, name: str) -> None:
        """Set the image of one instance group under the Lease of its Auto Scaling group.

        What was planned before the Lease was ours is planned anew if somebody has changed it since.
        """
        for again in reversed(range(PLANS)):
            try:
                self._set(name)
            except StalePlanError:
                if not again:
                    raise
            else:
                return

    def _set(self, name: str) -> None:
        """Raises StalePlanError, before anything is written."""
        update = self._update(self._aws)
        plan = update.plan(name)
        if plan is None:
            self._note({"name": name, "status": "skipped"})
            return
        refuse_followers(self._aws, plan)
        owed = self._locks.journal(describe_group(self._aws, plan.autoscaling_group).arn)
        if not plan.changed and not owed.store_owed:
            update.check(plan)
            self._show(GroupDone(plan, None, plan.version.number), "unchanged")
            return
        if self._dry:
            self._show(update.foresee(plan), "planned" if plan.changed else "unchanged")
            return
        self._show(self._changed(plan), "complete")

    def restore(self, name: str) -> None:
        """Let the state store name the image of the launch template, if that is owed."""
        named = NamedSource(kops_cluster=self._cluster, kops_group=name)
        group = describe_group(self._aws, sources.find(self._aws, named).group)
        owed = self._locks.journal(group.arn)
        row = {"name": name, "rolling_update": self._rolling_update(name)}
        if not owed.store_owed:
            self._note({**row, "status": "unchanged"})
            return
        refuse_unfinished(name, owed)
        if self._dry:
            self._progress.changed = True
            self._note({**row, "status": "planned"})
            return

        image = self._locks.change(*self._restoring(name, group), keep=False)
        self._note({**row, "status": "complete", "image": image})

    def _restoring(
        self, name: str, group: DescribedGroup
    ) -> tuple[LockOrder, Callable[[float], ChangeMade[str]]]:
        """Return what to do under which Lease so that the state store is restored."""
        found = self._locks.journal(group.arn)
        claim = self._claim(group.name, found.previous, found.target)

        def act(moment: float) -> ChangeMade[str]:
            owed = self._locks.journal(group.arn)
            refuse_unfinished(name, owed)
            self._approve("write the state store", moment)
            update = self._update(self._aws.until(moment))
            restored = update.restore(name, failed_image(found, owed), found.origin[2])
            if restored.chosen:
                self._progress.warnings.append(tell_chosen(name, restored))
            return ChangeMade(restored.image, (dataclasses.replace(claim, settles=True),))

        return order_of(self._params, (claim,)), act

    def _rolling_update(self, name: str) -> dict[str, Any]:
        """Return how the specification wants the nodes of an instance group replaced."""
        spec = self._kops.cluster_spec()
        found = resolve_rolling_update(
            self._kops.group(name).rolling_update, spec.get("rollingUpdate") or {}, name
        )
        return dataclasses.asdict(found)

    def _changed(self, plan: GroupPlan) -> GroupDone:
        number = plan.version.number
        claim = dataclasses.replace(
            self._claim(
                plan.autoscaling_group,
                (plan.template_id, str(number)),
                (plan.template_id, str(number + plan.moves_template), plan.image.id),
            ),
            origin=(self._owner, plan.group.name, plan.previous),
        )

        def act(moment: float) -> ChangeMade[GroupDone]:
            update = self._update(self._aws.until(moment))
            update.check_unmoved(plan)
            try:
                done = update.apply(plan, lambda doing: self._approve(doing, moment))
            except RotatorError as error:
                if not update.owes:
                    raise
                left = GroupDone(plan, None, number)
                return ChangeMade(left, (dataclasses.replace(claim, owes=True),), error)
            target = (plan.template_id, str(done.number), plan.image.id)
            return ChangeMade(done, (dataclasses.replace(claim, target=target, settles=True),))

        order = order_of(self._params, (claim,), begins=True)
        return self._locks.change(order, act, keep=bool(self._params["run_id"]))

    def _approve(self, doing: str, moment: float) -> None:
        """Refuse to write after the moment until which the Lease is surely ours."""
        Deadline(clock).until(moment).check(doing)
        self._progress.changed = True

    def _claim(
        self,
        name: str,
        previous: tuple[str, str],
        target: tuple[str, str, str],
    ) -> LeaseClaim:
        group = describe_group(self._aws, name)
        kind, run_id = kind_of(group.tags), self._params["run_id"] or ""
        named = name if kind.carries_pods else ""
        uid = self._locks.check_cluster([group], named, self._aws)
        for error in self._locks.elsewhere([group], run_id):
            raise error
        cluster = cluster_of(self._params)
        return LeaseClaim(
            lease_name(group.arn),
            group.name,
            lease_labels(cluster, group.name, kind.name, run_id),
            lease_notes(group.arn, cluster, uid),
            previous,
            target,
        )

    def _show(self, done: GroupDone, status: str) -> None:
        self._progress.changed |= status != "unchanged"
        if done.verdict is not None:
            self._progress.diff.append(diff_group(done))
        if status == "complete" and (told := tell_allowed(done)):
            self._progress.warnings.append(told)
        self._note(show_group(done, status))

    def _note(self, row: dict[str, Any]) -> None:
        self._progress.rows.append(row)
