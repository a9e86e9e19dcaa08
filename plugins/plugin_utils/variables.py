# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of our roles and playbooks, and what they may be.

A variable that is handed to a module has the name of the module's option after a prefix, and is
what that option may be. So the options are written down once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.edge import (
    images,
    karpenter,
    kops_images,
    managed,
    node_group,
    rotation,
    templates,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import ASSUME_SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.drain import (
    DRAIN_SPEC,
    REQUEST_SPEC,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC
from ansible_collections.nodeops.rotator.plugins.plugin_utils import notify_options

PREFIXES = ("rotate_", "prepare_", "verify_", "rotation_", "plan_", "check_amis_")
"""What the names of our variables begin with."""
TEXT: Mapping[str, Any] = {"type": "str"}
PATH: Mapping[str, Any] = {"type": "path"}
SWITCH: Mapping[str, Any] = {"type": "bool"}
WHOLE_NUMBER: Mapping[str, Any] = {"type": "int"}
DICTIONARY: Mapping[str, Any] = {"type": "dict"}
ANYTHING: Mapping[str, Any] = {"type": "raw"}

Reasons = Mapping[str, str]
_HOST = "says which node group it is, which the host does"
_ROLE = "is set by the role"
CONNECTION: Reasons = dict.fromkeys((*KUBE_SPEC, *ASSUME_SPEC), "connects, see docs/credentials.md")
LOOKUP_LEFT_OUT: Reasons = {
    **CONNECTION,
    "compare_to": _HOST,
    "releases": "is for people who look",
}
TEMPLATE_LEFT_OUT: Reasons = {
    **CONNECTION,
    **dict.fromkeys((*templates.NAMES, "cluster_name", "kops_cluster"), _HOST),
    **dict.fromkeys(("lock_namespace", "lock_wait", "repair"), "is that of the rotation"),
    **dict.fromkeys(("image_id", "release_version", "verify"), "has a variable of its own"),
    **dict.fromkeys(("handover_timeout", "run_id", "shared_template"), "has a variable of its own"),
    "rotated_groups": _ROLE,
    "state": "is present: a rotation rolls back by itself",
    "source_version": "is for templates that are named by themselves",
}
KOPS_LEFT_OUT: Reasons = {
    **CONNECTION,
    **dict.fromkeys(("cluster_name", "instance_groups"), _HOST),
    **dict.fromkeys(("image", "run_id", "since_version", "state"), _ROLE),
    **dict.fromkeys(("lock_namespace", "lock_wait", "repair"), "is that of the rotation"),
}
ROTATION_LEFT_OUT: Reasons = {
    **CONNECTION,
    **dict.fromkeys(("autoscaling_group_name", "cluster_name"), _HOST),
    "launch_template_version": _ROLE,
    "report_dir": "is the same for all node groups (rotation_report_dir)",
    **dict.fromkeys(("planned", "run_id"), _ROLE),
}
MANAGED_LEFT_OUT: Reasons = {
    **CONNECTION,
    "eks_nodegroup": _HOST,
    **dict.fromkeys(("release_version", "image_id", "kubernetes_version"), _ROLE),
    "run_id": _ROLE,
    "report_dir": "is the same for all node groups (rotation_report_dir)",
    **dict.fromkeys(("state", "repair", "poll_interval"), "is that of any rotation"),
    **dict.fromkeys(("lease_duration", "stop_timeout", "lock_wait"), "is that of any rotation"),
    **dict.fromkeys(("lock_namespace", "cluster_parallel"), "is that of any rotation"),
    **dict.fromkeys(REQUEST_SPEC, "is that of any rotation"),
    **dict.fromkeys((f"drain_{name}" for name in DRAIN_SPEC), "is that of any rotation"),
}
KARPENTER_LEFT_OUT: Reasons = {
    **CONNECTION,
    "cluster_name": _HOST,
    "stop_timeout": "is that of any rotation",
}
INFO_LEFT_OUT: Reasons = {
    **ROTATION_LEFT_OUT,
    **dict.fromkeys(("before", "image_id", "left_outdated"), _ROLE),
}
"""Options that no variable hands over, and why."""


def _handed(prefix: str, spec: Mapping[str, Any], left_out: Reasons) -> dict[str, Any]:
    return {prefix + name: one for name, one in spec.items() if name not in left_out}


ROLES: Mapping[str, Mapping[str, Any]] = {
    "prepare": {
        "prepare_update_template": SWITCH,
        "prepare_image_id": TEXT,
        "prepare_verify_launch": SWITCH,
        "prepare_preflight": {"type": "str", "choices": ["refuse", "warn", "off"]},
        "prepare_hook": TEXT,
        "prepare_run_id": TEXT,
        "prepare_pins": DICTIONARY,
        **{
            f"prepare_{name}": templates.SPEC[name]
            for name in ("shared_template", "handover_timeout")
        },
        "prepare_kops_via": {"type": "str", "choices": ["kops", "terraform", "launch_template"]},
        "prepare_kops_terraform_hook": TEXT,
        "prepare_kops_terraform_timeout": WHOLE_NUMBER,
        **_handed("prepare_kops_", kops_images.SPEC, KOPS_LEFT_OUT),
        **_handed("prepare_ami_", images.SPEC, LOOKUP_LEFT_OUT),
        **_handed("prepare_template_", templates.SPEC, TEMPLATE_LEFT_OUT),
    },
    "rotate": {
        "rotate_failure_hook": TEXT,
        **_handed("rotate_", rotation.SPEC, ROTATION_LEFT_OUT),
        **_handed("rotate_managed_", managed.SPEC, MANAGED_LEFT_OUT),
    },
    "verify": {"verify_retries": WHOLE_NUMBER, "verify_delay": WHOLE_NUMBER, "verify_hook": TEXT},
}
"""The variables of each role, as options of an argument spec."""
PLAYBOOKS: Mapping[str, Any] = {
    "rotation_hosts": TEXT,
    "rotation_serial": ANYTHING,
    "rotation_bastions": SWITCH,
    "rotation_control_plane": SWITCH,
    "rotation_nodes": SWITCH,
    "rotation_aws": DICTIONARY,
    "rotation_k8s": DICTIONARY,
    "rotation_assume_role": ASSUME_SPEC["assume_role"],
    "rotation_plan": SWITCH,
    "rotation_rings": {"type": "list", "elements": "raw"},
    "rotation_only_rings": {"type": "list", "elements": "str"},
    "rotation_pins": DICTIONARY,
    "rotation_pause_by": TEXT,
    "rotation_pause_reason": TEXT,
    "rotation_pins_file": PATH,
    "rotation_unknown_variables": {"type": "str", "choices": ["fail", "warn", "ignore"]},
    "rotation_progress": {"type": "str", "choices": ["auto", "always", "never"]},
    "rotation_fork": SWITCH,
    **dict.fromkeys(("rotation_gate_before", "rotation_gate_group"), TEXT),
    **dict.fromkeys(("rotation_gate_after", "rotation_gate_failure"), TEXT),
    **dict.fromkeys(("rotation_gate_http", "rotation_gate_mark"), DICTIONARY),
    **dict.fromkeys(("rotation_gate_looks", "rotation_gate_max_looks"), WHOLE_NUMBER),
    **dict.fromkeys(("rotation_gate_delay", "rotation_gate_http_retries"), WHOLE_NUMBER),
    "rotation_gate_patience": WHOLE_NUMBER,
    **notify_options.VARIABLES,
    "rotation_karpenter": {"type": "str", "choices": ["list", "wait"]},
    **_handed("rotation_karpenter_", karpenter.DRIFT_SPEC, KARPENTER_LEFT_OUT),
    "rotation_report_dir": PATH,
    "rotation_report_templates": PATH,
    "rotation_report_hook": PATH,
    "rotation_log_format": {"type": "str", "choices": ["text", "json"]},
    "rotation_plan_file": TEXT,
    "rotation_plan_data": DICTIONARY,
    "plan_file": TEXT,
    "plan_fail_if_due": SWITCH,
    "rotation_uninstall": SWITCH,
    "check_amis_hosts": TEXT,
    "check_amis_fail": SWITCH,
    "check_amis_file": TEXT,
    **_handed("check_amis_", images.SPEC, LOOKUP_LEFT_OUT),
}
"""The variables of the playbooks, besides those of the roles."""
USED: Mapping[str, Mapping[str, Any]] = {
    "eks_ami_lookup": images.SPEC,
    "launch_template_update": templates.SPEC,
    "kops_instance_group_image": kops_images.SPEC,
    "node_group_info": node_group.SPEC,
    "asg_node_replace": rotation.SPEC,
    "eks_nodegroup_replace": managed.SPEC,
    "karpenter_wait": karpenter.DRIFT_SPEC,
}
"""The modules that roles and playbooks use, with their options."""


def known() -> dict[str, Any]:
    """Return all variables, each as the option of an argument spec."""
    return {**PLAYBOOKS, **{name: one for role in ROLES.values() for name, one in role.items()}}


def of_roles(roles: Iterable[str]) -> dict[str, Any]:
    """Return the variables of these roles, each as the option of an argument spec."""
    return {name: one for role in roles for name, one in ROLES[role].items()}
