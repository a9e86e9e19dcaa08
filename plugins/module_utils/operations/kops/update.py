# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put an image into an instance group of kops and into its launch template."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kops.client import Kops
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    InputError,
    NotFoundError,
    RefusedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.instance_group import (
    InstanceGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.preview import (
    PreviewVerdict,
    check_alone,
    judge,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.template_fields import (
    unannounced,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import (
    LATEST,
    Version,
    clean,
    differences,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import resolve
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.group_plan import (
    GroupDone,
    GroupPlan,
    Restored,
    StalePlanError,
    WantedImage,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.images import (
    find_image,
    fitting_image,
    name_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.leftovers import (
    refuse_detached,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template import (
    launch_templates,
    sources,
)

VERSION_READINGS = 5
"""How often a version that kops made is looked for; every look takes a preview of kops."""


class ImageUpdate:
    """Updates instance groups one by one.

    Every method raises core.errors. `approve` is asked before anything is written. `owes`: after a
    failure the state store may name another image than the launch template has.
    """

    def __init__(self, aws: Aws, kops: Kops, wanted: WantedImage) -> None:
        self._aws, self._kops, self._wanted = aws, kops, wanted
        self.owes = False

    def plan(self, name: str) -> GroupPlan | None:
        """Return what an instance group needs, None for one that is to be left as it is."""
        group = self._kops.group(name)
        if group.is_karpenter:
            raise RefusedError(
                f"Instance group {name} is managed by Karpenter, which has no Auto Scaling group",
                "Let Karpenter replace its nodes (drift)",
            )
        if group.skips:
            return None
        autoscaling_group, template, version = self._launched(name)
        refuse_detached(self._aws, autoscaling_group)
        types = group.machine_types or (str(version.data.get("InstanceType", "")),)
        text, image = fitting_image(self._aws, self._wanted.image, types, name)
        named = self._meant(group.image)
        return GroupPlan(
            group,
            autoscaling_group,
            *template,
            version,
            group.image if named == image.id else text,
            group.image if named == version.image_id else name_of(self._aws, version.image_id),
            image,
        )

    def _launched(self, name: str) -> tuple[str, tuple[str, str], Version]:
        """Return the Auto Scaling group, its template and the version it launches.

        The template is its ID and its name.
        """
        cluster = self._wanted.cluster
        source = sources.find(self._aws, NamedSource(kops_cluster=cluster, kops_group=name))
        if len(source.uses) != 1 or source.uses[0].version != LATEST:
            raise RefusedError(
                f"Auto Scaling group {source.group} of instance group {name} does not follow"
                f" {LATEST} of one launch template, as kops has it",
                "Let kops update cluster point it there again",
            )
        template_id = source.uses[0].template_id
        shown = sources.describe_template(self._aws, template_id, "")
        version = resolve(launch_templates.versions(self._aws, template_id), LATEST)
        return source.group, (template_id, str(shown["LaunchTemplateName"])), version

    def _meant(self, text: str) -> str:
        """Return the ID of the image that the state store names now, "" if there is none."""
        try:
            return find_image(self._aws, text).id if text else ""
        except (InputError, NotFoundError):
            return ""

    def check_unmoved(self, plan: GroupPlan) -> None:
        """Refuse a plan that does not go by what is there any more.

        Others may write until the Lease is ours, and kops at any time. Raises StalePlanError.
        """
        name, template = plan.group.name, (plan.template_id, plan.template_name)
        launched = (plan.autoscaling_group, template, plan.version)
        if (self._kops.group(name), self._launched(name)) != (plan.group, launched):
            raise StalePlanError(
                f"Somebody changes instance group {name} or its launch template again and again",
                "See who does",
            )

    def check(self, plan: GroupPlan) -> None:
        """Compare what somebody else has made; kops's own versions were compared before."""

    def foresee(self, plan: GroupPlan) -> GroupDone:
        """Return what would be done; nothing is written.

        kops can only be asked what is pending as the state store is now.
        """
        verdict = self._judged(plan, plan.group.image)
        number = plan.version.number + plan.moves_template
        return GroupDone(plan, verdict, number, ("ImageId",) * plan.moves_template)

    def apply(self, plan: GroupPlan, approve: Callable[[str], None]) -> GroupDone:
        """Write the state store, judge the preview, update, and read back what was made.

        If anything fails, the old image goes back to the state store. What somebody else has
        changed there meanwhile stays.
        """
        approve("write the state store")
        try:
            if plan.writes_store:
                self._kops.replace(plan.group.with_image(plan.text))
            return self._moved(plan, approve)
        except RotatorError as error:
            if not plan.writes_store:
                raise
            raise self._put_back(plan, error) from error

    def _moved(self, plan: GroupPlan, approve: Callable[[str], None]) -> GroupDone:
        verdict = self._announced(plan)
        if verdict.image is not None:
            approve("update the launch template")
            self._kops.update(self._groups(plan))
        return self._read_back(plan, verdict)

    def _announced(self, plan: GroupPlan) -> PreviewVerdict:
        """Return what kops would change now that the state store is written."""
        written = self._kops.group(plan.group.name)
        if dict(written.spec) != dict(plan.group.with_image(plan.text).spec):
            raise FailedError(
                f"Instance group {plan.group.name} is not what was written to the state store",
                "See who else changes it",
            )
        verdict = self._judged(plan, plan.text)
        if verdict.image is None and plan.moves_template:
            raise RefusedError(
                f"kops update cluster does not announce the image of {plan.group.name}",
                "Run it by hand and see why",
            )
        return verdict

    def _judged(self, plan: GroupPlan, image: str) -> PreviewVerdict:
        changes = self._kops.preview(self._groups(plan))
        verdict = judge(changes, plan.template_name, image, self._wanted.allow)
        check_alone(verdict, plan.group.name)
        return verdict

    def _groups(self, plan: GroupPlan) -> tuple[str, ...]:
        return () if self._wanted.at_once else (plan.group.name,)

    def _read_back(self, plan: GroupPlan, verdict: PreviewVerdict) -> GroupDone:
        """Compare what kops has made with what it had announced, field by field."""
        if verdict.image is None:
            return GroupDone(plan, verdict, plan.version.number)
        version = self._newest(plan)
        fields = differences(clean(plan.version.data), clean(version.data))
        more = unannounced(fields, verdict.allowed, plan.template_name, self._wanted.allow)
        if version.image_id != plan.image.id or more:
            raise FailedError(
                f"Version {version.number} of launch template {plan.template_name} is not what kops"
                f" announced: image {version.image_id}, other fields {', '.join(more) or 'none'}",
                "Compare it with the version before",
            )
        return GroupDone(plan, verdict, version.number, tuple(fields))

    def _newest(self, plan: GroupPlan) -> Version:
        for _attempt in range(VERSION_READINGS):
            found = resolve(launch_templates.versions(self._aws, plan.template_id), LATEST)
            if found.number > plan.version.number:
                return found
            self._kops.preview(self._groups(plan))
        raise FailedError(
            f"kops update cluster made no new version of launch template {plan.template_name}",
            "Run it by hand and see why",
        )

    def _put_back(self, plan: GroupPlan, error: RotatorError) -> RotatorError:
        """Return the error, which says what the state store names now."""
        name = plan.group.name
        try:
            named = self._image_back(plan)
        except RotatorError as trouble:
            self.owes = True
            left = f"The state store of {name} still names {plan.text}: {trouble.message}"
        else:
            again = named == plan.group.image
            left = f"The state store of {name} names {named or 'no image'}"
            left += " again" + self._template_back(plan) if again else ", as somebody else wants it"
        return type(error)(f"{error.message}. {left}", error.hint, error.code)

    def _image_back(self, plan: GroupPlan) -> str:
        """Let the state store name the old image again.

        Returns the image that it names then: another one if somebody else has named it.
        """
        now = self._kops.group(plan.group.name)
        if now.image != plan.text:
            return now.image
        self._kops.replace(now.with_image(plan.group.image))
        return plan.group.image

    def _template_back(self, plan: GroupPlan) -> str:
        """Move the launch template back too, as far as kops had moved it.

        Returns the end of a sentence if that failed.
        """
        try:
            self.settle(plan.group, plan.template_name)
        except RotatorError as trouble:
            return f", and its launch template was not checked: {trouble.message}"
        return ""

    def settle(self, group: InstanceGroup, template: str) -> bool:
        """Preview until the image of an instance group is not pending any more.

        Returns whether the launch template had to be updated. Raises FailedError.
        """
        only = () if self._wanted.at_once else (group.name,)
        verdict = judge(self._kops.preview(only), template, group.image, self._wanted.allow)
        if verdict.image is None:
            return False
        check_alone(verdict, group.name)
        self._kops.update(only)
        after = judge(self._kops.preview(only), template, group.image, self._wanted.allow)
        if after.image is not None:
            raise FailedError(f"{after.image.shown} is still pending")
        return True

    def restore(self, name: str, failed: str = "", previous: str = "") -> Restored:
        """Let the state store name the image that the launch template has.

        `failed`: the ID of the image that it named when it failed, "" where that is not known. An
        image that somebody else has named since stays. Where the launch template has the failed one
        again, since somebody has updated the cluster, both get the `previous` one.
        """
        group = self._kops.group(name)
        _source, template, version = self._launched(name)
        named, again = self._meant(group.image), version.image_id == failed
        if named == version.image_id and not again:
            return Restored(group.image)
        if failed and named not in ("", failed):
            return Restored(group.image, chosen=True)
        if again and not previous:
            raise RefusedError(
                f"The launch template of instance group {name} has the image that failed again,"
                " and it is not known which one it had before",
                "Set another one with kops edit, and update the cluster",
            )
        restored = group.with_image(previous if again else name_of(self._aws, version.image_id))
        self._kops.replace(restored)
        self.settle(restored, template[1])
        return Restored(restored.image)
