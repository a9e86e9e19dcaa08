# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An update of a node group's launch source joined to the module's connections."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    Target,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import Wanted
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template import (
    configuration,
    result,
    sources,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template.update import (
    TemplateUpdate,
)


@dataclasses.dataclass(frozen=True)
class Answer:
    """What the module tells: its result, its diff, sentences for people."""

    result: dict[str, Any]
    diff: list[dict[str, str]]
    warnings: tuple[str, ...]


def update(module: AnsibleAWSModule, wanted: Wanted, target: Target) -> Answer:
    """Bring what `target` names to what is wanted; in check mode only tell."""
    aws = Aws(RawAws(module))
    source = sources.find(aws, target)
    sources.refuse_owned(source, target)
    if source.configuration:
        done = configuration.update(aws, wanted, source, module.check_mode)
        return Answer(
            result.show_configuration(done), result.diff_configuration(done), done.warnings
        )
    now = datetime.datetime.now(datetime.UTC)
    outcome = TemplateUpdate(aws, wanted, now, module.check_mode).run(source, target)
    return Answer(result.show_templates(outcome), result.diff_templates(outcome), outcome.warnings)
