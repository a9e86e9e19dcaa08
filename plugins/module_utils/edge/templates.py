# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Update what a node group launches from, for a module with the options of SPEC."""

from __future__ import annotations

import datetime
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import LATEST
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import (
    Wanted,
    from_params,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.options import options_of
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template import (
    configuration,
    result,
    sources,
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
    "eks_cluster",
    "kops_cluster",
)
SPEC: dict[str, Any] = {
    **{name: {"type": "str"} for name in (*NAMES, *TEXTS)},
    **options_of(Wanted, ("set_default", "pin", "verify")),
    "state": {"type": "str", "choices": ["present", "rolled_back"], "default": "present"},
    "overrides": {"type": "dict"},
    "source_version": {"type": "str", "default": LATEST},
    "keep_versions": {"type": "int"},
}
"""All options of launch_template_update but those of amazon.aws."""


def update(module: AnsibleAWSModule) -> Result:
    """Update what the parameters name; in check mode only plan it."""
    params, check, aws = module.params, module.check_mode, Aws(RawAws(module))
    wanted = from_params(params)
    named = NamedSource.from_params({**params, "version": params["source_version"]})
    source = sources.find(aws, named)
    sources.refuse_owned(source, named)
    if source.configuration:
        done = configuration.update(aws, wanted, source, check)
        values, diff = result.show_configuration(done), result.diff_configuration(done)
        return Result(values, done.changed, diff, done.warnings)
    now = datetime.datetime.now(datetime.UTC)
    outcome = TemplateUpdate(aws, wanted, now, check).run(source, named)
    values, diff = result.show_templates(outcome), result.diff_templates(outcome)
    return Result(values, outcome.changed, diff, outcome.warnings)
