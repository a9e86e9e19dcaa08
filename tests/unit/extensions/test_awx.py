# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of extensions/awx are right by awx.awx, and its surveys are current."""

from __future__ import annotations

import importlib
import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.nodeops.rotator.plugins.plugin_utils.variables import known
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT
from ansible_collections.nodeops.rotator.tools import awx_surveys

pytest.importorskip("ansible_collections.awx.awx")

AWX = ROOT / "extensions" / "awx"
DATA = {
    name: value
    for file in ("controller.yml", "surveys.json")
    for name, value in DataLoader()
    .load_from_file(str(AWX / file), trusted_as_template=True)
    .items()
}
(PLAY,) = DataLoader().load_from_file(str(AWX / "apply.yml"), trusted_as_template=True)
TASKS = {task["name"]: task for task in PLAY["tasks"]}
REACH = {"controller_host", "controller_username", "controller_password", "validate_certs"}


def documented(module: str) -> dict[str, Any]:
    """Return the options of a module of awx.awx, as its documentation describes them."""
    found = importlib.import_module(f"ansible_collections.awx.awx.plugins.modules.{module}")
    return dict(yaml.safe_load(found.DOCUMENTATION)["options"])


def spec(options: dict[str, Any]) -> dict[str, Any]:
    """Return documented options as an argument spec."""
    words = ("type", "elements", "choices", "required")
    return {
        name: {
            **{word: one[word] for word in words if word in one},
            **({"aliases": one["aliases"]} if "aliases" in one else {}),
            **({"options": spec(one["suboptions"])} if "suboptions" in one else {}),
        }
        for name, one in options.items()
        if name not in REACH
    }


def arguments() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each module that apply.yml runs, with its arguments."""
    for task in TASKS.values():
        ((module, args),) = [(key, task[key]) for key in task if key.startswith("awx.awx.")]
        fixed = {**DATA, **task.get("vars", {})}
        items = Templar(DataLoader(), variables=fixed).template(task.get("loop", [None]))
        for item in items:
            templar = Templar(DataLoader(), variables={**fixed, "item": item})
            yield module.removeprefix("awx.awx."), templar.template(args)


CALLS = list(arguments())


def of(module: str) -> dict[str, dict[str, Any]]:
    """Return the arguments of a module's calls by name."""
    return {args["name"]: args for name, args in CALLS if name == module}


@pytest.mark.parametrize(("module", "args"), CALLS, ids=lambda value: str(value)[:40])
def test_every_call_is_right_by_the_options_of_its_module(
    module: str, args: dict[str, Any]
) -> None:
    checked = ArgumentSpecValidator(spec(documented(module))).validate(json.loads(json.dumps(args)))
    assert checked.error_messages == []


def test_the_surveys_are_current() -> None:
    assert awx_surveys.current(), "run tools/awx_surveys.py"


def test_no_question_has_an_answer_that_would_go_before_the_inventory() -> None:
    for template in of("job_template").values():
        questions = template["survey_spec"]["spec"]
        assert [one["variable"] for one in questions if "default" in one] == []
        assert not any(one["required"] for one in questions)


def test_a_question_has_the_type_and_the_choices_of_its_variable() -> None:
    text = awx_surveys.question
    said = {"description": "Whether O(main:rotate_x) is V(on).", "default": False}
    assert text("a", said, {"type": "bool"})["type"] == "multiplechoice"
    assert text("a", said, {"type": "bool"})["choices"] == ["true", "false"]
    assert text("a", said, {"type": "int"})["type"] == "integer"
    assert text("a", said, {"type": "list"})["type"] == "textarea"
    assert text("a", said, {"type": "str"})["type"] == "text"
    assert text("a", said, {"type": "str", "choices": ["x", "y"]})["choices"] == ["x", "y"]
    assert text("a", said, {"type": "str"})["question_description"] == (
        "Whether rotate_x is on. Without an answer: what the inventory says, otherwise false."
    )


def test_every_question_asks_for_a_variable_that_there_is() -> None:
    for template in of("job_template").values():
        asked = {one["variable"] for one in template["survey_spec"]["spec"]}
        assert asked <= set(known())


def test_every_playbook_of_the_project_is_one_of_the_collection() -> None:
    for template in of("job_template").values():
        ((play,),) = [yaml.safe_load((AWX / "project" / template["playbook"]).read_text())]
        name = play["ansible.builtin.import_playbook"].removeprefix("nodeops.rotator.")
        assert (ROOT / "playbooks" / f"{name}.yml").exists()


def test_the_rotation_has_a_twin_that_changes_nothing() -> None:
    templates = of("job_template")
    real, twin = templates["rotate a ring"], templates["rotate a ring (check mode)"]
    assert (real["job_type"], twin["job_type"]) == ("run", "check")
    differ = {key for key in real if real[key] != twin[key]}
    assert differ == {"name", "job_type"}


def test_the_workflow_checks_then_asks_and_rotates_ring_by_ring() -> None:
    (workflow,) = of("workflow_job_template").values()
    nodes = {node["identifier"]: node for node in workflow["workflow_nodes"]}
    order, name = [], "check"
    while name:
        order.append(name)
        following = nodes[name].get("related", {}).get("success_nodes", [])
        assert len(following) <= 1
        name = following[0]["identifier"] if following else ""
    rings = list(DATA["awx_rings"])
    pairs = ([f"approve {ring}", f"rotate {ring}"] for ring in rings)
    assert order == ["check", *itertools.chain.from_iterable(pairs)]
    assert set(order) == set(nodes)
    for ring in rings:
        assert nodes[f"rotate {ring}"]["extra_data"]["rotation_only_rings"] == [ring]


def test_every_name_that_is_used_is_made() -> None:
    (workflow,) = of("workflow_job_template").values()
    templates = set(of("job_template"))
    for node in workflow["workflow_nodes"]:
        kind = node["unified_job_template"]
        assert kind["type"] == "workflow_approval" or kind["name"] in templates
    (schedule,) = of("schedule").values()
    assert schedule["unified_job_template"] in of("workflow_job_template")
    assert re.match(r"DTSTART;TZID=\S+:\d{8}T\d{6} RRULE:FREQ=", schedule["rrule"])


def test_credentials_reach_the_modules_as_variables_and_environment() -> None:
    access, store = of("credential_type").values()
    assert access["injectors"]["extra_vars"]["rotation_assume_role"]["arn"] == "{{ role_arn }}"
    assert store["injectors"]["env"] == {"KOPS_STATE_STORE": "{{ state_store }}"}


def test_people_are_told_of_failures_and_of_approvals_that_are_waited_for() -> None:
    (workflow,) = of("workflow_job_template").values()
    known_templates = list(of("notification_template"))
    assert workflow["notification_templates_approvals"] == known_templates != []
    assert workflow["notification_templates_error"] == known_templates
