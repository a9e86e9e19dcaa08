# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation and roles say of each option what its argument spec says.

An argument spec takes types, choices and defaults from the dataclass in core that holds the
options, so that these are written once.
"""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    DRAIN_PREFIX,
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import (
    carriers,
    drain,
    gate,
    health,
    images,
    karpenter,
    managed,
    node_group,
    pause,
    rotation,
    status,
    templates,
    uninstall,
)
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT
from ansible_collections.nodeops.rotator.tests.unit.plugins.documentation import documented

SPECS: dict[str, dict[str, Any]] = {
    "asg_node_replace": rotation.SPEC,
    "cluster_gate": gate.SPEC,
    "cluster_health_info": health.SPEC,
    "eks_nodegroup_replace": managed.SPEC,
    "eks_ami_lookup": images.SPEC,
    "launch_template_update": templates.SPEC,
    "node_carriers_info": carriers.SPEC,
    "karpenter_wait": karpenter.DRIFT_SPEC,
    "node_drain": drain.SPEC,
    "node_group_info": node_group.SPEC,
    "rotation_pause": pause.SPEC,
    "rotation_status_info": status.SPEC,
    "rotation_uninstall": uninstall.SPEC,
}
ROLE = yaml.safe_load((ROOT / "roles/rotate/meta/argument_specs.yml").read_text())
ROLE_OPTIONS = ROLE["argument_specs"]["main"]["options"]
ROLE_DEFAULTS = yaml.safe_load((ROOT / "roles/rotate/defaults/main.yml").read_text())
OPTIONS = [(module, name) for module, spec in SPECS.items() for name in spec]
BOTH = ("prepare", "rotate")
ROLE_ONLY = {"rotate_failure_hook"}
OPEN = {"rotate_max_surge", "rotate_max_unavailable"}
"""Left open by the role, for the specification of a kops instance group, else the module."""


def meaning(option: dict[str, Any], suboptions: str) -> dict[str, Any]:
    """Return what an option accepts and defaults to.

    Its suboptions are under `suboptions`.
    """
    return {
        "type": option.get("type", "str"),
        "elements": option.get("elements"),
        "default": option.get("default"),
        "choices": option.get("choices"),
        "required": bool(option.get("required")),
        "aliases": sorted(option.get("aliases") or ()),
        "options": {
            name: meaning(one, suboptions) for name, one in (option.get(suboptions) or {}).items()
        },
    }


@pytest.mark.parametrize("module", sorted(SPECS))
def test_every_option_is_documented_and_every_documented_option_exists(module: str) -> None:
    assert set(documented(module, "nodeops.rotator.")) == set(SPECS[module])


@pytest.mark.parametrize(("module", "name"), OPTIONS)
def test_an_option_is_documented_with_the_type_default_and_choices_that_it_has(
    module: str, name: str
) -> None:
    told = meaning(documented(module, "nodeops.rotator.")[name], "suboptions")
    assert told == meaning(SPECS[module][name], "options")


@pytest.mark.parametrize("name", sorted(set(ROLE_DEFAULTS) - ROLE_ONLY))
def test_the_role_has_the_defaults_of_the_module_and_names_its_choices(name: str) -> None:
    short, option = name.removeprefix("rotate_"), ROLE_OPTIONS[name]
    spec = rotation.SPEC.get(short) or managed.SPEC[short.removeprefix("managed_")]
    default = None if name in OPEN else spec.get("default")
    assert option["default"] == ROLE_DEFAULTS[name] == ("" if default is None else default)
    choices = spec.get("choices") or ()
    assert [one for one in choices if f"V({one})" not in option["description"]] == []


def test_the_preflight_of_a_role_knows_the_drain_that_will_be() -> None:
    tasks = [
        yaml.safe_load((ROOT / "roles" / path).read_text())
        for path in ("prepare/tasks/main.yml", "rotate/tasks/group.yml")
    ]
    given = [{name for name in _keys(part) if name.startswith(DRAIN_PREFIX)} for part in tasks]
    assert given[0] == given[1] == {DRAIN_PREFIX + name for name in drain.DRAIN_SPEC}
    specs = yaml.safe_load((ROOT / "roles/prepare/meta/argument_specs.yml").read_text())
    declared = specs["argument_specs"]["main"]["options"]
    for name in given[0]:
        of_rotate = ROLE_OPTIONS[f"rotate_{name}"]
        assert {**declared[f"rotate_{name}"], "description": of_rotate["description"]} == of_rotate


def _keys(part: Any) -> set[str]:
    """Return every key in nested lists and dictionaries."""
    if isinstance(part, list):
        return set().union(*map(_keys, part))
    return set(part).union(*map(_keys, part.values())) if isinstance(part, dict) else set()


def test_argument_specs_hold_the_defaults_of_the_records() -> None:
    assert drain.DRAIN_SPEC["timeout"] == {"type": "int", "default": DrainPolicy.timeout}
    assert drain.DRAIN_SPEC["grace_period"] == {"type": "int"}
    assert rotation.SPEC["drain_timeout"] == drain.DRAIN_SPEC["timeout"]
    assert rotation.SPEC["max_surge"] == {"type": "str", "default": "1"}
    assert rotation.SPEC["scale_in_fence"] == {"type": "bool", "default": True}
    assert rotation.SPEC["workload_gate"]["choices"] == ["wait", "warn", "off"]
    assert rotation.SPEC["workload_gate"]["default"] == RotationPolicy.workload_gate
