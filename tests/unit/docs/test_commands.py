# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command in README and the guides is run by a test.

Those that are not are named here with the reason.
"""

from __future__ import annotations

import re
import shlex

import pytest
import yaml
from ansible.parsing.splitter import parse_kv

from ansible_collections.nodeops.rotator.plugins.plugin_utils import variables
from ansible_collections.nodeops.rotator.tests.unit.docs.commands import (
    commands,
    of_page,
    options,
)
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

COMMANDS, OPTIONS = commands(), options()
OUR_PLAYBOOK = re.compile(r"^nodeops\.rotator\.(\w+)$")
PLAYBOOKS = [one for one in COMMANDS if one.startswith("ansible-playbook ")]
TESTS = "".join(
    path.read_text(encoding="utf-8")
    for folder in ("integration", "extensions", "demo")
    for path in sorted((ROOT / "tests" / folder).glob("*.py"))
)
TARGETS = frozenset(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
NOT_RUN = {
    "ansible-builder build": "needs a container engine and base images",
    "ansible-galaxy collection install": "nothing is published; a test installs the archive",
    "ansible-inventory -i prod.node_groups.yml --graph": "",
    "ansible localhost -m amazon.aws": "tests call the World by other modules of amazon.aws",
    "aws ": "needs an AWS account; of the World the aws CLI is not a dependency",
    "kubectl annotate": "tests/contract/kube/test_kubectl_commands.py annotates on the World",
    "kubectl apply": "tests apply the roles to the World by its own means",
    "kubectl describe": "tests/rotation/test_cluster_events.py asks what it asks",
    "kubectl drain": "tests/integration/drain drains with it",
    "kubectl get": "tests/contract/kube/test_kubectl_views.py gets from the World",
    "pip install -r": "make lowest and tools/setup-venv install it",
}
"""How what no test runs as it stands begins, and why; "": a test runs it under other names."""
OF_HOSTS = frozenset(("kops_state_store",))
"""Variables of inventory hosts, which may be given to all."""


def test_there_are_commands_of_each_kind() -> None:
    assert len(COMMANDS) > 40
    programs = {command.split()[0] for command in COMMANDS}
    assert {"ansible-playbook", "make", "kubectl", "aws", "ansible-inventory"} <= programs


def test_commands_are_found_in_both_kinds_of_blocks() -> None:
    page = (
        "Text\n\n    make demo    # a comment\n    not a command\n\n```bash\n"
        "ansible-playbook a.yml \\\n  -e x=1\n```\n\n```yaml\nmake: no\n```\n"
    )
    assert sorted(of_page(page)) == ["ansible-playbook a.yml -e x=1", "make demo"]


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_command_is_run_by_a_test_or_named_with_the_reason(command: str) -> None:
    program = command.split()[0]
    named = [start for start in NOT_RUN if command.startswith(start)]
    assert program in ("ansible-playbook", "make") or len(named) == 1, COMMANDS[command]


@pytest.mark.parametrize("start", sorted(NOT_RUN))
def test_what_is_named_as_not_run_is_still_told_somewhere(start: str) -> None:
    assert any(command.startswith(start) for command in COMMANDS)


@pytest.mark.parametrize("command", [one for one in sorted(COMMANDS) if one.startswith("make ")])
def test_a_target_of_make_exists(command: str) -> None:
    targets = [word for word in shlex.split(command)[1:] if "=" not in word and word[0] != "-"]
    assert set(targets) <= TARGETS, COMMANDS[command]


@pytest.mark.parametrize("command", sorted(PLAYBOOKS))
def test_a_playbook_exists_and_a_test_runs_it(command: str) -> None:
    words = shlex.split(command)
    ours = [found[1] for word in words if (found := OUR_PLAYBOOK.match(word))]
    assert len(ours) == 1, COMMANDS[command]
    assert (ROOT / "playbooks" / f"{ours[0]}.yml").exists()
    assert f'"{ours[0]}"' in TESTS or f"rotator.{ours[0]}" in TESTS


@pytest.mark.parametrize("command", sorted(PLAYBOOKS))
def test_each_variable_of_a_playbook_exists(command: str) -> None:
    words = shlex.split(command)
    given = [words[at + 1] for at, word in enumerate(words) if word in ("-e", "--extra-vars")]
    assert unknown(given) == set(), COMMANDS[command]


@pytest.mark.parametrize("text", sorted(OPTIONS))
def test_an_option_in_a_sentence_is_read_as_it_is_meant(text: str) -> None:
    assert unknown([text]) == set(), OPTIONS[text]


def unknown(given: list[str]) -> set[str]:
    """Return the variables that there are not.

    Ansible splits a text with blanks in several.
    """
    names: set[str] = set()
    for text in given:
        if not text.startswith("@"):
            names |= set(yaml.safe_load(text) if text.startswith("{") else parse_kv(text))
    return names - OF_HOSTS - set(variables.known())
