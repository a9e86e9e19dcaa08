# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbook output is true, told once, and fit for machines that read it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.plugins.plugin_utils.variables import ROLES, USED, of_roles
from ansible_collections.nodeops.rotator.tests.integration.wire import Outcome, WorldOnWire

GROUP = "demo-blue"
OWN = """
- hosts: node_groups
  gather_facts: false
  serial: 1
  max_fail_percentage: 0
  roles: [nodeops.rotator.prepare, nodeops.rotator.rotate, nodeops.rotator.verify]
  post_tasks:
    - nodeops.rotator.rotation_summary:
      register: told
    - ansible.builtin.debug:
        msg: "TOLD {{ told.node_groups[0].status }} {{ told.node_groups[0].outdated }}"
"""
"""The roles in a playbook of somebody's own, as docs/playbooks.md shows it."""
OTHER_KINDS = {"eks_nodegroup_replace", "karpenter_wait", "kops_instance_group_image"}
"""Modules for kinds of nodes that the world does not have."""
JSON = {"ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json"}
ROLE_TEXTS = {
    "prepare_ami_family": "al2023",
    "prepare_ami_architecture": "x86_64",
    "prepare_ami_tags": "{stage: x}",
    "prepare_ami_filters": '{"is-public": ["true"]}',
    "prepare_ami_owners": "amazon,self",
    "prepare_preflight": "warn",
    "prepare_run_id": "one-run",
    "prepare_template_overrides": "{MetadataOptions: {HttpTokens: required}}",
    "rotate_drain_pdb_overrides": "[{selector: app=x, action: wait}]",
}
"""Texts for variables whose values the world has to like."""


def own(world: WorldOnWire, *options: str) -> Outcome:
    """Run the roles in a playbook of somebody's own."""
    (world.folder / "own.yml").write_text(OWN)
    return world.run("ansible-playbook", "-i", str(world.inventory), "own.yml", *options)


def texts() -> dict[str, str]:
    """Return a text for each variable of the roles, mostly not its default."""
    found = dict(ROLE_TEXTS)
    for name, spec in of_roles(ROLES).items():
        if spec["type"] == "bool" and name != "prepare_update_template":
            found[name] = "no" if spec.get("default") else "yes"
        elif spec["type"] == "int":
            found[name] = str(int(spec.get("default") or 100) + 1)
        elif "choices" in spec:
            found.setdefault(name, spec.get("default") or spec["choices"][0])
    return {
        **found,
        "rotate_canary": "2",
        "prepare_ami_max_age": "9999",
        "prepare_ami_min_age": "1",
    }


def meant(text: str, spec: dict[str, Any]) -> Any:
    """Return what a text means for a variable."""
    if spec["type"] == "bool":
        return text in ("yes", "true")
    if spec["type"] == "list" and not text.startswith("["):
        return text.split(",")
    if spec["type"] in ("int", "dict", "list"):
        return {
            "{stage: x}": {"stage": "x"},
            "{MetadataOptions: {HttpTokens: required}}": {
                "MetadataOptions": {"HttpTokens": "required"}
            },
            "[{selector: app=x, action: wait}]": [{"selector": "app=x", "action": "wait"}],
        }.get(text) or json.loads(text)
    return text


RECORDER = """
import json, os
from ansible.plugins.callback import CallbackBase

class CallbackModule(CallbackBase):
    CALLBACK_VERSION, CALLBACK_TYPE, CALLBACK_NAME = 2.0, "notification", "recorder"

    def v2_runner_on_ok(self, result):
        module = result.task.action.removeprefix("nodeops.rotator.")
        given = result.result.get("invocation", {}).get("module_args")
        with open(os.environ["RECORD"], "a") as file:
            print(json.dumps([module, given]), file=file)
"""
"""A callback that writes down the arguments of each module."""


def arguments(world: WorldOnWire, *options: str) -> dict[str, dict[str, Any]]:
    """Return the arguments of each module in a plan."""
    (world.folder / "recorder.py").write_text(RECORDER)
    record = world.folder / "record.jsonl"
    record.unlink(missing_ok=True)
    env = {"ANSIBLE_CALLBACK_PLUGINS": str(world.folder), "ANSIBLE_CALLBACKS_ENABLED": "recorder"}
    command = ("ansible-playbook", "-i", str(world.inventory), "nodeops.rotator.plan", *options)
    ran = world.run(*command, **env, RECORD=str(record))
    assert ran.code == 0, ran.output
    found = dict(json.loads(line) for line in record.read_text().splitlines())
    return {module: given for module, given in found.items() if module in USED}


def test_every_variable_means_the_same_as_text_of_the_command_line(still: WorldOnWire) -> None:
    given, specs = texts(), of_roles(ROLES)
    as_text = [word for name, text in given.items() for word in ("-e", f"{name}='{text}'")]
    typed = {name: meant(text, specs[name]) for name, text in given.items()}
    found = arguments(still, *as_text)
    assert set(found) == set(USED) - OTHER_KINDS, "every module of this kind was called"
    assert found == arguments(still, "-e", json.dumps(typed))
    ours = {name for name in ROLES["rotate"] if not name.startswith("rotate_managed_")}
    for name in set(typed) & ours:
        option = found["asg_node_replace"][name.removeprefix("rotate_")]
        assert str(option) == str(typed[name]) or name == "rotate_drain_pdb_overrides"


def test_check_mode_of_an_own_playbook_plans_against_the_planned_template(
    still: WorldOnWire, tmp_path: Path
) -> None:
    hook, before = tmp_path / "hook.yml", still.changes()
    hook.write_text(
        "- ansible.builtin.debug: {msg: 'HOOK {{ prepare_hook_info.sizes.desired }}'}\n"
    )
    outcome = own(still, "--check", "-e", f"prepare_hook={hook}")
    assert outcome.code == 0, outcome.output
    assert "TOLD planned 4" in outcome.output, outcome.output
    assert outcome.recap(GROUP)["changed"] == 2
    assert still.changes() == before
    assert "HOOK 4" in outcome.output


def test_a_change_of_the_template_alone_is_planned_too(still: WorldOnWire) -> None:
    """The image stays, and still every node is outdated afterwards."""
    image = still.report()["facts"]["old_image"]
    change = {"prepare_image_id": image, "prepare_template_overrides": {"KeyName": "ops"}}
    outcome = own(still, "--check", "-e", json.dumps(change))
    assert "TOLD planned 4" in outcome.output, outcome.output


def test_machines_get_nothing_but_json_and_a_plan_shows_no_change(still: WorldOnWire) -> None:
    ran = still.run("ansible-playbook", "-i", str(still.inventory), "nodeops.rotator.plan", **JSON)
    shown = json.loads(ran.output)
    assert ran.code == 0
    assert shown["stats"][GROUP]["changed"] == 0
    tasks = [task for play in shown["plays"] for task in play["tasks"]]
    (plan,) = [task["hosts"][GROUP]["plan"] for task in tasks if "plan" in task["hosts"][GROUP]]
    assert plan["line"] == "plan: due, 4 nodes in 1 of 1 node group"


def test_wrong_variables_are_refused_before_anything_is_changed(still: WorldOnWire) -> None:
    before, wrong = (
        still.changes(),
        {
            "rotate_soak=abc": "rotate_soak is 'abc'. Give a whole number",
            "rotate_on_failure=abc": "rotate_on_failure is 'abc'. Choose one of",
            "verify_retries=never": "verify_retries is 'never'",
            "rotation_serial=0": "rotation_serial is '0'",
            "rotate_max_surg=2": "no variable rotate_max_surg. Did you mean rotate_max_surge?",
        },
    )
    outcome = still.playbook("rotate_eks", *[word for one in wrong for word in ("-e", one)])
    assert outcome.code == 2
    assert still.changes() == before
    assert [said for said in wrong.values() if said not in outcome.told()] == []
    assert len(outcome.output) < 4000
    sizes = still.playbook("rotate_eks", rotate_max_unavailable="100%")
    assert sizes.code == 2
    assert "rotate_max_unavailable is 100%" in sizes.told()


def test_unknown_variables_may_be_warnings(still: WorldOnWire) -> None:
    words = ("-e", "rotate_logs_daily=true", "-e", "rotate_max_surg=2")
    outcome = still.playbook("plan", *words, rotation_unknown_variables="warn")
    assert outcome.code == 0, outcome.output
    said = " ".join(outcome.output.split())
    assert "there is no variable rotate_logs_daily. It has no effect" in said
    assert "there is no variable rotate_max_surg. Did you mean rotate_max_surge?" in said


def test_a_wrong_type_in_an_own_playbook_does_not_show_the_argument_spec(
    still: WorldOnWire,
) -> None:
    outcome = own(still, "--check", "-e", "prepare_update_template=vielleicht")
    assert outcome.code == 2
    assert outcome.told().endswith("prepare_update_template is 'vielleicht'. Give true or false")
    assert "argument_spec" not in outcome.output
    assert len(outcome.output) < 3000


def told_once(outcome: Outcome) -> str:
    """Return the message of a run that has failed once."""
    fatal = [line for line in outcome.output.splitlines() if line.startswith("fatal:")]
    assert outcome.code == 2, outcome.output
    assert len(fatal) == 1, outcome.output
    assert set(json.loads(fatal[0].partition("=> ")[2])) <= {"changed", "msg"}
    # Ansible itself repeats the message above its source lines, without JSON's backslashes.
    assert 1 <= outcome.output.count(outcome.told()) <= 2
    assert f"Failed: {GROUP}." in outcome.output
    return outcome.told()


def test_a_failed_lookup_is_told_once(still: WorldOnWire) -> None:
    outcome = still.playbook("rotate_eks", prepare_ami_kubernetes_version="1.99")
    assert "newer than the control plane" in told_once(outcome)


def test_an_api_server_that_does_not_answer_is_told_once_in_check_mode_too(
    still: WorldOnWire,
) -> None:
    way = {"host": "https://127.0.0.1:9", "api_key": "a-token-that-is-long-enough"}
    outcome = still.playbook("rotate_eks", "--check", rotation_k8s=way)
    assert "127.0.0.1:9: no connection (Connection refused)" in told_once(outcome)


def test_a_failed_rotation_is_told_once_and_its_hook_gets_the_result(
    small: WorldOnWire, tmp_path: Path
) -> None:
    hook = tmp_path / "hook.yml"
    hook.write_text("- ansible.builtin.debug: {msg: 'HOOK {{ rotate_hook_result.error_type }}'}\n")
    gone = {"rotate_lock_namespace": "gone"}
    # The launch template is not changed without the lock, and the rotation does not begin.
    outcome = small.playbook("rotate_eks", who="operator", **gone)
    assert "set lock_namespace to another" in told_once(outcome)
    assert "Say why the launch template was not updated" in outcome.output
    options = {"rotate_failure_hook": str(hook), "prepare_update_template": False, **gone}
    outcome = small.playbook("rotate_eks", who="operator", **options, rotate_max_node_age=1)
    assert "set lock_namespace to another" in told_once(outcome)
    assert "HOOK NotFoundError" in outcome.output
