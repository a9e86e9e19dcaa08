# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolve what an Auto Scaling group launches."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import NotFoundError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Instance, Target
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    Use,
)

Sources = Mapping[tuple[str, str], float]
"""What instances were launched from, (template, version), as core.model.aws.Instance says, and when
the last one was, in seconds since the epoch."""


def sources_of(instances: Iterable[Instance], pooled: bool) -> Sources:
    """Return what these instances were launched from.

    `pooled`: the group has a warm pool. When such an instance was launched is not known: LaunchTime
    says when it was started last.
    """
    used: dict[tuple[str, str], float] = {}
    for instance in instances:
        at = 0.0 if pooled else instance.launched_at
        used[instance.source] = max(used.get(instance.source, 0.0), at)
    return used


@dataclasses.dataclass(frozen=True)
class Resolved:
    """One resolution: of which pointers, with which instances in sight, and when."""

    source: tuple[Use, ...]
    used: frozenset[tuple[str, str]]
    target: Target
    at: float

    def serves(self, source: tuple[Use, ...], used: Sources, now: float, max_age: float) -> bool:
        """Return whether it held `max_age` seconds ago, as far as instances show.

        An instance that was launched from it shows that it held then; with several ways of
        launching, one of each.
        """
        shown = min(used.get(one, 0.0) for one in self.target.sources)
        held = max(self.at, min(now, shown))
        return self.source == source and used.keys() <= self.used and held > now - max_age


class Resolver:
    """Resolve the launch source of a group.

    It remembers versions in use, since they never change.
    """

    def __init__(self) -> None:
        self._contents: dict[tuple[str, str], Any] = {}
        self._last: Resolved | None = None
        self.missing = ("", "")
        """The pointer of what was found not to exist last."""

    def resolve(
        self,
        aws: Aws,
        pointers: tuple[Use, ...],
        used: Sources,
        now: float,
        max_age: float,
    ) -> Target | None:
        """Return what the group launches now, None if something of it does not exist.

        `pointers`: how the group points to it, and then how overrides do that name a template or an
        image of their own; a launch configuration has no version. `used`: what its instances were
        launched from, to find which of that says the same. `max_age`: for so many seconds the last
        answer serves, unless an instance shows that something new is launched.
        """
        main, *others = pointers
        last, source = self._last, (main, *sorted(others, key=dataclasses.astuple))
        if last is not None and last.serves(source, used, now, max_age):
            return last.target
        self._last, found = None, list[Target]()
        known: dict[tuple[str, str], Target] = {}
        for use in source:
            way = known.get(use.key) or self._way(aws, use, used, now)
            if way is None:
                self.missing = use.key
                return None
            known[use.key] = way
            image = use.image_id or way.image_id
            own = dataclasses.replace(way, types=use.types, image_id=image)
            found.append(own if others else way)
        target = dataclasses.replace(found[0], others=tuple(found[1:]))
        self._last = Resolved(source, frozenset(used), target, now)
        return target

    def _way(self, aws: Aws, use: Use, used: Sources, now: float) -> Target | None:
        """Return one way of launching, resolved; None if it does not exist."""
        if not use.version:
            return _configuration(aws, use.template_id)
        return self._template(aws, use.template_id, use.version, used, now)

    def _template(
        self, aws: Aws, template: str, version: str, used: Sources, now: float
    ) -> Target | None:
        found = _versions(aws, template, [version])
        if not found:
            return None
        number, data = str(found[0]["VersionNumber"]), found[0].get("LaunchTemplateData", {})
        others = sorted(
            {other for name, other in used if name == template and other not in ("", number)}
        )
        self._read_contents(aws, template, others)
        return Target(
            template,
            number,
            data.get("ImageId", ""),
            found[0].get("LaunchTemplateName", ""),
            now,
            frozenset(other for other in others if self._contents[template, other] == data),
        )

    def _read_contents(self, aws: Aws, template: str, versions: list[str]) -> None:
        missing = [name for name in versions if (template, name) not in self._contents]
        if not missing:
            return
        entries = {
            str(entry["VersionNumber"]): entry for entry in _versions(aws, template, missing)
        }
        for name in missing:
            content = entries.get(name, {}).get("LaunchTemplateData")
            self._contents[template, name] = content


def _versions(aws: Aws, template: str, versions: list[str]) -> list[dict[str, Any]]:
    """Return these versions of a template with images resolved.

    None of them if one does not exist (any more).
    """
    params = {"LaunchTemplateId": template, "Versions": versions, "ResolveAlias": True}
    try:
        doing = f"read launch template {template}"
        found = aws.call(doing, "ec2", "DescribeLaunchTemplateVersions", **params)
    except NotFoundError:
        return []
    return list(found["LaunchTemplateVersions"])


def _configuration(aws: Aws, name: str) -> Target | None:
    doing = f"read launch configuration {name}"
    found = aws.call(
        doing, "autoscaling", "DescribeLaunchConfigurations", LaunchConfigurationNames=[name]
    )
    entries = found["LaunchConfigurations"]
    return Target(name, "", entries[0].get("ImageId", ""), name) if entries else None
