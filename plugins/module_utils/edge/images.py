# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look an image up, for a module with the options of SPEC."""

from __future__ import annotations

import datetime
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.families import CHOICES
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.family import (
    ARCHITECTURES,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.request import (
    TEXTS,
    Search,
    from_params,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import LATEST
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import ASSUME_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.eks import handed_on
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC, connect
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.options import options_of
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami.lookup import Lookup

COMPARED = (
    "image_id",
    "launch_template_id",
    "launch_template_name",
    "autoscaling_group_name",
    "eks_nodegroup",
    "kops_instance_group",
)
"""Options of compare_to, of which exactly one is given."""
COMPARE_SPEC: dict[str, Any] = {
    **{name: {"type": "str"} for name in (*COMPARED, "kops_cluster")},
    "version": {"type": "str", "default": LATEST},
}
SPEC: dict[str, Any] = {
    **ASSUME_SPEC,
    **KUBE_SPEC,
    **{name: {"type": "str"} for name in TEXTS},
    **options_of(Search, ("min_age", "max_age", "allow_downgrade", "releases")),
    "family": {"type": "str", "choices": list(CHOICES)},
    "architecture": {"type": "str", "choices": list(ARCHITECTURES)},
    "owners": {"type": "list", "elements": "str"},
    "tags": {"type": "dict"},
    "filters": {"type": "dict"},
    "compare_to": {
        "type": "dict",
        "options": COMPARE_SPEC,
        "mutually_exclusive": [COMPARED],
        "required_one_of": [COMPARED],
        "required_together": [["kops_cluster", "kops_instance_group"]],
    },
}
"""All options of eks_ami_lookup but those of amazon.aws."""


def look_up(module: AnsibleAWSModule) -> Result:
    """Look up the image that the parameters ask for.

    Kubernetes is connected to only if its version is asked for.
    """
    search, now = from_params(module.params), datetime.datetime.now(datetime.UTC)
    raw = RawAws(module)
    values = Lookup(Aws(raw), search, now, lambda: connect(module)).run()
    warnings = tuple(values.pop("warnings"))
    return Result({**values, **handed_on(module, raw)}, warnings=warnings)
